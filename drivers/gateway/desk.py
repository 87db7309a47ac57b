"""What stands between the hub's orders and one device: work that goes out while its session listens."""

from __future__ import annotations

from typing import Protocol

from drivers.base import Heard
from drivers.gateway.session import Session
from drivers.messages import AnyReading


class Desk(Protocol):
    """One device's orders; kept over every loss of its link."""

    def hear(self, heard: Heard) -> AnyReading | None:
        """What the device said; what of it is news for the hub is handed back."""

    async def work(self, session: Session) -> None:
        """Listen and send until the link is lost."""

    def blocked(self) -> str:
        """Why the device cannot work now, "" if it can."""
