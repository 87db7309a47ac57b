"""The contract every driver keeps: bytes in, readings out; no clock, no thread, no retry, no link."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, Protocol, cast

import msgspec

from drivers.messages import AnyReading, PayAnswer
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


Heard = AnyReading | PrintConfirmed | QueueDrained | DrawerPin | PayAnswer


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


Sure = Literal["certain", "likely", "possible"]
# certain: a checksum, an echo or a name proves the wire. likely: whole frames were read. possible: a hint.
Answers = tuple[bytes, ...]
_LONGEST_COMMAND = 16


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver makes of a device's answers: how sure it is, the code of why, a name if it said one."""

    sure: Sure
    why: str
    says: str = ""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """How to find out whether a device speaks this driver's wire.

    The questions are asked in turn until the first that is not answered; b"" only listens. None of them may
    print, kick, tare, zero, pay or set anything. A line end in one, or its length, marks it as text, which is
    asked last: a printer that nobody recognised would print it. An answer may take `answer_s` to begin, where
    that is longer than what a device on a line of its own takes.
    """

    asks: Answers
    judge: Callable[[Answers], Verdict | None]
    """From one answer for each question, b"" where there was none."""
    answer_s: float = 0.0

    @property
    def is_text(self) -> bool:
        """Whether a printer that hears this by mistake would put it on paper."""
        ends = any(end in ask for ask in self.asks for end in (b"\r", b"\n"))
        return ends or any(len(ask) > _LONGEST_COMMAND for ask in self.asks)


class DriverModule(Protocol):
    """What each file under drivers/<kind>/ offers; `probe(profile) -> Probe` too, where a device answers."""

    def build(self, profile: Profile, overrides: dict[str, Any]) -> Driver:
        """A driver set up by its profile and this device's calibration."""


def build_driver(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """The driver a profile names; a new driver is one new file, no list to edit."""
    return cast(DriverModule, _module_of(profile)).build(profile, overrides)


def probe_of(profile: Profile) -> Probe | None:
    """How to recognise a device of this profile; None where its wire has no answers."""
    make: Callable[[Profile], Probe] | None = getattr(_module_of(profile), "probe", None)
    return make(profile) if make is not None else None


def _module_of(profile: Profile) -> ModuleType:
    name = f"drivers.{profile.driver}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        raise ProfileError(
            "profile.driver_unknown", f"{profile.kind}/{profile.model}", profile.driver
        ) from error
