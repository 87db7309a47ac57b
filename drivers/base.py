"""The contract every driver keeps: bytes in, readings out; no clock, no thread, no retry, no link."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol, cast

import msgspec

from drivers.messages import AnyReading
from drivers.profile import Profile, ProfileError


class PrintConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """The printer says everything up to this mark is on paper."""

    mark: bytes


class QueueDrained(msgspec.Struct, frozen=True, kw_only=True):
    """The printer answered a question queued behind the print data: all before it has been worked off."""

    paper_out: bool
    still_pending: int = 0


class DrawerPin(msgspec.Struct, frozen=True, kw_only=True):
    """The level of connector pin 3; what it means is the drawer's polarity, not the printer's."""

    high: bool


Heard = AnyReading | PrintConfirmed | QueueDrained | DrawerPin


class Driver(Protocol):
    """One device's wire protocol; every buffer inside it is bounded and no input makes it raise."""

    quiet_s: float | None
    """After this long with no byte the gateway calls quiet(); None: a pause means nothing here."""
    poll_s: float | None
    """How often the gateway sends poll(); None: the device speaks unasked."""

    def receive(self, data: bytes) -> list[Heard]:
        """What these bytes, in any portions, complete."""

    def poll(self) -> bytes:
        """The next question for the device; b"" when there is none."""

    def quiet(self) -> list[Heard]:
        """The line has fallen silent: close off whatever is unfinished."""

    def reset(self) -> None:
        """A new link: forget every half-heard thing."""


class DriverModule(Protocol):
    """What each file under drivers/<kind>/ offers."""

    def build(self, profile: Profile, overrides: dict[str, Any]) -> Driver:
        """A driver set up by its profile and this device's calibration."""


def build_driver(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """The driver a profile names; a new driver is one new file, no list to edit."""
    name = f"drivers.{profile.driver}"
    try:
        module = cast(DriverModule, import_module(name))
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        raise ProfileError(
            "profile.driver_unknown", f"{profile.kind}/{profile.model}", profile.driver
        ) from error
    return module.build(profile, overrides)
