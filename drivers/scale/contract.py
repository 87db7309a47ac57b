"""What the gateway needs of a scale beyond any driver: its keys, and a tare that is known."""

from __future__ import annotations

from typing import Protocol

from drivers.base import Driver
from drivers.messages import ScaleAct


class Scale(Driver, Protocol):
    """Hears weights; takes commands where its wire has them."""

    def command(self, act: ScaleAct) -> bool:
        """Press this key with the next poll; False where the wire has no such key."""

    def preset(self, tare_g: int) -> bool:
        """Have the scale take off this tare, with the next poll; False where its wire cannot say it.

        From then on its readings tell the tare, until another key is pressed or the scale says it is gone.
        """
