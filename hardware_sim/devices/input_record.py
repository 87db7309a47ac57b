"""How a mock HID scanner looks in sysfs and answers ioctls, in umockdev's two text formats."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hardware_sim.devices.input_keys import EV_KEY, EV_MSC, EV_SYN, KEYS, MSC_SCAN

# evdev asks for exactly these lengths, and umockdev answers ENOENT to any other.
EVENT_TYPES_BYTES, CODES_BYTES, STRING_BYTES = 4, 96, 256
EVENT_TYPES = 32
BUS_USB, DRIVER_VERSION, INPUT_MAJOR, FIRST_MINOR = 3, 0x010001, 13, 64


@dataclass(frozen=True)
class InputIdentity:
    """What makes one scanner different from the next. `number` is new at each plug, the USB `port` stays."""

    number: int
    port: int
    name: str
    serial: str
    vendor: int = 0x1EAB
    product: int = 0x0022
    version: int = 0x0110

    def numbered(self, number: int) -> "InputIdentity":
        return replace(self, number=number)

    @property
    def node(self) -> str:
        return f"/dev/input/event{self.number}"

    @property
    def device_number(self) -> str:
        return f"{INPUT_MAJOR}:{FIRST_MINOR + self.number}"

    @property
    def usb_path(self) -> str:
        return f"/devices/usb1/1-{self.port}"

    @property
    def input_path(self) -> str:
        return f"{self.usb_path}/input/input{self.number}"

    @property
    def event_path(self) -> str:
        return f"{self.input_path}/event{self.number}"

    @property
    def by_id(self) -> str:
        slug = self.name.replace(" ", "_")
        return f"by-id/usb-{slug}_{self.serial}-event-kbd"

    @property
    def by_path(self) -> str:
        return f"by-path/platform-sim-usb-0:{self.port}:1.0-event-kbd"


def description(who: InputIdentity) -> str:
    """The device and its parents for umockdev_testbed_add_from_string."""
    major, minor = who.device_number.split(":")
    identity = [
        "E: ID_BUS=usb",
        f"E: ID_VENDOR_ID={who.vendor:04x}",
        f"E: ID_MODEL_ID={who.product:04x}",
        f"E: ID_MODEL={who.name.replace(' ', '_')}",
        f"E: ID_SERIAL={who.name.replace(' ', '_')}_{who.serial}",
        f"E: ID_SERIAL_SHORT={who.serial}",
        f"E: ID_PATH=platform-sim-usb-0:{who.port}:1.0",
        "E: ID_INPUT=1",
        "E: ID_INPUT_KEY=1",
        "E: ID_INPUT_KEYBOARD=1",
    ]
    usb = [f"P: {who.usb_path}", "E: SUBSYSTEM=usb", "E: DEVTYPE=usb_device", f"A: serial={who.serial}\\n"]
    usb += [f"A: idVendor={who.vendor:04x}\\n", f"A: idProduct={who.product:04x}\\n"]
    device = [f"P: {who.input_path}", "E: SUBSYSTEM=input"]
    device += [f"A: name={who.name}\\n", f"A: uniq={who.serial}\\n"]
    node = [f"P: {who.event_path}", f"N: {who.node.removeprefix('/dev/')}", "E: SUBSYSTEM=input"]
    node += [f"E: DEVNAME={who.node}", f"E: MAJOR={major}", f"E: MINOR={minor}", *identity]
    node += [f"E: DEVLINKS=/dev/input/{who.by_id} /dev/input/{who.by_path}", f"A: dev={who.device_number}"]
    node.append(f"L: device=../../input{who.number}")
    return "\n\n".join("\n".join(part) for part in (usb, device, node)) + "\n\n"


def ioctl_record(who: InputIdentity) -> str:
    """Every answer the evdev library asks for when it opens the node."""
    usb_id = struct.pack("<HHHH", BUS_USB, who.vendor, who.product, who.version)
    answers = [
        ("EVIOCGVERSION", struct.pack("<i", DRIVER_VERSION)),
        ("EVIOCGID", usb_id),
        ("EVIOCGEFFECTS", struct.pack("<i", 0)),
        ("EVIOCGNAME", string(who.name)),
        ("EVIOCGPHYS", string(f"usb-sim-{who.port}/input0")),
        ("EVIOCGUNIQ", string(who.serial)),
        ("EVIOCGBIT(0)", bits((EV_SYN, EV_KEY, EV_MSC), EVENT_TYPES_BYTES)),
    ]
    codes: dict[int, Iterable[int]] = {EV_KEY: KEYS, EV_MSC: (MSC_SCAN,)}
    kinds = range(1, EVENT_TYPES)
    answers += [(f"EVIOCGBIT({kind})", bits(codes.get(kind, ()), CODES_BYTES)) for kind in kinds]
    lines = [f"@DEV {who.node}", *(f"{name} 0 {data.hex().upper()}" for name, data in answers)]
    return "\n".join(lines) + "\n"


def bits(numbers: Iterable[int], length: int) -> bytes:
    field = bytearray(length)
    for number in numbers:
        field[number // 8] |= 1 << number % 8
    return bytes(field)


def string(text: str) -> bytes:
    return text.encode().ljust(STRING_BYTES, b"\0")
