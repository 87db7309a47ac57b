"""Which physical device this is: its serial number, else the port it hangs on; never a guess between two."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from drivers.gateway.links.url import LinkUrl

_SYS_CLASS = {"hid": "input", "serial": "tty", "usb": "usbmisc"}
_DEV_FOLDERS = {"hid": "/dev/input", "serial": "/dev", "usb": "/dev/usb"}
_TYPING_KEYS = 0xFFFFFFFE
# Cheap devices ship with these in every unit.
_WORTHLESS_SERIALS = frozenset({"", "0", "00000000", "0000000000000000", "0001", "123456", "1234567890"})


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What the system knows of a device; "" where it knows nothing."""

    serial: str = ""
    port: str = ""

    @property
    def value(self) -> str:
        """The best name there is: serial number, else port; "" for a device without hardware behind it."""
        return self.serial or self.port

    def is_called(self, name: str) -> bool:
        """Whether name is this device's serial number or port."""
        return name in {self.serial, self.port} and name != ""


class IdentityRefused(Exception):
    """A person must decide; code is identity.ambiguous, identity.differs or identity.taken."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def read_identity(url: LinkUrl, sys_root: Path = Path("/sys")) -> Identity:
    """The identity behind a link, out of sysfs for local devices."""
    if url.scheme == "tcp":
        return Identity(port=f"tcp:{url.host}:{url.port}")
    return _node_identity(_class_folder(url.scheme, sys_root) / os.path.basename(os.path.realpath(url.path)))


def find_node(scheme: str, name: str, sys_root: Path = Path("/sys")) -> str | None:
    """The one node whose device is called name, whatever the kernel calls the node today."""
    found = [entry for entry, identity in _present(scheme, sys_root) if identity.is_called(name)]
    if len(found) > 1:  # a scanner's volume keys are a node of their own
        found = [entry for entry in found if _is_keyboard(entry)]
    return f"{_DEV_FOLDERS[scheme]}/{found[0].name}" if len(found) == 1 else None


def present_identities(scheme: str, sys_root: Path = Path("/sys")) -> list[Identity]:
    """Every USB device with a node of this kind, each once; of input nodes only keyboards."""
    found = {
        identity.value: identity
        for entry, identity in _present(scheme, sys_root)
        if identity.value.startswith(("usb:", "port:")) and (scheme != "hid" or _is_keyboard(entry))
    }
    return [found[value] for value in sorted(found)]


def _class_folder(scheme: str, sys_root: Path) -> Path:
    return sys_root / "class" / _SYS_CLASS.get(scheme, "none")


def _present(scheme: str, sys_root: Path) -> Iterator[tuple[Path, Identity]]:
    folder = _class_folder(scheme, sys_root)
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if scheme != "hid" or entry.name.startswith("event"):
            yield entry, _node_identity(entry)


def _node_identity(entry: Path) -> Identity:
    if not (entry / "device").exists():
        return Identity()
    device = (entry / "device").resolve()
    interface = ""
    for folder in (device, *device.parents):
        interface = interface or _attribute(folder, "bInterfaceNumber")
        if (folder / "idVendor").exists():
            return _usb_identity(folder, interface)
    return Identity(port=f"path:{device.name}")


def _usb_identity(folder: Path, interface: str) -> Identity:
    vendor, product, serial = (_attribute(folder, name) for name in ("idVendor", "idProduct", "serial"))
    named = serial not in _WORTHLESS_SERIALS
    # One adapter with two lines is two devices: its lines are its interfaces.
    line = f"#{interface}" if interface not in {"", "00"} else ""
    return Identity(
        serial=f"usb:{vendor}:{product}:{serial}{line}" if named else "", port=f"port:{folder.name}{line}"
    )


def _is_keyboard(entry: Path) -> bool:
    """As udev has it: the keys from Escape to D."""
    words = _attribute(entry / "device" / "capabilities", "key").split()
    lowest = int(words[-1], 16) if words else 0
    return lowest & _TYPING_KEYS == _TYPING_KEYS


def _attribute(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class IdentityRegister:
    """Who holds which identity; an identity seen twice is trusted for neither until a person pins one."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}
        self._first_seen: dict[str, str] = {}
        self._contested: set[str] = set()

    def claim(self, device_id: str, identity: Identity, pinned: str, learned: str = "") -> str:
        """The name device_id now holds; IdentityRefused if it is someone else's, or not what it was.

        `learned` is what it was before this process: the same rule, over a restart.
        """
        if pinned and not identity.is_called(pinned):
            raise IdentityRefused("identity.differs", f"expected {pinned}, found {identity.value or 'none'}")
        name = pinned or identity.value
        if not name:
            return ""
        holder = self._held.get(name, device_id)
        if holder != device_id:
            self._contested.add(name)
            raise IdentityRefused("identity.taken", f"{name} is {holder}'s")
        if name in self._contested and not pinned:
            raise IdentityRefused("identity.ambiguous", f"{name} was seen on two devices")
        was = self._first_seen.setdefault(device_id, learned or name)
        if name != was and not pinned:
            raise IdentityRefused("identity.differs", f"was {was}, now {name}")
        self._held[name] = device_id
        return name

    def release(self, device_id: str) -> None:
        """The device's link closed."""
        self._held = {name: holder for name, holder in self._held.items() if holder != device_id}
