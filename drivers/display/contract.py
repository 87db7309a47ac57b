"""What the display desk needs of any customer display, whatever its wire."""

from __future__ import annotations

from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from drivers.base import Driver, Heard
from drivers.messages import Show


class DisplayOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every display profile may set; init False leaves a display that is at work as it stands."""

    init: bool = True
    write_timeout_s: Annotated[float, Meta(gt=0, le=60)] = 3


class CustomerDisplay(Driver, Protocol):
    """A driver that turns what is to be shown into bytes: only what changed, so that nothing flickers."""

    @property
    def write_timeout_s(self) -> float:
        """How long the display may take the bytes of one show."""

    def wake(self) -> bytes:
        """What to send once on a new link."""

    def show(self, frame: Show) -> bytes:
        """The bytes that bring the display from what it shows to this; b"" where nothing changed."""


class Mute:
    """The listening half of a device that never speaks."""

    quiet_s: float | None = None
    poll_s: float | None = None

    def receive(self, data: bytes) -> list[Heard]:
        return []

    def poll(self) -> bytes:
        return b""

    def quiet(self) -> list[Heard]:
        return []
