"""Which physical device this is: its serial number, else the port it hangs on; never a guess between two."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from drivers.gateway.links.url import LinkUrl

_SYS_CLASS = {"hid": "input", "serial": "tty"}
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
    node = os.path.basename(os.path.realpath(url.path))
    entry = sys_root / "class" / _SYS_CLASS.get(url.scheme, "none") / node / "device"
    if not entry.exists():
        return Identity()
    device = entry.resolve()
    for folder in (device, *device.parents):
        if (folder / "idVendor").exists():
            return _usb_identity(folder)
    return Identity(port=f"path:{device.name}")


def _usb_identity(folder: Path) -> Identity:
    vendor, product, serial = (_attribute(folder, name) for name in ("idVendor", "idProduct", "serial"))
    named = serial not in _WORTHLESS_SERIALS
    return Identity(serial=f"usb:{vendor}:{product}:{serial}" if named else "", port=f"port:{folder.name}")


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

    def claim(self, device_id: str, identity: Identity, pinned: str) -> str:
        """The name device_id now holds; IdentityRefused if it is someone else's, or not what it was."""
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
        if self._first_seen.setdefault(device_id, name) != name:
            raise IdentityRefused("identity.differs", f"was {self._first_seen[device_id]}, now {name}")
        self._held[name] = device_id
        return name

    def release(self, device_id: str) -> None:
        """The device's link closed."""
        self._held = {name: holder for name, holder in self._held.items() if holder != device_id}
