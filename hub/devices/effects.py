"""Drawers are kicked after the commit, now or not at all."""

import asyncio

from drivers import messages as wire
from hub.devices import model
from hub.devices.events import DrawerReleaseRequested
from hub.devices.links import Gateways
from hub.devices.messages import FinishDrawerRelease
from hub.kernel.journal import Record
from hub.kernel.messages import Command, Event


class KickDrawer:
    """Sends the release to the drawer's gateway; whether the kick went out comes back from there."""

    name = "kick_drawer"
    event_types: tuple[type[Event], ...] = (DrawerReleaseRequested,)
    max_age_ms = model.RELEASE_MAX_AGE_MS

    def __init__(self, gateways: Gateways, loop: asyncio.AbstractEventLoop) -> None:
        self._gateways = gateways
        self._loop = loop

    def run(self, record: Record[DrawerReleaseRequested], command_id: str) -> Command | None:
        """Send it; with its gateway away, say so."""
        event = record.event
        link = self._gateways.link_of(event.device_id)
        if link is None:
            return _dropped(event.release_id, command_id, "no_drawer")
        frame = wire.ReleaseDrawer(
            release_id=event.release_id, device_id=event.device_id, expires_in_ms=self.max_age_ms
        )
        sending = asyncio.run_coroutine_threadsafe(link.send(frame), self._loop)
        try:
            is_sent = sending.result(self.max_age_ms / 1000)
        except TimeoutError:
            is_sent = False
        return None if is_sent else _dropped(event.release_id, command_id, "gateway_gone")

    def too_old(self, record: Record[DrawerReleaseRequested], command_id: str) -> Command | None:
        """Nobody stands at the drawer any more."""
        return _dropped(record.event.release_id, command_id, "too_old")


def _dropped(release_id: str, command_id: str, reason: str) -> Command:
    return FinishDrawerRelease(command_id=command_id, release_id=release_id, is_sent=False, reason=reason)
