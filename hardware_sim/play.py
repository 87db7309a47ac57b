"""A cashier at a simulated counter, from blocking code: scan, look at the paper, close the drawer."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from hardware_sim.counter import Counter, open_counter
from hardware_sim.devices.paper import text_of
from hardware_sim.devices.printer import Printer
from hardware_sim.devices.scales import Scale
from hardware_sim.devices.scanners import Scanner
from hardware_sim.faults import Fault
from hardware_sim.layout import STANDARD
from hardware_sim.schedule import FaultSchedule
from hardware_sim.specs import Layout
from hardware_sim.views import Choice, CustomerPlan, DeviceView, LedgerEntry, Receipt, ScaleKey
from hardware_sim.wiring import Wiring, write_wiring

T = TypeVar("T")
TIMEOUT_S = 10.0


class SimulatedCounter:
    """Devices on an event loop in a thread of their own, for the length of a `with`.

    Every verb is done when it returns; what takes the other side's time waits for the condition and raises
    TimeoutError. Without a device named, the first scanner, printer or scale plugged in is meant.
    """

    def __init__(
        self, folder: Path, layout: Layout = STANDARD, schedule: FaultSchedule | None = None
    ) -> None:
        self._folder, self._layout, self._schedule = folder, layout, schedule
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="simulated counter")
        self._ready = threading.Event()
        self._leave = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._counter: Counter | None = None
        self._standing: Future[None] | None = None

    def __enter__(self) -> Self:
        self._standing = self._thread.submit(self._run)
        self._ready.wait(TIMEOUT_S)
        if self._counter is None:
            self._standing.result(TIMEOUT_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._counter is not None:
            self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.shutdown(wait=True)
        if error is None and self._standing is not None:
            self._standing.result(0)

    @property
    def wiring(self) -> Wiring:
        """How a gateway reaches the devices, and the environment it needs."""
        return self._call(lambda counter: counter.wiring())

    def write_wiring(self, path: Path) -> None:
        write_wiring(path, self.wiring)

    def link(self, device_id: str) -> str:
        return self._call(lambda counter: counter.device(device_id).wire.link)

    def view(self, device_id: str) -> DeviceView:
        return self._call(lambda counter: counter.device(device_id).view())

    def scan(self, code: str, device_id: str | None = None) -> bool:
        """Hold a code under a scanner; True if a host heard all of it."""

        async def hold(counter: Counter) -> bool:
            outcome = await counter.scan(device_id or first(counter, Scanner), code)
            return outcome.heard

        return self._wait(hold)

    def weigh(self, load_g: int, device_id: str | None = None, *, shaken: bool = False) -> None:
        """Put this on a scale in place of what lies there."""

        def put(counter: Counter) -> None:
            counter.scale(device_id or first(counter, Scale)).put(load_g, shaken=shaken)

        self._call(put)

    def press(self, key: ScaleKey, device_id: str | None = None) -> bool:
        """Press a scale's own key; False when it refuses."""
        return self._call(lambda counter: counter.scale(device_id or first(counter, Scale)).press(key))

    def expect(self, choice: Choice | Literal["hand"], device_id: str, after_ms: int = 0) -> None:
        """What the customers at a payment terminal do from now on; `hand` waits for `choose`."""
        plan = CustomerPlan(choice=choice, after_ms=after_ms)
        self._call(lambda counter: counter.terminal(device_id).set_plan(plan))

    def choose(self, choice: Choice, device_id: str) -> bool:
        """The hand of the customer who is asked; False if nobody is."""
        return self._call(lambda counter: counter.terminal(device_id).choose(choice))

    def asking(self, device_id: str, timeout_s: float = TIMEOUT_S) -> LedgerEntry:
        """The sale that a terminal asks its customer about, waiting for one."""
        view = self.until(device_id, lambda seen: bool(seen.terminal and seen.terminal.asking), timeout_s)
        assert view.terminal is not None
        assert view.terminal.asking is not None
        return view.terminal.asking

    def ledger(self, device_id: str) -> list[LedgerEntry]:
        """The acquirer's book."""
        return self._call(lambda counter: list(counter.terminal(device_id).ledger.entries.values()))

    def movements(self, device_id: str) -> list[tuple[str, int]]:
        """Every movement of money, as request and amount: to the shop above zero."""
        return self._call(
            lambda counter: [
                (moved.request_id, moved.amount_fen) for moved in counter.terminal(device_id).ledger.movements
            ]
        )

    def receipt(self, after: int = 0, timeout_s: float = TIMEOUT_S) -> Receipt:
        """The first receipt cut with a number above `after`."""
        return self._wait(lambda counter: counter.receipt_after(after, timeout_s), timeout_s)

    def receipts(self) -> list[Receipt]:
        return self._call(lambda counter: list(counter.receipts))

    def paper(self, device_id: str | None = None) -> str:
        """The uncut paper hanging out of a printer, as text."""

        def hanging(counter: Counter) -> str:
            core = counter.printer(device_id or first(counter, Printer)).core
            return text_of(tuple(core.hanging), core.traits.columns)

        return self._call(hanging)

    def until(
        self,
        device_id: str,
        condition: Callable[[DeviceView], bool],
        timeout_s: float = TIMEOUT_S,
    ) -> DeviceView:
        """The device's view once the condition holds of it."""

        async def wait(counter: Counter) -> DeviceView:
            device = counter.device(device_id)
            await counter.news.until(lambda: condition(device.view()), timeout_s)
            return device.view()

        return self._wait(wait, timeout_s)

    def connected(self, device_id: str, timeout_s: float = TIMEOUT_S) -> DeviceView:
        """Wait until a host has the device open."""
        return self.until(device_id, lambda view: view.connected, timeout_s)

    def plug(self, device_id: str) -> None:
        self._call(lambda counter: counter.device(device_id).plug())

    def unplug(self, device_id: str) -> None:
        self._call(lambda counter: counter.device(device_id).unplug())

    def inject(self, device_id: str, fault: Fault) -> None:
        self._call(lambda counter: counter.inject(device_id, fault))

    def relieve(self, device_id: str, kind: type[Fault]) -> None:
        """Take one fault away."""
        self._call(lambda counter: counter.device(device_id).relieve(kind))

    def heal(self, device_id: str) -> None:
        self._call(lambda counter: counter.device(device_id).heal())

    def close_drawer(self, device_id: str | None = None) -> None:
        """Push the drawer shut by hand."""
        self._call(lambda counter: counter.printer(device_id or first(counter, Printer)).set_drawer(False))

    def _call(self, ask: Callable[[Counter], T]) -> T:
        async def answer(counter: Counter) -> T:
            return ask(counter)

        return self._wait(answer)

    def _wait(self, ask: Callable[[Counter], Coroutine[Any, Any, T]], timeout_s: float = TIMEOUT_S) -> T:
        if self._counter is None or self._loop is None:
            raise RuntimeError("the counter is not open")
        asked = asyncio.run_coroutine_threadsafe(ask(self._counter), self._loop)
        return asked.result(timeout_s + TIMEOUT_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._stand())
        finally:
            self._counter = None
            self._ready.set()

    async def _stand(self) -> None:
        async with open_counter(self._folder, self._layout, self._schedule) as counter:
            self._loop, self._counter = asyncio.get_running_loop(), counter
            self._ready.set()
            await self._leave.wait()


def first(counter: Counter, kind: type[Scanner] | type[Printer] | type[Scale]) -> str:
    """The first plugged-in device of this kind."""
    for device_id, device in counter.devices.items():
        if isinstance(device, kind) and device.wire.plugged:
            return device_id
    raise LookupError(f"no {kind.kind} is plugged in")
