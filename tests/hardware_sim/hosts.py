"""The host's end of each wire, opened with the real libraries and read byte by byte."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import serial

from hardware_sim.layout import KEYBOARD_SCANNER, RECEIPT_PRINTER, SERIAL_SCANNER, SMALL_PRINTER
from hardware_sim.play import SimulatedCounter
from hardware_sim.schedule import FaultSchedule
from hardware_sim.specs import Layout

TIMEOUT_S = 5.0
USB_SCANNER, LINE_SCANNER = KEYBOARD_SCANNER.device_id, SERIAL_SCANNER.device_id
TCP_PRINTER, PTY_PRINTER = RECEIPT_PRINTER.device_id, SMALL_PRINTER.device_id


@contextmanager
def standing(folder: Path, *specs: object, seed: int = 0) -> Iterator[SimulatedCounter]:
    """A counter with these devices."""
    layout: Layout = specs  # type: ignore[assignment]
    with SimulatedCounter(folder, layout, FaultSchedule(seed=seed)) as counter:
        yield counter


@contextmanager
def serial_host(counter: SimulatedCounter, device_id: str) -> Iterator[serial.Serial]:
    """The device's line opened by pyserial, and seen to be open by the device."""
    path = counter.link(device_id).removeprefix("serial://")
    with serial.Serial(path, 9600, timeout=TIMEOUT_S, write_timeout=TIMEOUT_S) as port:
        counter.connected(device_id)
        yield port


@contextmanager
def tcp_host(counter: SimulatedCounter, device_id: str = TCP_PRINTER) -> Iterator[socket.socket]:
    host, port = counter.link(device_id).removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT_S) as connection:
        counter.connected(device_id)
        yield connection


def receive(connection: socket.socket, count: int) -> bytes:
    """Exactly `count` bytes, one at a time."""
    got = b""
    while len(got) < count:
        byte = connection.recv(1)
        if not byte:
            raise EOFError(got.hex(" "))
        got += byte
    return got


EVDEV_HOST = """
import select, sys
import evdev
device = evdev.InputDevice(sys.argv[1])
device.grab()
print("open", device.path, device.name, device.uniq, device.phys, sep="|", flush=True)
try:
    while events := select.select([device.fd], [], []) and list(device.read()):
        for event in events:
            print(event.type, event.code, event.value, flush=True)
except OSError:
    pass
print("gone", flush=True)
sys.stdin.read()  # a gateway lives on
print("alive")
"""


class EvdevHost:
    """A process with the real evdev library under umockdev, telling every event on its standard output."""

    def __init__(self, counter: SimulatedCounter, device_id: str = USB_SCANNER) -> None:
        path = counter.link(device_id).removeprefix("hid://")
        environment = os.environ | counter.wiring.gateway_environment
        self._process = subprocess.Popen(
            [sys.executable, "-c", EVDEV_HOST, path],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # as launchers and systemd do; such a host must survive an unplug
        )
        self.opened = self.line().split("|")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def line(self) -> str:
        """What the host says next; EOFError if it has ended."""
        line = self._out.readline()
        if not line:
            raise EOFError(f"the host ended: {self._process.wait(timeout=TIMEOUT_S)}")
        return line.strip()

    def events_until_enter(self) -> list[tuple[int, int, int]]:
        """Every event up to the release of Enter and its report."""
        events: list[tuple[int, int, int]] = []
        while (1, 28, 0) not in events or events[-1][0] != 0:
            line = self.line()
            if line == "gone":
                raise EOFError(events)
            kind, code, value = map(int, line.split())
            events.append((kind, code, value))
        return events

    def rest(self) -> list[str]:
        """Everything up to the end of the device; the host itself must outlive it."""
        lines = list(iter(self.line, "gone"))
        rest, _ = self._process.communicate(timeout=TIMEOUT_S)
        assert (rest, self._process.returncode) == ("alive\n", 0)
        return lines
