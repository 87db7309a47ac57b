"""Which unit each device is, kept over restarts: what the gateway learned, and what a person swapped."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import msgspec

from drivers.gateway.settings import DeviceSettings
from drivers.gateway.state_file import read_state, write_state

logger = logging.getLogger(__name__)

SWAPPED_FILE = "swapped.json"
LEARNED_FILE = "learned.json"


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's name; void once the settings say another link or identity than they did then."""

    name: str
    link: str
    configured: str = ""
    by: str = ""

    def fits(self, device: DeviceSettings) -> bool:
        """Whether it was made for these settings."""
        return (self.link, self.configured) == (device.link, device.identity)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Who a device is to be: a name a person gave it (and who swapped it), or the one it had first."""

    pinned: str = ""
    learned: str = ""
    by: str = ""

    @property
    def name(self) -> str:
        """The unit to look for, "" for whichever is there."""
        return self.pinned or self.learned


class Pins:
    """Two files in the state folder: the gateway writes what it learns, `dianshu drivers swap` the rest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._learned = _read(folder / LEARNED_FILE)

    def of(self, device: DeviceSettings) -> Known:
        """Who a device is to be: swapped, else as its settings say, else as before."""
        swapped = _read(self._folder / SWAPPED_FILE).get(device.device_id)
        if swapped is not None and swapped.fits(device):
            return Known(pinned=swapped.name, by=swapped.by)
        learned = self._learned.get(device.device_id)
        if device.identity or learned is None or not learned.fits(device):
            return Known(pinned=device.identity)
        return Known(learned=learned.name)

    def learn(self, device: DeviceSettings, name: str) -> None:
        """A device without a pin is this unit from now on; a disk that cannot keep it stops nobody."""
        pin = Pin(name=name, link=device.link)
        with self._lock:
            if self._learned.get(device.device_id) == pin:
                return
            self._learned[device.device_id] = pin
            try:
                write_state(self._folder / LEARNED_FILE, self._learned)
            except OSError as error:
                logger.warning("%s cannot be kept: %s", LEARNED_FILE, error)

    def swap(self, device: DeviceSettings, name: str, by: str) -> None:
        """A person says which unit the device is from now on; OSError if it cannot be kept."""
        path = self._folder / SWAPPED_FILE
        pin = Pin(name=name, link=device.link, configured=device.identity, by=by)
        write_state(path, {**_read(path), device.device_id: pin})


def _read(path: Path) -> dict[str, Pin]:
    return read_state(path, dict[str, Pin]) or {}
