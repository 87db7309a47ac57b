"""A /sys of the test's making: what the kernel says hangs where."""

from __future__ import annotations

import shutil
from pathlib import Path

KEYBOARD_KEYS = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"


class Sysfs:
    """USB devices by their ports."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def tty(self, name: str, port: str, serial: str | None = None, interface: str = "00") -> None:
        """A serial adapter on a port."""
        self._node("tty", name, self._interface(port, serial, interface) / name)

    def printer(self, name: str, port: str, serial: str | None = None) -> None:
        """A printer's node on a port."""
        self._node("usbmisc", name, self._interface(port, serial, "00") / name)

    def keyboard(self, name: str, port: str, serial: str | None = None, keys: str = KEYBOARD_KEYS) -> None:
        """An input node of a device on a port."""
        device = self._interface(port, serial, "00") / "input" / f"input-{name}"
        self._node("input", name, device)
        (device / "capabilities").mkdir()
        (device / "capabilities" / "key").write_text(keys + "\n")

    def unplug_all(self) -> None:
        """Nothing hangs anywhere."""
        for folder in ("devices", "class"):
            shutil.rmtree(self.root / folder, ignore_errors=True)

    def _interface(self, port: str, serial: str | None, number: str) -> Path:
        device = self.root / "devices" / "usb1" / port
        folder = device / f"{port}:1.{int(number)}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bInterfaceNumber").write_text(number + "\n")
        (device / "idVendor").write_text("1a86\n")
        (device / "idProduct").write_text("7523\n")
        if serial is not None:
            (device / "serial").write_text(serial + "\n")
        return folder

    def _node(self, kind: str, name: str, device: Path) -> None:
        device.mkdir(parents=True)
        entry = self.root / "class" / kind / name
        entry.mkdir(parents=True)
        (entry / "device").symlink_to(device)
