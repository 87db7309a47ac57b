"""Answers from the tables, remembered until something they rest on is recorded."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from hub.kernel.engine import Engine
from hub.kernel.journal import Record

MOST = 1_000

V = TypeVar("V")


class Remembered(Generic[V]):
    """Asks `find` once for each key; any event whose type begins with one of `rests_on` makes it forget.

    It forgets on the writer's thread before anybody is answered, so what a commit changed is never seen as
    it was. What `find` does not know is asked again each time.
    """

    def __init__(self, engine: Engine, rests_on: tuple[str, ...], find: Callable[[str], V | None]) -> None:
        self._rests_on = rests_on
        self._find = find
        self._known: dict[str, V] = {}
        engine.listen(self._forget)

    def __call__(self, key: str) -> V | None:
        """The answer for a key."""
        known = self._known  # an answer found before a change goes into what the change threw away
        found = known.get(key)
        if found is None:
            found = self._find(key)
            if found is not None and len(known) < MOST:
                known[key] = found
        return found

    def _forget(self, records: list[Record[Any]]) -> None:
        if any(record.event.type_name().startswith(self._rests_on) for record in records):
            self._known = {}
