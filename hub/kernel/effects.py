"""Effects: the only thing that touches the world, after the commit, past a durable cursor.

An effect runs at least once for each record of its types; its outcome comes back as a command whose id
is derived from the record, so that it is recorded once. A rebuild never runs effects.
"""

import hashlib
import logging
import threading
from collections import deque
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
_HEARD_GROUPS = 1_000
"""Commits that may wait to be followed; past it the oldest are read from the journal instead."""
_RETRY_S = 1.0
_RESTART_MS = 60_000
"""What a restart counts for on a clock that cannot be trusted: no drawer jumps open after a power cut."""
_PASSING = frozenset({503, 507})
"""Busy, or the disk failed: the outcome is sent again until it is recorded."""


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


class _TryAgain(Exception):
    """The hub could not record an outcome just now."""


class EffectRunner:
    """One thread that carries out every effect in the order of the journal."""

    def __init__(
        self,
        effects: Iterable[Effect],
        readers: Readers,
        types: EventTypes,
        dispatch: Callable[..., Outcome],
        clock: Clock,
        opened_at_seq: int | None = None,
    ) -> None:
        """`opened_at_seq`: where the journal ended when this process opened it."""
        self._effects = tuple(effects)
        self._readers = readers
        self._types = types
        self._dispatch = dispatch
        self._clock = clock
        self._opened_at_seq = opened_at_seq
        self._opened_at_s = clock.read().monotonic_s
        self._due = threading.Event()
        self._stop = threading.Event()
        self._cursors: dict[str, int] = {}
        self._kept: dict[str, int] = {}
        self._awaited = tuple({kind for effect in self._effects for kind in effect.event_types})
        self._heard: deque[list[Record[Any]]] = deque(maxlen=_HEARD_GROUPS)
        self._thread = threading.Thread(target=self._run, name="effects", daemon=True)

    def start(self) -> None:
        """Begin where each effect left off; one that is new begins where the journal ended at opening."""
        if self._opened_at_seq is None:
            head = read_head(self._readers)
            self._opened_at_seq = head.seq if head else 0
        for effect in self._effects:
            found = self._readers.first(_cursor, effect=effect.name)
            self._cursors[effect.name] = found.seq if found else self._opened_at_seq
            self._kept[effect.name] = self._cursors[effect.name]
            if found is None:
                self._keep_cursor(effect.name)
        self._due.set()
        self._thread.start()

    def hear(self, records: list[Record[Any]]) -> None:
        """Something was committed. From the writer's thread: it wakes ours only for what an effect awaits."""
        self._heard.append(records)
        is_awaited = any(isinstance(record.event, self._awaited) for record in records)
        if is_awaited or len(self._heard) > _HEARD_GROUPS // 2:
            self._due.set()

    def stop(self) -> None:
        """End after the effect that is running."""
        self._stop.set()
        self._due.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        retry_s: float | None = None
        while True:
            self._due.wait(retry_s)
            self._due.clear()
            if self._stop.is_set():
                return
            heard = [record for _ in range(len(self._heard)) for record in self._heard.popleft()]
            done = [self._try(effect, heard) for effect in self._effects]
            retry_s = None if all(done) else _RETRY_S

    def _try(self, effect: Effect, heard: list[Record[Any]]) -> bool:
        try:
            if heard and heard[0].seq <= self._cursors[effect.name] + 1:
                self._follow(effect, heard)
            else:
                self._catch_up(effect)
        except _TryAgain as error:
            log.warning("effect %s waits: %s", effect.name, error)
        except Exception:  # supervisor: an effect that fails is tried again, and stops no other
            log.exception("effect %s failed; trying again", effect.name)
        else:
            return True
        return False

    def _follow(self, effect: Effect, heard: list[Record[Any]]) -> None:
        """What was heard joins on to where the effect stands: nothing need be read."""
        after, acted = self._cursors[effect.name], False
        for record in heard:
            if self._stop.is_set():
                break
            if record.seq > after:
                acted |= self._carry_out(effect, record)
                self._cursors[effect.name] = record.seq
        self._keep_cursor_if_worth(effect.name, acted)

    def _catch_up(self, effect: Effect) -> None:
        """From the journal, to its end."""
        head = read_head(self._readers)
        last = head.seq if head else 0
        families = {_family(kind.type_name()) for kind in effect.event_types}
        while (after := self._cursors[effect.name]) < last and not self._stop.is_set():
            acted = False
            for entry in read_page(self._readers, after, last, _PAGE):
                if self._stop.is_set():
                    break
                if _family(entry.type) in families:
                    acted |= self._carry_out(effect, self._types.decode(entry.body))
                self._cursors[effect.name] = entry.seq
            self._keep_cursor_if_worth(effect.name, acted)

    def _carry_out(self, effect: Effect, record: Record[Any]) -> bool:
        """Whether the effect was for this record, now that it stands at its newest version."""
        if not isinstance(record.event, effect.event_types):
            return False
        command_id = outcome_id(effect.name, record)
        act = effect.too_old if self._age_ms(record) > effect.max_age_ms else effect.run
        command = act(record, command_id)
        refusal = None if command is None else self._dispatch(command, SYSTEM).refusal
        if refusal is not None:
            if refusal.status in _PASSING:
                raise _TryAgain(refusal.code)
            log.warning("outcome of %s at %d refused: %s", effect.name, record.seq, refusal.code)
        return True

    def _age_ms(self, record: Record[Any]) -> int:
        """An intent's age: of one from this process's life never more than that, however the clock jumped.

        A clock without a battery stands still while the power is off, so of an earlier life's it knows only
        that there was a restart in between.
        """
        now = self._clock.read()
        age_ms = now.wall_ms - record.at_ms
        if record.seq > (self._opened_at_seq or 0):
            return min(age_ms, int((now.monotonic_s - self._opened_at_s) * 1000))
        return age_ms if now.trusted else max(age_ms, _RESTART_MS)

    def _keep_cursor_if_worth(self, name: str, acted: bool) -> None:
        if acted or self._cursors[name] - self._kept[name] >= _PAGE:
            self._keep_cursor(name)

    def _keep_cursor(self, name: str) -> None:
        self._kept[name] = self._cursors[name]
        command = AdvanceEffect(command_id=new_id(), effect=name, seq=self._cursors[name])
        self._dispatch(command, SYSTEM)


def _family(type_name: str) -> str:
    """An event's name without its version: an intent from before an upgrade is still an intent."""
    return type_name.rpartition(".v")[0]
