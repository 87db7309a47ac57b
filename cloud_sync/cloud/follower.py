"""The thread that keeps the projected tables behind the acknowledged journal."""

import logging
import threading
from collections.abc import Callable, Iterable

from cloud_sync.cloud.db import Database, DatabaseError
from cloud_sync.cloud.projections import Notice, Projections
from hub.kernel.module import Manifest

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0


class Follower:
    """Start it once; `wake` it when there is more to follow."""

    def __init__(
        self,
        database: Database,
        manifests: Iterable[Manifest],
        now_ms: Callable[[], int],
        notice: Notice,
    ) -> None:
        self._database = database
        self._manifests = tuple(manifests)
        self._now_ms = now_ms
        self._notice = notice
        self._due = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the page at hand and end the thread."""
        self._stopping = True
        self._due.set()
        self._thread.join(timeout=30)

    def wake(self) -> None:
        """There is more. From any thread, never blocks."""
        self._due.set()

    def _run(self) -> None:
        while not self._stopping:
            try:
                with self._database.connected() as connection:
                    self._follow(Projections(connection, self._manifests, self._now_ms, self._notice))
            except DatabaseError as error:
                log.error("database: %s", error)
            except Exception:  # supervisor: a fault of any kind ends in a new connection
                log.exception("projections failed")
            if not self._stopping:
                self._due.wait(_LOOK_EVERY_S)

    def _follow(self, projections: Projections) -> None:
        while not self._stopping:
            self._due.clear()
            if projections.advance_all() == 0:
                self._due.wait(_LOOK_EVERY_S)
