"""The whole demo shop as real processes: started as the launcher starts it, and hurt on purpose."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloud_sync.cloud.broker import running_pid
from hub.app.demo.places import Places
from hub.app.demo.stack import Stack, Suffering
from hub.app.settings import load_settings
from hub.app.wiring import open_engine
from hub.devices.messages import BindDevice
from hub.kernel.context import SYSTEM
from hub.kernel.ids import new_id
from hub.kernel.messages import Command
from hub.modules.identity.messages import AddStaff, RegisterTerminal
from tests.worlds.stack.bench import Bench
from tests.worlds.stack.books import Books, Cloud
from tests.worlds.stack.processes import free_ports
from tests.worlds.stack.waiting import eventually

SIM, CLOUD, HUB, GATEWAY = "simulator", "cloud", "hub", "gateway"
MANY_TILLS = [f"T{number}" for number in range(10, 60)]
SPARE_TILL = "T99"
"""A till at which no shift is ever opened."""
FORGETFUL = ("1002", "8642")
"""A cashier whom the other tests do not need: this one's PIN may be locked."""


class World:
    """One shop on free ports. T01 has the receipt printer, T02 the small one."""

    def __init__(self, folder: Path, suffering: Suffering | None = None) -> None:
        self.places = Places(folder, free_ports())
        self.stack = Stack(self.places, suffering)
        self.bench = Bench(f"http://127.0.0.1:{self.places.ports.bench}")
        self.books = Books(folder / "hub")
        self.cloud = Cloud(self.places.cloud_settings)
        self._starts = {
            SIM: self.stack.start_simulator,
            CLOUD: self.stack.start_cloud,
            HUB: self.stack.start_hub,
            GATEWAY: self.stack.start_gateway,
        }

    def start(self) -> World:
        """Everything, from an empty folder on."""
        self.stack.look_around()
        self.stack.start_simulator()
        self.stack.make_shop()
        self._furnish()
        for name in (CLOUD, HUB, GATEWAY):
            self._starts[name]()
        return self

    def end(self) -> None:
        """Everything, and a broker whose cloud was killed."""
        self.bench.close()
        self.books.close()
        self.stack.end()
        if (left := self.broker_pid) is not None:
            os.kill(left, signal.SIGKILL)

    def mend(self) -> None:
        """Whatever a test has broken: programs run, devices are whole and at work."""
        for name, start in self._starts.items():
            if not self.stack.children.is_running(name):
                start()
        self.bench.heal_all()
        eventually(self.bench.all_connected, "the gateway at every device")

    @property
    def broker_pid(self) -> int | None:
        """The broker's process, a child of the cloud."""
        return running_pid(self.places.root / "cloud" / "broker")

    def kill(self, name: str) -> None:
        """kill -9."""
        os.kill(self.stack.children.pid(name), signal.SIGKILL)
        eventually(lambda: not self.stack.children.is_running(name), f"the end of {name}")

    def kill_broker(self) -> int:
        """kill -9 of the cloud's child; its process id."""
        pid = eventually(lambda: self.broker_pid, "a broker")
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: self.broker_pid != pid, "the end of the broker")
        return pid

    def stop(self, name: str) -> None:
        """End a program in good order."""
        os.kill(self.stack.children.pid(name), signal.SIGTERM)
        eventually(lambda: not self.stack.children.is_running(name), f"the end of {name}")

    def start_again(self, *names: str) -> None:
        """Start programs that are not running, in this order."""
        for name in names:
            self._starts[name]()

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """A program that does nothing for a while and does not know it."""
        pid = self.stack.children.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if self.stack.children.is_running(name):
                os.kill(pid, signal.SIGCONT)

    def _furnish(self) -> None:
        """More tills and another cashier than the demo has; one printer to a till."""
        number, pin = FORGETFUL
        extra: list[Command] = [
            RegisterTerminal(command_id=new_id(), terminal_id=till, name=f"收银台 {till}")
            for till in (*MANY_TILLS, SPARE_TILL)
        ]
        extra += [
            AddStaff(
                command_id=new_id(),
                staff_id=new_id(),
                staff_no=number,
                name="收银员 02",
                role="cashier",
                pin=pin,
            ),
            BindDevice(command_id=new_id(), device_id="printer-2", terminal_id="T02"),
        ]
        engine = open_engine(load_settings(self.places.hub_settings))
        try:
            for command in extra:
                assert engine.bus.dispatch(command, SYSTEM).refusal is None
        finally:
            engine.close()
