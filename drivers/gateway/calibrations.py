"""What each drawer's sensor means, kept over restarts: learnt while a person moved the drawer."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from drivers.gateway.settings import Device
from drivers.gateway.state_file import read_state, write_state
from drivers.messages import OpenWhen

CALIBRATED_FILE = "calibrated.json"
OPTION = "open_when"


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """One drawer's sensor; void once the settings say another link, profile or open_when than then."""

    open_when: OpenWhen
    profile: str
    link: str
    configured: str = ""
    by: str = ""

    def fits(self, device: Device) -> bool:
        """Whether it was made for these settings."""
        return self == self.of(device, self.open_when, self.by)

    @classmethod
    def of(cls, device: Device, open_when: OpenWhen, by: str) -> Calibration:
        """What was learnt of a drawer as its settings are now."""
        settings = device.settings
        configured = str(settings.options.get(OPTION, ""))
        return cls(
            open_when=open_when, profile=settings.profile, link=settings.link, configured=configured, by=by
        )


class Calibrations:
    """A file in the state folder: what was learnt counts more than the settings, until those change."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CALIBRATED_FILE
        self._lock = threading.Lock()

    def of(self, device: Device) -> Calibration | None:
        """What was learnt of a drawer, if it still holds."""
        kept = self._read().get(device.device_id)
        return kept if kept is not None and kept.fits(device) else None

    def applied(self, device: Device) -> Device:
        """The device with what was learnt among its options."""
        if (learnt := self.of(device)) is None:
            return device
        options = device.settings.options | {OPTION: learnt.open_when}
        return msgspec.structs.replace(
            device, settings=msgspec.structs.replace(device.settings, options=options)
        )

    def keep(self, device: Device, open_when: OpenWhen, by: str) -> None:
        """A person has shown it; OSError if it cannot be kept."""
        made = Calibration.of(device, open_when, by)
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_state(self._path, {**self._read(), device.device_id: made})

    def _read(self) -> dict[str, Calibration]:
        return read_state(self._path, dict[str, Calibration]) or {}


def meaning(*, shut_high: bool, open_high: bool) -> OpenWhen:
    """What the two levels say; the same for both says that nothing is wired to them."""
    if shut_high == open_high:
        return "unwired"
    return "high" if open_high else "low"
