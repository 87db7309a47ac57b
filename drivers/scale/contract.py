"""What the gateway needs of a scale beyond any driver: its keys."""

from __future__ import annotations

from typing import Protocol

from drivers.base import Driver
from drivers.messages import ScaleAct


class Scale(Driver, Protocol):
    """Hears weights; takes commands where its wire has them."""

    def command(self, act: ScaleAct) -> bool:
        """Press this key with the next poll; False where the wire has no such key."""
