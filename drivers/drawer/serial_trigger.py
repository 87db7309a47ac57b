"""Trigger boxes: a cash drawer on a serial line of its own, opened by a few bytes; it says nothing back."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from drivers.base import Heard
from drivers.profile import Profile, read_options


class TriggerOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens the drawer: each character is the byte of its number."""

    kick: Annotated[str, Meta(pattern=r"^[\x00-\xff]{1,16}$")]


class SerialTrigger:
    """A box without a sensor: nobody hears whether the drawer opened."""

    quiet_s: float | None = None
    poll_s: float | None = None

    def __init__(self, options: TriggerOptions) -> None:
        self._kick = options.kick.encode("latin-1")

    def kick(self) -> bytes:
        """What opens the drawer."""
        return self._kick

    def receive(self, data: bytes) -> list[Heard]:
        """Whatever the line says means nothing."""
        return []

    def poll(self) -> bytes:
        """A box is asked nothing."""
        return b""

    def quiet(self) -> list[Heard]:
        """Nothing is unfinished."""
        return []

    def reset(self) -> None:
        """Nothing is half heard."""


def build(profile: Profile, overrides: dict[str, Any]) -> SerialTrigger:
    """A trigger box as its profile describes it."""
    return SerialTrigger(read_options(profile, TriggerOptions, overrides))
