"""A writer on a connection that can be made to fail, and what is sent to it."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from hub.kernel.bus import Bus, DecisionCore
from hub.kernel.context import SYSTEM, Context
from hub.kernel.db import Readers, connect_writer
from hub.kernel.decision import Decision
from hub.kernel.engine import KERNEL, Folder
from hub.kernel.ids import new_id
from hub.kernel.journal import Head, read_head
from hub.kernel.keystore import Keystore
from hub.kernel.ledger import Ledger
from hub.kernel.messages import Command
from hub.kernel.module import CommandSpec, Manifest
from hub.kernel.projections import event_types
from hub.kernel.schema import prepare_schema
from hub.kernel.sql import Session
from hub.kernel.writer import Outcome, Writer
from tests.kernel import jars
from tests.kernel.conftest import ORIGIN, OwnClock
from tests.kernel.faulty import WAIT_S, FaultyConnection
from tests.kernel.jars import Fill, Nudge

KEY = bytes(range(32))
BEGIN, COMMIT = "BEGIN IMMEDIATE", "COMMIT"


class Hold(Command, frozen=True, kw_only=True):
    """Keeps the writer busy until it is let go."""


class Bench:
    """A writer on a connection that can be made to fail, with the rest of a hub around it."""

    def __init__(self, folder: Folder) -> None:
        folder.path.mkdir(parents=True)
        self.entered, self.let_go = threading.Event(), threading.Event()
        self.wal = folder.path / "hub.db-wal"
        holding = Manifest("holding", "tests.kernel", (CommandSpec(Hold, self._hold),))
        manifests = (*KERNEL, jars.manifest, holding)
        self.types = event_types(manifests)
        self.connection = FaultyConnection(connect_writer(folder.database, KEY))
        self.keystore = Keystore(folder.keystore, KEY)
        prepare_schema(self.connection.real, manifests, self.types)
        self.session = Session(self.connection.real.cursor(), "sqlite")
        ledger = Ledger(ORIGIN, self.session)
        self.core = DecisionCore(manifests, ORIGIN, ledger, OwnClock(), self.keystore, self.types)
        self.readers = Readers(folder.database, KEY, size=2)
        self.monotonic: Iterator[float] = itertools.repeat(0.0)
        self.renewals: list[str] = []
        self.writer = self.new_writer()
        self.bus = Bus(manifests, self.writer, self.readers, b"key")
        self.writer.start()

    def new_writer(self) -> Writer:
        def monotonic_s() -> float:
            return next(self.monotonic)

        return Writer(self.connection, self.core, self.head().seq, lambda: None, monotonic_s, self._renew)

    def _renew(self) -> None:
        self.renewals.append(self.connection.log[-1] if self.connection.log else "start")

    def _hold(self, _command: Hold, _context: Context) -> Decision:
        self.entered.set()
        assert self.let_go.wait(WAIT_S)
        return Decision()

    def send(self, command: Command) -> Outcome:
        return self.bus.dispatch(command, SYSTEM)

    def send_together(self, *commands: Command) -> list[Outcome]:
        """All of them in one group, in this order, behind one that held the writer."""
        outcomes: list[Future[Outcome]] = [Future() for _ in commands]
        holding = threading.Thread(target=self.send, args=(Hold(command_id=new_id()),))
        holding.start()
        assert self.entered.wait(WAIT_S)
        for command, outcome in zip(commands, outcomes, strict=True):
            spec = self.bus._specs[type(command)]
            assert self.bus._submit(spec, command, SYSTEM, None, outcome)
        self.connection.log.clear()
        self.let_go.set()
        holding.join(WAIT_S)
        return [outcome.result(WAIT_S) for outcome in outcomes]

    def head(self) -> Head:
        return read_head(self.readers) or Head(1, 0, bytes(32), 0)

    def close(self) -> None:
        self.connection.hook = lambda _sql: None
        self.let_go.set()
        self.writer.stop()
        self.readers.close()
        self.connection.real.close()
        self.keystore.close()


def fills(count: int) -> list[Command]:
    return [Fill(command_id=new_id(), jar_id=f"jar-{number}", beans=1) for number in range(count)]


def nudge() -> Nudge:
    return Nudge(command_id=new_id(), jar_id="nudged")
