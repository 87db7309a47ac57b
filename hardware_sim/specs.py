"""What can stand on a counter, as data: one kind of device each, with all that one may choose about it."""

from typing import Literal

import msgspec

from hardware_sim.devices.device import Label
from hardware_sim.devices.input_keys import GsWay
from hardware_sim.views import CustomerPlan


class DrawerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A drawer on a printer's connector."""

    device_id: str
    model: str = "pin3_high_open"
    pin: Literal[2, 5] = 2
    high_when_open: bool = True
    has_switch: bool = True


class Spec(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """`model` is the profile a gateway would read for such a device."""

    device_id: str
    model: str
    name: str
    name_en: str

    @property
    def label(self) -> Label:
        return Label(device_id=self.device_id, model=self.model, name=self.name, name_en=self.name_en)


class KeyboardScannerSpec(Spec, frozen=True, kw_only=True, tag="keyboard_scanner"):
    """`usb_port` and `serial` are what a gateway may know it by; `gs` is how it types FNC1."""

    gs: GsWay = "ctrl_right_bracket"
    aim_id: bool = False
    product: str = "Dianshu Sim HID Scanner"
    serial: str
    usb_port: int


class SerialScannerSpec(Spec, frozen=True, kw_only=True, tag="serial_scanner"):
    """A scanner that sends characters, by line or network; `gs` is what it sends for FNC1."""

    wire: Literal["pty", "tcp"] = "pty"
    port: int = 0
    suffix: str = "\r"
    aim_id: bool = False
    gs: str = "\x1d"


class PrinterSpec(Spec, frozen=True, kw_only=True, tag="printer"):
    """`port` 0 takes any free TCP port and keeps it; `line_ms` is how long a line takes to print.

    On the wire "usb" a pty stands for the kernel's printer node.
    """

    wire: Literal["tcp", "pty", "usb"]
    port: int = 0
    columns: int = 48
    cutter: bool = True
    confirms: bool = True
    double_byte_at_power_up: bool = False
    line_ms: int = 0
    drawer: DrawerSpec | None = None


class TriggerBoxSpec(Spec, frozen=True, kw_only=True, tag="trigger_box"):
    """A drawer on a serial trigger box; `opens_at` is what it takes to open."""

    opens_at: str


class PoleSpec(Spec, frozen=True, kw_only=True, tag="pole"):
    """A two-line display; `protocol` names a file of devices/display_wires; `double_byte`: in Chinese too."""

    protocol: str
    double_byte: bool = True


class PriceDisplaySpec(Spec, frozen=True, kw_only=True, tag="price_display"):
    """An LED8N price display."""


class ScaleSpec(Spec, frozen=True, kw_only=True, tag="scale"):
    """`protocol` names a file of devices/scale_wires; `settle_ms` is how long a load put down swings."""

    protocol: str
    capacity_g: int = 15_000
    division_g: int = 5
    settle_ms: int = 600


class LabelPrinterSpec(Spec, frozen=True, kw_only=True, tag="label_printer"):
    """A network label printer; `label_ms` is how long a label takes."""

    language: Literal["zpl", "tspl"]
    port: int = 0
    label_ms: int = 0


class PaymentTerminalSpec(Spec, frozen=True, kw_only=True, tag="payment_terminal"):
    """A card terminal, or an acquirer of payment codes; `plan` is what its customers do."""

    protocol: Literal["ecr_card", "pay_code"]
    port: int = 0
    encoding: Literal["gbk", "utf-8"] = "gbk"
    in_yuan: bool = False
    merchant_key: str = ""
    plan: CustomerPlan = CustomerPlan()


AnySpec = (
    KeyboardScannerSpec
    | SerialScannerSpec
    | PrinterSpec
    | TriggerBoxSpec
    | PoleSpec
    | PriceDisplaySpec
    | ScaleSpec
    | LabelPrinterSpec
    | PaymentTerminalSpec
)
Layout = tuple[AnySpec, ...]
