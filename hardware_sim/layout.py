"""What stands on the counter, as data: which devices, on which wires, of which models."""

import msgspec

from hardware_sim.specs import (
    AnySpec,
    DrawerSpec,
    KeyboardScannerSpec,
    LabelPrinterSpec,
    Layout,
    PaymentTerminalSpec,
    PoleSpec,
    PriceDisplaySpec,
    PrinterSpec,
    ScaleSpec,
    SerialScannerSpec,
    TriggerBoxSpec,
)
from hardware_sim.views import CustomerPlan

KEYBOARD_SCANNER = KeyboardScannerSpec(
    device_id="scanner-1",
    model="generic_hid",
    name="USB 扫码枪",
    name_en="USB scanner",
    serial="SIM0001",
    usb_port=2,
)
SERIAL_SCANNER = SerialScannerSpec(
    device_id="scanner-2", model="generic_serial", name="串口扫码枪", name_en="Serial scanner"
)
NETWORK_SCANNER = SerialScannerSpec(
    device_id="scanner-3",
    model="generic_tcp_aim",
    name="网络扫码器",
    name_en="Network scanner",
    wire="tcp",
    suffix="\r\n",
    aim_id=True,
)
RECEIPT_PRINTER = PrinterSpec(
    device_id="printer-1",
    model="epson_tm_t88vi",
    name="80 毫米小票机（网口）",
    name_en="80 mm receipt printer (network)",
    wire="tcp",
    drawer=DrawerSpec(device_id="drawer-1"),
)
SMALL_PRINTER = PrinterSpec(
    device_id="printer-2",
    model="generic_58mm",
    name="58 毫米小票机（串口）",
    name_en="58 mm receipt printer (serial)",
    wire="pty",
    columns=32,
    cutter=False,
    confirms=False,
)
USB_PRINTER = PrinterSpec(
    device_id="printer-3",
    model="xprinter_xp80",
    name="80 毫米小票机（USB）",
    name_en="80 mm receipt printer (USB)",
    wire="usb",
    confirms=False,
    double_byte_at_power_up=True,
)
POLE_DISPLAY = PoleSpec(
    device_id="display-1",
    model="cd5220_gbk",
    protocol="cd5220",
    name="顾客屏（双行）",
    name_en="Customer display (two lines)",
)
PRICE_DISPLAY = PriceDisplaySpec(
    device_id="display-2", model="led8n", name="数码顾显", name_en="Customer display (price)"
)
AEDEX_DISPLAY = PoleSpec(
    device_id="display-3",
    model="aedex_gbk",
    protocol="aedex",
    name="顾客屏（AEDEX）",
    name_en="Customer display (AEDEX)",
)
UTC_DISPLAY = PoleSpec(
    device_id="display-4",
    model="utc_gbk",
    protocol="utc",
    name="顾客屏（UTC）",
    name_en="Customer display (UTC)",
)
EPSON_DISPLAY = PoleSpec(
    device_id="display-5",
    model="epson_dm_d_gbk",
    protocol="epson_dmd",
    name="顾客屏（Epson DM-D）",
    name_en="Customer display (Epson DM-D)",
)
LOGIC_CONTROLS_DISPLAY = PoleSpec(
    device_id="display-6",
    model="logic_controls_pd3000",
    protocol="logic_controls",
    name="顾客屏（Logic Controls）",
    name_en="Customer display (Logic Controls)",
    double_byte=False,
)
POLES: tuple[PoleSpec, ...] = (
    POLE_DISPLAY,
    AEDEX_DISPLAY,
    UTC_DISPLAY,
    EPSON_DISPLAY,
    LOGIC_CONTROLS_DISPLAY,
)
ZPL_PRINTER = LabelPrinterSpec(
    device_id="labels-1",
    model="zebra_zd421_chinese",
    name="标签机（ZPL）",
    name_en="Label printer (ZPL)",
    language="zpl",
)
TSPL_PRINTER = LabelPrinterSpec(
    device_id="labels-2",
    model="tsc_te200",
    name="标签机（TSPL）",
    name_en="Label printer (TSPL)",
    language="tspl",
)
TOLEDO_SCALE = ScaleSpec(
    device_id="scale-1",
    model="toledo_8217",
    protocol="toledo_8217",
    name="收银秤（Toledo 8217）",
    name_en="Checkout scale (Toledo 8217)",
)
CAS_SCALE = ScaleSpec(
    device_id="scale-2",
    model="aclas_os2x",
    protocol="cas_os2x",
    name="收银秤（OS2X）",
    name_en="Checkout scale (OS2X)",
)
STREAM_SCALE = ScaleSpec(
    device_id="scale-3",
    model="cas_stream",
    protocol="cas_stream",
    name="台秤（连续发送）",
    name_en="Bench scale (streaming)",
    capacity_g=60_000,
    division_g=20,
)
DIALOG_SCALE = ScaleSpec(
    device_id="scale-4",
    model="dialog06",
    protocol="dialog06",
    name="计价秤（Dialog 06）",
    name_en="Price-computing scale (Dialog 06)",
)
CARD_TERMINAL = PaymentTerminalSpec(
    device_id="card-1", model="bank_ecr", name="银行卡终端", name_en="Card terminal", protocol="ecr_card"
)
CODE_ACQUIRER = PaymentTerminalSpec(
    device_id="paycode-1",
    model="pay_code_box",
    name="收款码通道",
    name_en="Pay-code box",
    protocol="pay_code",
)
NCI_SCALE = ScaleSpec(
    device_id="scale-5",
    model="nci_ecr",
    protocol="nci_ecr",
    name="收银秤（NCI）",
    name_en="Checkout scale (NCI)",
)
SICS_SCALE = ScaleSpec(
    device_id="scale-6", model="mt_sics", protocol="mt_sics", name="天平（SICS）", name_en="Balance (SICS)"
)
EPELSA_SCALE = ScaleSpec(
    device_id="scale-7",
    model="epelsa",
    protocol="epelsa",
    name="台秤（Epelsa）",
    name_en="Bench scale (Epelsa)",
)
CN6_SCALE = ScaleSpec(
    device_id="scale-8",
    model="cn6_kg",
    protocol="cn6",
    name="台秤（六字节）",
    name_en="Bench scale (6 bytes)",
)
ADAM_SCALE = ScaleSpec(
    device_id="scale-9", model="adam", protocol="adam", name="台秤（Adam）", name_en="Bench scale (Adam)"
)
CPWPLUS_SCALE = ScaleSpec(
    device_id="scale-10",
    model="adam_cpwplus",
    protocol="adam_cpwplus",
    name="台秤（CPWplus）",
    name_en="Bench scale (CPWplus)",
)
AND_SCALE = ScaleSpec(
    device_id="scale-11",
    model="and_stream",
    protocol="and_stream",
    name="台秤（A&D）",
    name_en="Bench scale (A&D)",
)
SCALES: tuple[ScaleSpec, ...] = (
    TOLEDO_SCALE,
    CAS_SCALE,
    STREAM_SCALE,
    DIALOG_SCALE,
    NCI_SCALE,
    SICS_SCALE,
    EPELSA_SCALE,
    CN6_SCALE,
    ADAM_SCALE,
    CPWPLUS_SCALE,
    AND_SCALE,
)
TRIGGER_BOXES: tuple[TriggerBoxSpec, ...] = (
    TriggerBoxSpec(
        device_id="drawer-2",
        model="trigger_bel",
        name="钱箱（串口触发盒）",
        name_en="Cash drawer (serial trigger box)",
        opens_at="\x07",
    ),
    TriggerBoxSpec(
        device_id="drawer-3",
        model="trigger_open",
        name="钱箱（串口触发盒，口令）",
        name_en="Cash drawer (serial trigger box, by word)",
        opens_at="open\r",
    ),
)
STANDARD: Layout = (
    KEYBOARD_SCANNER,
    SERIAL_SCANNER,
    RECEIPT_PRINTER,
    SMALL_PRINTER,
    TOLEDO_SCALE,
    CARD_TERMINAL,
    CODE_ACQUIRER,
)
CUSTOMER_MS = 1500
COUNTER: Layout = (
    *STANDARD,
    POLE_DISPLAY,
    msgspec.structs.replace(TSPL_PRINTER, device_id="printer-3"),
    TRIGGER_BOXES[0],
)
"""The bench's counter: the standard one, a customer display, a label printer, a drawer on a trigger box."""


class UnknownDisplay(ValueError):
    """The message lists the command sets there are."""


def with_pole(layout: Layout, protocol: str) -> Layout:
    """The same counter with a two-line display of this command set in the old one's place."""
    found = next((pole for pole in POLES if pole.protocol == protocol), None)
    if found is None:
        known = ", ".join(pole.protocol for pole in POLES)
        raise UnknownDisplay(f"there is no display {protocol!r}: choose one of {known}")
    return tuple(
        msgspec.structs.replace(found, device_id=spec.device_id) if isinstance(spec, PoleSpec) else spec
        for spec in layout
    )


def unhurried(layout: Layout, line_ms: int) -> Layout:
    """The same counter with printers one can watch, and customers who take their time."""
    return tuple(_unhurried(spec, line_ms) for spec in layout)


def _unhurried(spec: AnySpec, line_ms: int) -> AnySpec:
    if isinstance(spec, PrinterSpec):
        return msgspec.structs.replace(spec, line_ms=line_ms)
    if isinstance(spec, PaymentTerminalSpec):
        return msgspec.structs.replace(spec, plan=CustomerPlan(after_ms=CUSTOMER_MS))
    return spec
