"""One device kept going: opened, identified, claimed, listened to, and tried again when it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec

from drivers.base import DrawerPin, Driver, Heard, PrintConfirmed, QueueDrained
from drivers.gateway.attempt import attempt
from drivers.gateway.backoff import Backoff
from drivers.gateway.desk import Desk
from drivers.gateway.hotplug import Plug
from drivers.gateway.identity import (
    Identity,
    IdentityRefused,
    IdentityRegister,
    find_node,
    read_identity,
)
from drivers.gateway.links.fd_link import Link, LinkLost
from drivers.gateway.links.opener import Opener
from drivers.gateway.links.url import LinkUrl, LinkUrlError
from drivers.gateway.outbox import Outbox
from drivers.gateway.pins import Known, Pins
from drivers.gateway.pulse import Pulse
from drivers.gateway.session import Session
from drivers.gateway.settings import Device
from drivers.messages import DeviceInfo, DeviceState, Health, Misread, PayAnswer, PrinterStatus

logger = logging.getLogger(__name__)

RETRY_FIRST_S = 0.25
RETRY_CEILING_S = 3.0
# A device that lasted this long was well: its next loss starts from the shortest wait.
WELL_AFTER_S = 5.0
# Nobody misreads faster than this by hand.
MISREAD_GAP_S = 0.2


class Keeper:
    """Supervises one device: whatever its driver or link does, the task goes on and touches no other."""

    def __init__(
        self,
        device: Device,
        driver: Driver,
        desk: Desk | None,
        *,
        outbox: Outbox,
        register: IdentityRegister,
        open_link: Opener,
        backoff: Backoff,
        plug: Plug,
        pins: Pins,
        pulse: Pulse,
        monotonic: Callable[[], float],
        drawer_ids: tuple[str, ...] = (),
    ) -> None:
        self._device = device
        self._driver = driver
        self._desk = desk
        self._outbox = outbox
        self._register = register
        self._open_link = open_link
        self._backoff = backoff
        self._plug = plug
        self._pins = pins
        self._pulse = pulse
        self._monotonic = monotonic
        self._drawer_ids = drawer_ids
        self._last_trouble = ""
        self._misread_s = -MISREAD_GAP_S

    async def keep(self) -> None:
        """Run for ever."""
        while True:
            began_s = self._monotonic()
            state, reason = await self._attend_safely()
            if self._monotonic() - began_s >= WELL_AFTER_S:
                self._backoff.reset()
            self._show(state, "failed", reason)
            if await self._plug.await_news(self._backoff.next_s()):
                self._backoff.reset()

    async def _attend_safely(self) -> tuple[DeviceState, str]:
        try:
            await attempt(self._attend_while_plugged(), f"{self._device.device_id}:attempt")
        except LinkLost as error:
            self._say_once(str(error))
            return "closed", error.code
        except IdentityRefused as error:
            self._say_once(str(error))
            return "refused", error.code
        except LinkUrlError as error:
            self._say_once(str(error))
            return "refused", error.code
        except Exception:  # supervisor: whatever one device's driver raises, the others go on
            logger.exception("%s: driver failed", self._device.device_id)
        finally:
            self._register.release(self._device.device_id)
        return "closed", "gateway.driver_failed"

    def _say_once(self, trouble: str) -> None:
        """A device that stays away is one line in the log, not one for every try."""
        if trouble != self._last_trouble:
            self._last_trouble = trouble
            logger.warning("%s: %s", self._device.device_id, trouble)

    async def _attend_while_plugged(self) -> None:
        self._plug.trying()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._attend(), name=f"{self._device.device_id}:attend")
                tasks.create_task(self._plug.pulled(), name=f"{self._device.device_id}:plug")
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _attend(self) -> None:
        known, url = await asyncio.to_thread(self._look_for_it)
        link = await self._open_link(url)
        try:
            self._plug.opened(url.path)
            identity = await asyncio.to_thread(read_identity, url)
            name = await self._claim(identity, known)
            self._show("claimed", "ok", "", name, known.by)
            await self._work(link, name)
        finally:
            link.close()

    def _look_for_it(self) -> tuple[Known, LinkUrl]:
        """Who the device is to be, and where it hangs today; what is another's is not opened to find out."""
        known, url = self._pins.of(self._device.settings), self._device.url
        if not known.name or not url.is_pluggable:
            return known, url
        at_link = read_identity(url)
        if at_link.is_called(known.name):
            return known, url
        if (node := find_node(url.scheme, known.name)) is not None:
            return known, msgspec.structs.replace(url, path=node)
        if at_link.value:
            raise IdentityRefused("identity.differs", f"expected {known.name}, found {at_link.value}")
        return known, url

    async def _claim(self, identity: Identity, known: Known) -> str:
        device = self._device
        name = self._register.claim(device.device_id, identity, known.pinned, known.learned)
        if name and not known.name and device.url.is_pluggable:
            await asyncio.to_thread(self._pins.learn, device.settings, name)
        return name

    async def _work(self, link: Link, name: str) -> None:
        session = Session(link, self._driver, self._hear, self._monotonic)
        self._show("enabled", "ok", self._remark(), name)
        self._last_trouble = ""
        logger.info("%s: enabled %s", self._device.device_id, name)
        if self._desk is None:
            await session.listen()
        else:
            await self._desk.work(session)

    def _hear(self, heard: Heard) -> None:
        if self._desk is None:
            self._report(heard)
        elif (news := self._desk.hear(heard)) is not None:
            self._report(news)
            if isinstance(news, PrinterStatus):
                self._show_printer(news)

    def _report(self, heard: Heard) -> None:
        if isinstance(heard, Misread) and not self._is_worth_telling():
            return
        if not isinstance(heard, PrintConfirmed | QueueDrained | DrawerPin | PayAnswer):
            self._outbox.add_reading(self._device.device_id, heard, self._pulse.arrived_s())

    def _remark(self) -> str:
        """What is to be known of a device that works: a printer that is never asked never complains."""
        is_mute = self._device.profile.kind == "printer" and self._driver.poll_s is None
        return "printer.no_status" if is_mute else ""

    def _is_worth_telling(self) -> bool:
        """A line full of rubbish must not fill the hub's journal."""
        now_s = self._monotonic()
        if now_s - self._misread_s < MISREAD_GAP_S:
            return False
        self._misread_s = now_s
        return True

    def _show_printer(self, status: PrinterStatus) -> None:
        blocked = self._desk.blocked() if self._desk else ""
        near_end = "printer.paper_near_end" if status.paper == "near_end" else ""
        reason = blocked or near_end or ("" if status.online is not None else "printer.silent")
        self._show("enabled", "attention" if reason else "ok", reason)

    def _show(
        self,
        state: DeviceState,
        health: Health,
        reason: str,
        name: str | None = None,
        swapped_by: str | None = None,
    ) -> None:
        who = {"identity": name, "swapped_by": swapped_by}
        for device_id in (self._device.device_id, *self._drawer_ids):
            self._outbox.set_device(
                msgspec.structs.replace(
                    self._outbox.device(device_id),
                    state=state,
                    health=health,
                    reason=reason,
                    **{field: value for field, value in who.items() if value is not None},
                )
            )


def first_info(device: Device) -> DeviceInfo:
    """A configured device before it was ever opened."""
    return DeviceInfo(
        device_id=device.device_id,
        kind=device.profile.shown_kind,
        model=device.profile.model,
        ability=device.profile.ability,
        link=device.settings.link,
    )
