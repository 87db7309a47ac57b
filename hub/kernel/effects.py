"""Effects: the only thing that touches the world, after the commit, past a durable cursor.

An effect runs at least once for each record of its types; its outcome comes back as a command whose id
is derived from the record, so that it is recorded once. A rebuild never runs effects.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from sqlalchemy import bindparam, select

from hub.kernel.clock import Clock
from hub.kernel.context import SYSTEM, Context
from hub.kernel.db import Readers
from hub.kernel.decision import Decision
from hub.kernel.ids import new_id
from hub.kernel.journal import EventTypes, Record, read_head, read_page
from hub.kernel.messages import Command, Event, View
from hub.kernel.module import CommandSpec, Durability, Manifest
from hub.kernel.sql import Query, upsert
from hub.kernel.tables import integer, local, text
from hub.kernel.writer import Outcome

log = logging.getLogger(__name__)

effect_cursors = local("effect_cursors", text("effect"), integer("seq"), key=("effect",))
_advance = upsert(effect_cursors, replace=("seq",))
_PAGE = 200
_RETRY_S = 1.0


class Effect(Protocol):
    """One kind of work after the commit."""

    name: str
    event_types: tuple[type[Event], ...]
    max_age_ms: int

    def run(self, record: Record[Any], command_id: str) -> Command | None:
        """Do it; a command to record the outcome, or None when that comes later by another road.

        `command_id` is the same at each try: use it for the command and as the idempotency key.
        """
        ...

    def too_old(self, record: Record[Any], command_id: str) -> Command | None:
        """A command to record that an intent older than `max_age_ms` was dropped."""
        ...


class CursorView(View, frozen=True):
    """How far an effect has come."""

    seq: int


_cursor = Query(
    select(effect_cursors.c.seq).where(effect_cursors.c.effect == bindparam("effect")), CursorView
)


class AdvanceEffect(Command, frozen=True, kw_only=True):
    """Move an effect's cursor."""

    effect: str
    seq: int


def _advance_effect(command: AdvanceEffect, _context: Context) -> Decision:
    return Decision(local=((_advance, {"effect": command.effect, "seq": command.seq}),))


manifest = Manifest(
    name="effects",
    package="hub.kernel",
    commands=(CommandSpec(AdvanceEffect, _advance_effect, "effects.advance", Durability.NORMAL),),
    tables=(effect_cursors,),
)


def outcome_id(effect: str, record: Record[Any]) -> str:
    """The id of the command that records what came of an effect, the same at each try."""
    return hashlib.sha256(f"{effect}:{record.origin}:{record.epoch}:{record.seq}".encode()).hexdigest()[:32]


class EffectRunner:
    """One thread that carries out every effect in the order of the journal."""

    def __init__(
        self,
        effects: Iterable[Effect],
        readers: Readers,
        types: EventTypes,
        dispatch: Callable[..., Outcome],
        clock: Clock,
    ) -> None:
        self._effects = tuple(effects)
        self._readers = readers
        self._types = types
        self._dispatch = dispatch
        self._clock = clock
        self._due = threading.Event()
        self._stopping = False
        self._cursors: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="effects", daemon=True)

    def start(self) -> None:
        """Begin where each effect left off; one that is new begins at the journal's end."""
        head = read_head(self._readers)
        for effect in self._effects:
            found = self._readers.first(_cursor, effect=effect.name)
            self._cursors[effect.name] = found.seq if found else (head.seq if head else 0)
            if found is None:
                self._keep_cursor(effect.name)
        self._due.set()
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._due.set()

    def stop(self) -> None:
        """End after the effect that is running."""
        self._stopping = True
        self._due.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._stopping:
                return
            try:
                for effect in self._effects:
                    self._catch_up(effect)
            except Exception:  # supervisor: an effect that fails is tried again, and stops no other
                log.exception("effect failed; trying again")
                threading.Timer(_RETRY_S, self._due.set).start()

    def _catch_up(self, effect: Effect) -> None:
        head = read_head(self._readers)
        last = head.seq if head else 0
        names = {kind.type_name() for kind in effect.event_types}
        while (after := self._cursors[effect.name]) < last and not self._stopping:
            entries = read_page(self._readers, after, last, _PAGE)
            acted = False
            for entry in entries:
                if entry.type in names:
                    self._carry_out(effect, self._types.decode(entry.body))
                    acted = True
                self._cursors[effect.name] = entry.seq
            if acted or len(entries) == _PAGE:
                self._keep_cursor(effect.name)

    def _carry_out(self, effect: Effect, record: Record[Any]) -> None:
        command_id = outcome_id(effect.name, record)
        age_ms = self._clock.read().wall_ms - record.at_ms
        act = effect.too_old if age_ms > effect.max_age_ms else effect.run
        command = act(record, command_id)
        if command is None:
            return
        outcome = self._dispatch(command, SYSTEM)
        if outcome.refusal is not None:
            log.warning("outcome of %s at %d refused: %s", effect.name, record.seq, outcome.refusal.code)

    def _keep_cursor(self, name: str) -> None:
        command = AdvanceEffect(command_id=new_id(), effect=name, seq=self._cursors[name])
        self._dispatch(command, SYSTEM)
