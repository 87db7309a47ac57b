"""The one writer: a thread that runs commands one after another and commits them in groups.

Everybody waiting shares one fsync. Nobody is answered before COMMIT.
"""

import asyncio
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Protocol

import msgspec

from hub.kernel.db import Connection, DatabaseError, is_full, is_storage_failure
from hub.kernel.errors import Refusal, Refused
from hub.kernel.module import Durability
from hub.kernel.sql import Kept, Session, upsert
from hub.kernel.tables import integer, local, text

log = logging.getLogger(__name__)

GROUP_LIMIT = 32
QUEUE_LIMIT = 2_000
NORMAL_TAIL_S = 0.5
"""How long a NORMAL commit may stay without an fsync."""
NEXT_ARRIVAL_S = {Durability.NORMAL: 0.0005, Durability.FULL: 0.004}
"""A group that waits for company stays open while somebody joins it so soon after the last."""
SWITCH_INTERVAL_S = 0.0005
"""At Python's default a CPU-bound neighbour makes a hop to this thread 15 ms instead of 1."""

_DIED = 70
"""The exit status of a process that ends because its writer did: an internal error, as sysexits.h has it."""

durable_marks = local("durable_marks", text("name"), integer("seq"), key=("name",))
_mark: Kept = upsert(durable_marks, replace=("seq",))
_count_sync: Kept = upsert(durable_marks, add=("seq",))
_SYNCHRONOUS = {
    Durability.NORMAL: "PRAGMA synchronous = NORMAL",
    Durability.FULL: "PRAGMA synchronous = FULL",
}


class Outcome(msgspec.Struct, frozen=True):
    """What came of a command, after COMMIT: an answer or a refusal, and the events it left."""

    answer: Any = None
    """The handler's struct; for a repeated command the same as plain JSON objects."""
    refusal: Refusal | None = None
    first_seq: int = 0
    last_seq: int = 0
    repeated: bool = False
    """True when this is the first answer to an earlier sending of the same command."""


class Core(Protocol):
    """What runs inside the writer's transaction: the bus."""

    def run(self, session: Session, work: Any) -> Outcome:
        """Decide, append and project one command."""
        ...

    def mark(self) -> object:
        """The state in memory before a command, to roll back to."""
        ...

    def roll_back(self, mark: object) -> None:
        """Forget what a command did in memory."""
        ...

    def reload(self, session: Session) -> None:
        """Read the state in memory again from the database."""
        ...

    def committed(self) -> int:
        """Called after COMMIT: publish what was recorded; returns the journal's last sequence number."""
        ...


Waiter = Future[Outcome] | asyncio.Future[Outcome]


_FAILED = Outcome(refusal=Refusal("hub.internal_error", 500))


class _Item:
    __slots__ = ("durability", "outcome", "waiter", "work")

    def __init__(self, work: Any, durability: Durability, waiter: Waiter) -> None:
        self.work = work
        self.durability = durability
        self.waiter = waiter
        self.outcome = _FAILED


class _GroupLost(Exception):
    """A command failed when it had written already, or SQLite gave up the whole transaction."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome
        """The failed command's, if it was alone."""


class Writer:
    """Owns the write connection and its thread. `fsynced_seq` is how far a power cut cannot reach back."""

    def __init__(
        self,
        connection: Connection,
        core: Core,
        committed_seq: int,
        after_commit: Callable[[], None],
        monotonic_s: Callable[[], float] = time.monotonic,
        renew_log: Callable[[], None] = lambda: None,
        died: Callable[[], None] = lambda: os._exit(_DIED),
    ) -> None:
        """`renew_log` writes the write-ahead log anew and syncs it, or raises OSError.

        `died` is called when the thread cannot go on: a hub without its writer would hang every till, while
        one that ends is started again.
        """
        self._connection = connection
        self._session = Session(connection.cursor(), "sqlite")
        self._core = core
        self._after_commit = after_commit
        self._monotonic_s = monotonic_s
        self._queue: queue.Queue[_Item | None] = queue.Queue(QUEUE_LIMIT)
        self._gate = threading.Lock()
        self._stopping = False
        self._stop_seen = False
        self._held_back: _Item | None = None
        self._core_is_stale = False
        self._renew_log = renew_log
        # A hub killed after its disk failed must not build on what only the page cache holds.
        self._log_is_suspect = True
        self._synchronous: Durability | None = None
        self._committed_seq = committed_seq
        self._tail_due_s: float | None = None
        self._company = {Durability.NORMAL: 1, Durability.FULL: 1}
        self.fsynced_seq = 0
        self._died = died
        self._thread = threading.Thread(target=self._run_or_die, name="writer", daemon=True)

    def start(self) -> None:
        """Make what is in the file durable, then begin to take work."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._sync_tail()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, make it durable, end the thread; later work is not taken."""
        with self._gate:
            if self._stopping:
                return
            self._stopping = True
        self._queue.put(None)
        self._thread.join(timeout=30)

    def submit(self, work: Any, durability: Durability, waiter: Waiter) -> bool:
        """Queue work; its waiter is settled after COMMIT. False when the queue is full or closed."""
        with self._gate:
            if self._stopping:
                return False
            try:
                self._queue.put_nowait(_Item(work, durability, waiter))
            except queue.Full:
                return False
        return True

    def suspect_log(self) -> None:
        """The disk failed somebody: what was written may not be there, whatever the next fsync says."""
        self._log_is_suspect = True

    def _run_or_die(self) -> None:
        try:
            self._run()
        except BaseException:  # supervisor: whatever it is, nobody may wait for a writer that is gone
            log.critical("the writer died", exc_info=True)
            self._died()

    def _run(self) -> None:
        while not self._stop_seen:
            item = self._next()
            if item is None:
                break
            items = self._with_waiting(item)
            try:
                self._run_group(items)
            except Exception:  # supervisor: whatever a group dies of, its waiters are answered
                log.exception("group failed")
                self._abandon(None)
            self._settle(items)
        self._sync_tail()

    def _next(self) -> _Item | None:
        """The next item, syncing the NORMAL tail when its time comes first."""
        held_back, self._held_back = self._held_back, None
        while held_back is None:
            timeout_s = None if self._tail_due_s is None else self._tail_due_s - self._monotonic_s()
            try:
                if timeout_s is not None and timeout_s <= 0:
                    raise queue.Empty
                return self._queue.get(timeout=timeout_s)
            except queue.Empty:
                self._sync_tail()
        return held_back

    def _with_waiting(self, first: _Item) -> list[_Item]:
        """The first item and everybody who waits behind it, up to the group's limit.

        A group that needs no fsync takes nobody who does: a scan is not kept waiting by the sale behind it.
        """
        items = [first]
        while len(items) < GROUP_LIMIT:
            try:
                item = self._joining(items)
            except queue.Empty:
                break
            if item is None:
                self._stop_seen = True
                break
            if item.durability > first.durability:
                self._held_back = item
                break
            items.append(item)
        return items

    def _joining(self, items: list[_Item]) -> _Item | None:
        """Who joins these. Raises queue.Empty when nobody does in time.

        Those whom the last commits of a kind answered are waited for, a moment each: one commit of sixteen
        costs far less than two of eight. A till that sells or scans alone waits for nobody, and no scan waits
        for a sale's company.
        """
        kind = items[0].durability
        if items[-1].durability is kind and len(items) < self._company[kind]:
            return self._queue.get(timeout=NEXT_ARRIVAL_S[kind])
        return self._queue.get_nowait()

    def _run_group(self, items: list[_Item]) -> None:
        """Run and commit a group; on a lost transaction run its members again, each alone."""
        durability = max(item.durability for item in items)
        try:
            self._begin(durability)
            if self._core_is_stale:
                self._reload_core()
            outcomes = [self._run_one(item) for item in items]
            self._execute("COMMIT")
        except (_GroupLost, DatabaseError, OSError) as error:
            self._abandon(error)
            if len(items) == 1:
                items[0].outcome = _outcome_of(error)
            else:
                for item in items:
                    self._run_group([item])
        else:
            for item, outcome in zip(items, outcomes, strict=True):
                item.outcome = outcome
            self._committed(durability)
            kin = sum(item.durability is durability for item in items)
            self._company[durability] = max(kin, self._company[durability] - 1)

    def _run_one(self, item: _Item) -> Outcome:
        """Most that fails has written nothing, so no command pays for a savepoint. Raises _GroupLost."""
        mark, written = self._core.mark(), self._connection.total_changes
        failure: Exception
        try:
            return self._core.run(self._session, item.work)
        except Refused as refused:
            failure, outcome = refused, Outcome(refusal=refused.refusal)
        except DatabaseError as error:
            log.exception("command failed in the database")
            failure, outcome = error, Outcome(refusal=storage_refusal(error))
        except Exception as error:  # supervisor: one command's bug must not end the store's writer
            log.exception("command failed")
            failure, outcome = error, _FAILED
        if not self._connection.in_transaction or self._connection.total_changes != written:
            raise _GroupLost(outcome) from failure
        self._core.roll_back(mark)
        return outcome

    def _committed(self, durability: Durability) -> None:
        """What a COMMIT makes durable: a FULL one everything before it, if it wrote to the log at all.

        A group of refusals writes nothing, so SQLite syncs nothing, and an earlier NORMAL tail stays open.
        """
        before, self._committed_seq = self._committed_seq, self._core.committed()
        if durability is Durability.FULL and self._committed_seq > before:
            self.fsynced_seq, self._tail_due_s = self._committed_seq, None
        elif durability is Durability.NORMAL and self._tail_due_s is None:
            self._tail_due_s = self._monotonic_s() + NORMAL_TAIL_S
        self._after_commit()

    def _sync_tail(self) -> None:
        """One FULL commit of a mark: it makes every earlier commit durable too.

        The counter is what makes it a write: SQLite skips a row that is written as it was, and then it
        has nothing to sync.
        """
        try:
            self._begin(Durability.FULL)
            self._session.write(_mark, [{"name": "journal", "seq": self._committed_seq}])
            self._session.write(_count_sync, [{"name": "syncs", "seq": 1}])
            self._execute("COMMIT")
            self.fsynced_seq, self._tail_due_s = self._committed_seq, None
        except (DatabaseError, OSError) as error:
            self._abandon(error)
            self._tail_due_s = self._monotonic_s() + NORMAL_TAIL_S

    def _abandon(self, error: Exception | None) -> None:
        """Back to what the database holds; while it cannot even be read, every group begins by trying."""
        if error is not None:
            log.error("transaction abandoned: %s", error.__cause__ or error)
        is_a_commands_own = isinstance(error, _GroupLost) and self._connection.in_transaction
        self._log_is_suspect |= not is_a_commands_own
        self._core_is_stale = True
        try:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")
            self._reload_core()
        except DatabaseError as worse:
            log.error("the journal's head cannot be read: %s", worse)

    def _reload_core(self) -> None:
        self._core.reload(self._session)
        self._core_is_stale = False

    def _settle(self, items: list[_Item]) -> None:
        """Answer everybody; one hop for each event loop, however many of it wait."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Item]] = {}
        for item in items:
            if isinstance(item.waiter, asyncio.Future):
                by_loop.setdefault(item.waiter.get_loop(), []).append(item)
            elif item.waiter.set_running_or_notify_cancel():
                item.waiter.set_result(item.outcome)
        for loop, waiting in by_loop.items():
            with suppress(RuntimeError):  # the loop has closed: nobody waits there any more
                loop.call_soon_threadsafe(_set_results, waiting)

    def _execute(self, sql: str) -> None:
        self._session.cursor.execute(sql)

    def _begin(self, durability: Durability) -> None:
        if self._log_is_suspect:
            self._log_is_suspect = False
            try:
                self._renew_log()
            except OSError:
                self._log_is_suspect = True
                raise
        self._be_synchronous(durability)
        self._execute("BEGIN IMMEDIATE")

    def _be_synchronous(self, durability: Durability) -> None:
        if self._synchronous is not durability:
            self._execute(_SYNCHRONOUS[durability])
            self._synchronous = durability


def _set_results(items: list[_Item]) -> None:
    for item in items:
        if not item.waiter.done():
            item.waiter.set_result(item.outcome)


def _outcome_of(error: Exception) -> Outcome:
    return error.outcome if isinstance(error, _GroupLost) else Outcome(refusal=storage_refusal(error))


def storage_refusal(error: Exception) -> Refusal:
    """What a command is told that the database stopped: the disk's fault, or a bug of ours."""
    cause = error.__cause__ or error
    if is_full(cause):
        return Refusal("storage.full", 507)
    if is_storage_failure(cause) or isinstance(cause, OSError):
        return Refusal("storage.failed", 503)
    return Refusal("hub.internal_error", 500)
