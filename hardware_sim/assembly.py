"""From a layout to devices on their wires."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hardware_sim.devices.device import Audience, Device
from hardware_sim.devices.display import Display
from hardware_sim.devices.display_wires import pole_named
from hardware_sim.devices.drawer import Drawer
from hardware_sim.devices.input_record import InputIdentity
from hardware_sim.devices.input_wire import InputWire
from hardware_sim.devices.label_printer import LabelPrinter
from hardware_sim.devices.labels import Language, Tspl, Zpl
from hardware_sim.devices.pan import Pan, PanTraits
from hardware_sim.devices.pole import Face, PriceDisplay
from hardware_sim.devices.printer import Printer
from hardware_sim.devices.printer_core import PrinterCore, PrinterTraits
from hardware_sim.devices.pty_wire import PtyWire
from hardware_sim.devices.scale_wires import wire_named
from hardware_sim.devices.scales import Scale
from hardware_sim.devices.scanners import KeyboardScanner, SerialScanner
from hardware_sim.devices.tcp_wire import TcpWire
from hardware_sim.devices.terminal_wires import CodeWire, EcrWire
from hardware_sim.devices.terminals import PaymentTerminal
from hardware_sim.devices.testbed import Testbed, TestbedUnavailable
from hardware_sim.devices.trigger_box import TriggerBox
from hardware_sim.specs import (
    AnySpec,
    KeyboardScannerSpec,
    LabelPrinterSpec,
    PaymentTerminalSpec,
    PoleSpec,
    PriceDisplaySpec,
    PrinterSpec,
    ScaleSpec,
    SerialScannerSpec,
    TriggerBoxSpec,
)
from hardware_sim.wiring import WiredDevice


@dataclass(frozen=True)
class Fitter:
    """Builds devices that tell `audience` what they do; ptys appear under `folder`/dev."""

    folder: Path
    seed: int
    testbed: Testbed | None
    clock_us: Callable[[], int]
    audience: Audience

    def build(self, spec: AnySpec) -> Device:
        if isinstance(spec, PrinterSpec):
            return self._printer(spec)
        if isinstance(spec, SerialScannerSpec):
            return self._serial_scanner(spec)
        if isinstance(spec, TriggerBoxSpec):
            return self._trigger_box(spec)
        if isinstance(spec, PoleSpec):
            return self._display(spec, pole_named(spec.protocol, spec.double_byte))
        if isinstance(spec, PriceDisplaySpec):
            return self._display(spec, PriceDisplay())
        if isinstance(spec, ScaleSpec):
            return self._scale(spec)
        if isinstance(spec, LabelPrinterSpec):
            return self._label_printer(spec)
        if isinstance(spec, PaymentTerminalSpec):
            return self._terminal(spec)
        return self._keyboard_scanner(spec)

    def _keyboard_scanner(self, spec: KeyboardScannerSpec) -> KeyboardScanner:
        if self.testbed is None:
            raise TestbedUnavailable(spec.device_id)
        scanner = KeyboardScanner(spec.label, self.audience, self.seed, self.clock_us, spec.gs, spec.aim_id)
        identity = InputIdentity(number=0, port=spec.usb_port, name=spec.product, serial=spec.serial)
        scanner.wire = InputWire(self.testbed, identity, scanner, self.clock_us)
        return scanner

    def _serial_scanner(self, spec: SerialScannerSpec) -> SerialScanner:
        scanner = SerialScanner(spec.label, self.audience, self.seed, spec.suffix, spec.aim_id, spec.gs)
        tcp = spec.wire == "tcp"
        scanner.wire = TcpWire(scanner, spec.port) if tcp else PtyWire(self._pty(spec), scanner)
        return scanner

    def _label_printer(self, spec: LabelPrinterSpec) -> LabelPrinter:
        language: Language = Zpl() if spec.language == "zpl" else Tspl()
        printer = LabelPrinter(spec.label, self.audience, self.seed, language, spec.label_ms)
        printer.wire = TcpWire(printer, spec.port)
        return printer

    def _terminal(self, spec: PaymentTerminalSpec) -> PaymentTerminal:
        card = spec.protocol == "ecr_card"
        speech = EcrWire(spec.encoding) if card else CodeWire(spec.merchant_key, spec.in_yuan)
        terminal = PaymentTerminal(spec.label, self.audience, self.seed, speech, spec.plan)
        terminal.wire = TcpWire(terminal, spec.port)
        return terminal

    def _display(self, spec: AnySpec, face: Face) -> Display:
        display = Display(spec.label, self.audience, self.seed, face)
        display.wire = PtyWire(self._pty(spec), display)
        return display

    def _printer(self, spec: PrinterSpec) -> Printer:
        traits = PrinterTraits(
            columns=spec.columns,
            cutter=spec.cutter,
            confirms=spec.confirms,
            double_byte_at_power_up=spec.double_byte_at_power_up,
            model=spec.model,
            serial=spec.device_id,
        )
        hung = spec.drawer
        drawer = (
            Drawer(pin=hung.pin, high_when_open=hung.high_when_open, has_switch=hung.has_switch)
            if hung
            else None
        )
        core = PrinterCore(traits=traits, drawer=drawer)
        printer = Printer(spec.label, self.audience, self.seed, core, spec.line_ms)
        if spec.wire == "tcp":
            printer.wire = TcpWire(printer, spec.port)
        else:
            scheme = "usb" if spec.wire == "usb" else "serial"
            printer.wire = PtyWire(self._pty(spec), printer, scheme)
        return printer

    def _trigger_box(self, spec: TriggerBoxSpec) -> TriggerBox:
        box = TriggerBox(spec.label, self.audience, self.seed, spec.opens_at.encode("latin-1"))
        box.wire = PtyWire(self._pty(spec), box)
        return box

    def _scale(self, spec: ScaleSpec) -> Scale:
        traits = PanTraits(
            capacity_g=spec.capacity_g, division_g=spec.division_g, settle_s=spec.settle_ms / 1000
        )
        random = Random(f"{self.seed}/{spec.device_id}/pan")
        pan = Pan(traits, random, lambda: self.clock_us() / 1_000_000)
        scale = Scale(spec.label, self.audience, self.seed, pan, wire_named(spec.protocol, pan))
        scale.wire = PtyWire(self._pty(spec), scale)
        return scale

    def _pty(self, spec: AnySpec) -> Path:
        return self.folder.absolute() / "dev" / spec.device_id


def wired_of(spec: AnySpec, device: Device) -> list[WiredDevice]:
    """A device as a gateway's settings list it, and the drawer on its connector."""
    wired = [
        WiredDevice(
            device_id=spec.device_id,
            kind=device.kind,
            profile=f"{device.kind}/{spec.model}",
            link=device.wire.link,
            name=spec.name,
            name_en=spec.name_en,
        )
    ]
    if isinstance(spec, PrinterSpec) and spec.drawer:
        drawer = WiredDevice(
            device_id=spec.drawer.device_id,
            kind="drawer",
            profile=f"drawer/{spec.drawer.model}",
            link=f"printer://{spec.device_id}",
            name="钱箱",
            name_en="Cash drawer",
        )
        wired.append(drawer)
    return wired
