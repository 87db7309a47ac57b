"""A counter with its devices running on this event loop: what the bench and the tests play."""

import asyncio
import time
from collections import Counter as Tally
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from hardware_sim.assembly import Fitter, wired_of
from hardware_sim.devices.device import Device
from hardware_sim.devices.printer import Printer
from hardware_sim.devices.printer_core import Torn
from hardware_sim.devices.scales import Scale
from hardware_sim.devices.scanners import Scanner
from hardware_sim.devices.terminals import PaymentTerminal
from hardware_sim.devices.testbed import Testbed, available, process_testbed
from hardware_sim.devices.trigger_box import TriggerBox
from hardware_sim.fate import Fate
from hardware_sim.faults import Fault, name_of
from hardware_sim.layout import STANDARD
from hardware_sim.news import News
from hardware_sim.schedule import FaultSchedule, Milestone, check_schedule
from hardware_sim.specs import KeyboardScannerSpec, Layout
from hardware_sim.views import DeviceView, FaultMet, PaperLine, Receipt, ScanOutcome
from hardware_sim.wiring import Wiring

RECEIPTS_KEPT = 500
NO_TESTBED = "umockdev is not installed here: the keyboard scanner is missing, the serial scanner works."


class UnknownDevice(KeyError):
    """No such device stands on this counter."""


class NotThatKind(TypeError):
    """The device is there and cannot do that."""


def now_us() -> int:
    return time.time_ns() // 1000


class Counter:
    """The devices by id. Made by `open_counter`; belongs to one event loop."""

    def __init__(
        self,
        folder: Path,
        layout: Layout,
        schedule: FaultSchedule,
        testbed: Testbed | None,
        news: News,
        clock_us: Callable[[], int] = now_us,
    ) -> None:
        self.news = news
        self.receipts: deque[Receipt] = deque(maxlen=RECEIPTS_KEPT)
        self.testbed = testbed
        fitter = Fitter(folder, schedule.seed, testbed, clock_us, self)
        self._receipts_cut = 0
        self._met: Tally[tuple[str, str]] = Tally()
        self._layout = tuple(spec for spec in layout if testbed or not isinstance(spec, KeyboardScannerSpec))
        self.notice = None if len(self._layout) == len(layout) else NO_TESTBED
        self.devices: dict[str, Device] = {spec.device_id: fitter.build(spec) for spec in self._layout}
        missing = {spec.device_id for spec in layout} - set(self.devices)
        steps = tuple(step for step in schedule.steps if not {step.device_id, step.counter_id} & missing)
        check_schedule(steps, {name: device.suffers for name, device in self.devices.items()})
        self._fate = Fate(schedule.seed, steps)

    def device(self, device_id: str) -> Device:
        try:
            return self.devices[device_id]
        except KeyError:
            raise UnknownDevice(device_id) from None

    def scanner(self, device_id: str) -> Scanner:
        device = self.device(device_id)
        if not isinstance(device, Scanner):
            raise NotThatKind(device_id)
        return device

    def printer(self, device_id: str) -> Printer:
        device = self.device(device_id)
        if not isinstance(device, Printer):
            raise NotThatKind(device_id)
        return device

    def drawer(self, device_id: str) -> Printer | TriggerBox:
        """What a drawer hangs on."""
        device = self.device(device_id)
        if isinstance(device, TriggerBox) or (isinstance(device, Printer) and device.core.drawer):
            return device
        raise NotThatKind(device_id)

    def scale(self, device_id: str) -> Scale:
        device = self.device(device_id)
        if not isinstance(device, Scale):
            raise NotThatKind(device_id)
        return device

    def terminal(self, device_id: str) -> PaymentTerminal:
        device = self.device(device_id)
        if not isinstance(device, PaymentTerminal):
            raise NotThatKind(device_id)
        return device

    async def scan(self, device_id: str, code: str) -> ScanOutcome:
        """Hold a code under a scanner; the outcome is news too."""
        heard = await self.scanner(device_id).scan(code)
        outcome = ScanOutcome(device_id=device_id, code=code, heard=heard)
        self.news.scanned(outcome)
        return outcome

    async def receipt_after(self, number: int, timeout_s: float) -> Receipt:
        """The first receipt kept whose number is above `number`, waiting for it if need be."""
        await self.news.until(lambda: self._receipts_cut > number and bool(self.receipts), timeout_s)
        return next(receipt for receipt in self.receipts if receipt.number > number)

    def wiring(self, bench_url: str | None = None) -> Wiring:
        """How a gateway reaches what is plugged in here."""
        wired = (wired_of(spec, self.devices[spec.device_id]) for spec in self._layout)
        return Wiring(
            devices=tuple(device for devices in wired for device in devices),
            gateway_environment=self.testbed.environment() if self.testbed else {},
            bench_url=bench_url,
            notice=self.notice,
        )

    def changed(self, device: Device) -> None:
        self.news.device_changed(device.view())

    def counted(self, device: Device, unit: Milestone) -> None:
        """Let happen what the schedule has for this point of the traffic."""
        counted = (device.label.device_id, unit, device.counts[unit])
        for device_id, fault in self._fate.over(*counted):
            self.devices[device_id].relieve(type(fault))
        for device_id, fault in self._fate.due(*counted):
            self.inject(device_id, fault)

    def inject(self, device_id: str, fault: Fault) -> DeviceView:
        """Give a device a fault; how often each struck is counted."""
        device = self.device(device_id)
        device.inject(fault)
        self._met[device_id, name_of(fault)] += 1
        return device.view()

    def faults_met(self) -> list[FaultMet]:
        """Every fault that struck so far."""
        met = sorted(self._met.items())
        return [FaultMet(device_id=one, fault=fault, times=times) for (one, fault), times in met]

    async def pass_time(self) -> None:
        """Let every device count the seconds, until cancelled."""
        while True:
            await asyncio.sleep(1)
            for device in self.devices.values():
                device.count("seconds", 1)

    def printed(self, device_id: str, line: PaperLine) -> None:
        self.news.printed(device_id, line)

    def torn(self, device_id: str, columns: int, torn: Torn) -> None:
        self._receipts_cut += 1
        receipt = Receipt(
            number=self._receipts_cut,
            device_id=device_id,
            columns=columns,
            lines=torn.lines,
            text=torn.text,
        )
        self.receipts.append(receipt)
        self.news.receipt_cut(receipt)


def open_testbed(layout: Layout) -> Testbed | None:
    """A testbed if the layout needs one and this machine can have it."""
    if not any(isinstance(spec, KeyboardScannerSpec) for spec in layout):
        return None
    return process_testbed() if available() else None


@asynccontextmanager
async def open_counter(
    folder: Path,
    layout: Layout = STANDARD,
    schedule: FaultSchedule | None = None,
    news: News | None = None,
) -> AsyncIterator[Counter]:
    """Every device plugged in and running, all unplugged at the end. A device that breaks ends it all."""
    testbed = open_testbed(layout)
    counter = Counter(folder, layout, schedule or FaultSchedule(seed=0), testbed, news or News())
    try:
        for device in counter.devices.values():
            device.plug()
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(device.run(), name=device_id)
                for device_id, device in counter.devices.items()
            ]
            running.append(tasks.create_task(counter.pass_time(), name="time"))
            try:
                yield counter
            finally:
                for task in running:
                    task.cancel()
    finally:
        for device in counter.devices.values():
            device.unplug()
