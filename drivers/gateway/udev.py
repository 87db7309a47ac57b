"""Plugs as udev tells of them over netlink, once its rules have run."""

from __future__ import annotations

from typing import Any

from drivers.gateway.hotplug import DeviceEvent, Monitor

_SUBSYSTEMS = ("tty", "input", "usbmisc")


class UdevMonitor:
    """Events of nodes that a device may hang on; others are passed over."""

    def __init__(self, monitor: Any) -> None:
        self._monitor = monitor

    def fileno(self) -> int:
        return int(self._monitor.fileno())

    def receive(self) -> DeviceEvent | None:
        while (device := self._monitor.poll(timeout=0)) is not None:
            if device.device_node is not None:
                return DeviceEvent(went=device.action == "remove", node=device.device_node)
        return None

    def close(self) -> None:
        self._monitor = None  # libudev lets go of the socket with its last reference


def open_udev_monitor() -> Monitor:
    """A monitor that hears from now on; OSError or ImportError where there is no udev to hear."""
    import pyudev  # noqa: PLC0415 (libudev is looked for at import, and need not be there)

    monitor = pyudev.Monitor.from_netlink(pyudev.Context())
    for subsystem in _SUBSYSTEMS:
        monitor.filter_by(subsystem)
    monitor.start()
    return UdevMonitor(monitor)
