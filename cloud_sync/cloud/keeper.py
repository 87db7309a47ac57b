"""Keeps the embedded broker running for as long as the cloud does."""

import logging
import threading

from cloud_sync.cloud.broker import BrokerFailed, BrokerProcess

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.5
_RETRY_S = 2.0


class BrokerKeeper:
    """Starts the broker, and starts it again when it dies."""

    def __init__(self, broker: BrokerProcess) -> None:
        self._broker = broker
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broker keeper", daemon=True)

    def start(self) -> None:
        """Start the broker and wait until it answers. Raises BrokerFailed."""
        self._broker.start()
        self._thread.start()

    def stop(self) -> None:
        """End the broker in good order."""
        self._stopping.set()
        self._thread.join(timeout=30)
        self._broker.stop()

    def _run(self) -> None:
        wait_s = _LOOK_EVERY_S
        while not self._stopping.wait(wait_s):
            wait_s = _LOOK_EVERY_S
            if self._broker.pid is not None:
                continue
            log.warning("the broker died; starting it again")
            try:
                self._broker.start()
            except BrokerFailed as error:
                log.error("%s", error)
                wait_s = _RETRY_S
            except Exception:  # supervisor: no memory or no room now is no reason to stay without for good
                log.exception("the broker cannot be started")
                wait_s = _RETRY_S
