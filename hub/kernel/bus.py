"""The bus is the one gate: permission, rules, journal, projections, one commit."""

import asyncio
import logging
import queue
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from hashlib import blake2b
from typing import Any, cast

import msgspec

from hub.kernel.clock import Clock, business_date
from hub.kernel.context import Caller, Context, People
from hub.kernel.db import DatabaseError, Readers
from hub.kernel.decision import Decision
from hub.kernel.errors import Refusal
from hub.kernel.ids import is_id, new_id
from hub.kernel.journal import EventTypes, Head, Record, read_command, read_page
from hub.kernel.ledger import Ledger, Origin
from hub.kernel.messages import Command, Event
from hub.kernel.module import CommandSpec, Manifest, Reaction
from hub.kernel.projections import Projector
from hub.kernel.sql import ReadOnly, Session
from hub.kernel.writer import Outcome, Waiter, Writer, storage_refusal

REACTION_LIMIT = 200
"""Events that reactions may add to one command; past it, they are answering each other."""
EVENT_LIMIT = 2_000
"""Events that one command may leave in all."""

log = logging.getLogger(__name__)

Committed = Callable[[list[Record[Any]]], None]
_canonical = msgspec.json.Encoder(order="sorted")


class _Work(msgspec.Struct, frozen=True):
    spec: CommandSpec
    command: Command
    caller: Caller
    request_hash: str
    evidence: object


class DecisionCore:
    """Runs one command inside the writer's transaction. Only the writer's thread enters it."""

    def __init__(
        self,
        manifests: Iterable[Manifest],
        origin: Origin,
        ledger: Ledger,
        clock: Clock,
        people: People,
        types: EventTypes,
    ) -> None:
        manifests = tuple(manifests)
        self._origin = origin
        self._ledger = ledger
        self._clock = clock
        self._people = people
        self._types = types
        self._projector = Projector(manifests)
        self._reactions: dict[type[Event], list[Reaction]] = {}
        for manifest in manifests:
            for event, reaction in manifest.reactions.items():
                self._reactions.setdefault(event, []).append(reaction)
        self._recorded: list[Record[Any]] = []
        self._listeners: list[Committed] = []

    def listen(self, listener: Committed) -> None:
        """Be told of records after their COMMIT, on the writer's thread: read little, hand on, return."""
        self._listeners.append(listener)

    def run(self, session: Session, work: _Work) -> Outcome:
        """Decide, append and project one command."""
        command, caller = work.command, work.caller
        if (first := self._first_answer(session, work)) is not None:
            return first
        context = self._context(session, work)
        changes = session.cursor.connection.total_changes
        decision = self._with_reactions(work.spec.handler(command, context), context)
        _check_nothing_written(session, changes)
        if decision.refusal is not None and not decision.events:
            return Outcome(refusal=decision.refusal)
        if not decision.events:
            session.write_all(decision.local)
            return Outcome(decision.answer)
        records = self._ledger.append(session, context, caller, decision, work.request_hash)
        session.write_all(decision.local)
        self._projector.apply(session, records)
        self._recorded += records
        return Outcome(decision.answer, decision.refusal, records[0].seq, records[-1].seq)

    def mark(self) -> tuple[Head, int]:
        """The chain's head and how much is recorded in this group."""
        return self._ledger.head, len(self._recorded)

    def roll_back(self, mark: object) -> None:
        """Back to a mark."""
        self._ledger.head, kept = cast("tuple[Head, int]", mark)
        del self._recorded[kept:]

    def reload(self, session: Session) -> None:
        """Forget the group and read the head again."""
        self._recorded = []
        self._ledger.reload(session)

    def committed(self) -> int:
        """Publish what the group recorded."""
        recorded, self._recorded = self._recorded, []
        if recorded:
            for listener in self._listeners:
                _tell(listener, recorded)
        return self._ledger.head.seq

    def _first_answer(self, session: Session, work: _Work) -> Outcome | None:
        entry = read_command(session, work.command.command_id)
        if entry is None:
            return None
        if entry.request_hash != work.request_hash:
            return Outcome(refusal=Refusal("command.body_changed"))
        record = self._types.decode(entry.body)
        last_seq = self._last_of(session, entry.seq, work.command.command_id)
        return Outcome(record.answer, record.refusal, entry.seq, last_seq, repeated=True)

    def _last_of(self, session: Session, first_seq: int, command_id: str) -> int:
        """The number of the last event that a command left; a command's events stand side by side."""
        last = first_seq
        for entry in read_page(session, first_seq, first_seq + EVENT_LIMIT, EVENT_LIMIT):
            if self._types.envelope(entry.body).command_id != command_id:
                break
            last = entry.seq
        return last

    def _context(self, session: Session, work: _Work) -> Context:
        now = self._clock.read()
        now_ms = max(now.wall_ms, self._ledger.head.at_ms)
        return Context(
            read=ReadOnly(session),
            people=self._people,
            store_id=self._origin.store_id,
            command_id=work.command.command_id,
            actor=work.caller.actor,
            terminal_id=work.caller.terminal_id,
            now_ms=now_ms,
            clock_trusted=now.trusted and now_ms == now.wall_ms,
            monotonic_s=now.monotonic_s,
            business_date_today=business_date(now_ms),
            new_id=new_id,
            evidence=work.evidence,
        )

    def _with_reactions(self, decision: Decision, context: Context) -> Decision:
        """The decision with what other modules answer to its events, in the order they are raised.

        A reaction that refuses what the handler allowed vetoes the command: nothing of it is kept.
        """
        refused, own, seen = decision.refusal, len(decision.events), 0
        while self._reactions and seen < len(decision.events):
            event = decision.events[seen]
            for reaction in self._reactions.get(type(event), ()):
                answer = reaction(event, context)
                if answer.refusal is not None and refused is None:
                    return Decision(refusal=answer.refusal)
                decision += answer
            seen += 1
            if len(decision.events) - own > REACTION_LIMIT:
                raise RuntimeError(f"reactions added more than {REACTION_LIMIT} events to one command")
        if len(decision.events) > EVENT_LIMIT:
            raise RuntimeError(f"more than {EVENT_LIMIT} events of one command")
        return decision


class Bus:
    """Takes commands from HTTP, devices, jobs and effects alike, and hands them to the writer."""

    def __init__(
        self, manifests: Iterable[Manifest], writer: Writer, readers: Readers, request_key: bytes = b""
    ) -> None:
        self._request_key = request_key
        self._specs = {spec.command: spec for manifest in manifests for spec in manifest.commands}
        self._writer = writer
        self._readers = readers

    def dispatch(self, command: Command, caller: Caller) -> Outcome:
        """Send a command and wait for its outcome. For threads, never for the event loop."""
        spec, refusal = self._admit(command, caller)
        if spec is None:
            return Outcome(refusal=refusal)
        evidence, refusal = self._prepared(spec, command)
        if refusal is not None:
            return Outcome(refusal=refusal)
        waiter: Future[Outcome] = Future()
        if not self._submit(spec, command, caller, evidence, waiter):
            return Outcome(refusal=Refusal("hub.busy", 503))
        return waiter.result()

    async def adispatch(self, command: Command, caller: Caller) -> Outcome:
        """Send a command from the event loop; slow preparation runs in a thread."""
        spec, refusal = self._admit(command, caller)
        if spec is None:
            return Outcome(refusal=refusal)
        evidence = None
        if spec.prepare is not None:
            evidence, refusal = await asyncio.to_thread(self._prepared, spec, command)
            if refusal is not None:
                return Outcome(refusal=refusal)
        waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        if not self._submit(spec, command, caller, evidence, waiter):
            return Outcome(refusal=Refusal("hub.busy", 503))
        return await waiter

    def _admit(self, command: Command, caller: Caller) -> tuple[CommandSpec | None, Refusal | None]:
        spec = self._specs[type(command)]
        if not is_id(command.command_id):
            return None, Refusal("command.id_invalid", 400)
        if caller.system or spec.open_to_all:
            return spec, None
        if caller.actor is None:
            return None, Refusal("auth.sign_in_first", 401)
        if spec.permission is not None and spec.permission not in caller.actor.permissions:
            return None, Refusal("auth.not_permitted", 403, {"permission": spec.permission})
        return spec, None

    def _prepared(self, spec: CommandSpec, command: Command) -> tuple[object, Refusal | None]:
        if spec.prepare is None:
            return None, None
        try:
            return spec.prepare(command, self._readers), None
        except queue.Empty:  # every reader stayed taken
            return None, Refusal("hub.busy", 503)
        except DatabaseError as error:
            return None, storage_refusal(error)
        except Exception:  # supervisor: a bug in one command's preparation is that command's refusal
            log.exception("preparation of %s failed", type(command).__name__)
            return None, Refusal("hub.internal_error", 500)

    def _submit(
        self, spec: CommandSpec, command: Command, caller: Caller, evidence: object, waiter: Waiter
    ) -> bool:
        work = _Work(spec, command, caller, request_hash(command, self._request_key), evidence)
        return self._writer.submit(work, spec.durability, waiter)


def _check_nothing_written(session: Session, changes_before: int) -> None:
    """Raises RuntimeError when a handler wrote after all, and so its command is undone.

    `PRAGMA query_only` would stop it sooner, but each turn of it makes SQLite prepare every statement anew.
    """
    connection = session.cursor.connection
    if connection.total_changes != changes_before or not connection.in_transaction:
        raise RuntimeError("a handler wrote by itself")


def request_hash(command: Command, key: bytes) -> str:
    """What tells a retry from another body under the same id; secrets are left out of it.

    It is keyed because it stands in the journal for ever: a plain hash would let anybody confirm a guess at
    the name of a person who was erased.
    """
    if command.secret_fields:
        command = msgspec.structs.replace(command, **dict.fromkeys(command.secret_fields, ""))
    return blake2b(_canonical.encode(command), key=key, digest_size=16).hexdigest()


def _tell(listener: Committed, records: list[Record[Any]]) -> None:
    try:
        listener(records)
    except Exception:  # supervisor: the records are committed, whoever fails to hear of them
        log.exception("a listener failed")
