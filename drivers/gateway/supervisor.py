"""All devices of one gateway: built from the settings, kept going side by side, given the hub's orders."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import Callable, Sequence
from typing import cast

from drivers.base import build_driver
from drivers.display.contract import CustomerDisplay
from drivers.drawer.printer_port import build_drawer
from drivers.drawer.serial_trigger import SerialTrigger
from drivers.gateway.backoff import Backoff
from drivers.gateway.calibrations import Calibrations
from drivers.gateway.desk import Desk
from drivers.gateway.display_desk import DisplayDesk
from drivers.gateway.drawer_desk import DrawerDesk
from drivers.gateway.hotplug import Hotplug, MonitorOpener
from drivers.gateway.identity import IdentityRegister
from drivers.gateway.job_log import JobLog
from drivers.gateway.keeper import RETRY_CEILING_S, RETRY_FIRST_S, Keeper, first_info
from drivers.gateway.links.opener import Opener
from drivers.gateway.outbox import Outbox
from drivers.gateway.pay_desk import PayDesk
from drivers.gateway.pay_log import PayLog
from drivers.gateway.pins import Pins
from drivers.gateway.print_desk import QUEUED, PrintDesk
from drivers.gateway.pulse import Pulse
from drivers.gateway.settings import Device
from drivers.gateway.tap import Taps
from drivers.gateway.trigger_desk import TriggerDesk
from drivers.gateway.weigh_desk import WeighDesk
from drivers.messages import (
    DrawerLearnt,
    DrawerReleased,
    HubFrame,
    JobAnswer,
    LearnDrawer,
    OpenWhen,
    Pay,
    PayAnswer,
    Print,
    QueryJob,
    ReleaseDrawer,
    ScaleCommand,
    Show,
)
from drivers.payment_terminal.contract import PaymentTerminal
from drivers.printer.contract import ReceiptPrinter
from drivers.scale.contract import Scale

logger = logging.getLogger(__name__)


class Supervisor:
    """Owns one keeper per device; a drawer on a printer has none of its own: it lives on its printer's."""

    def __init__(
        self,
        devices: Sequence[Device],
        *,
        log: JobLog,
        payments: PayLog,
        pins: Pins,
        calibrations: Calibrations,
        outbox: Outbox,
        open_link: Opener,
        rng: random.Random,
        monotonic: Callable[[], float],
        open_monitor: MonitorOpener | None = None,
    ) -> None:
        self._log = log
        self._payments = payments
        self._pins = pins
        self._calibrations = calibrations
        self._outbox = outbox
        self._open_link = open_link
        self._rng = rng
        self._monotonic = monotonic
        self._register = IdentityRegister()
        self._pulse = Pulse(monotonic)
        self._hotplug = Hotplug(open_monitor)
        self.taps = Taps(monotonic)
        self._desks: dict[str, PrintDesk] = {}
        self._displays: dict[str, DisplayDesk] = {}
        self._scales: dict[str, WeighDesk] = {}
        self._terminals: dict[str, PayDesk] = {}
        self._drawers: dict[str, DrawerDesk | TriggerDesk] = {}
        for device in devices:
            outbox.set_device(first_info(device))
        drawers = [device for device in devices if device.is_on_printer]
        self._keepers = {
            device.device_id: self._keeper(device, drawers) for device in devices if not device.is_on_printer
        }

    async def run(self) -> None:
        """Keep every device until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pulse.beat(), name="pulse")
            tasks.create_task(self._hotplug.run(), name="hotplug")
            for device_id, keeper in self._keepers.items():
                tasks.create_task(keeper.keep(), name=f"device:{device_id}")

    async def handle(self, frame: HubFrame) -> None:
        """An order from the hub; other frames are not the devices' business."""
        try:
            match frame:
                case Print():
                    await self._print(frame)
                case QueryJob():
                    await self._query(frame)
                case ReleaseDrawer():
                    self._release(frame)
                case LearnDrawer():
                    self._learn(frame)
                case Show():
                    self._show(frame)
                case ScaleCommand():
                    self._press(frame)
                case Pay():
                    await self._pay(frame)
                case _:
                    pass
        except (
            sqlite3.Error
        ) as error:  # what a log cannot say is not answered: a wrong answer prints or pays twice
            logger.error("log: %s", error)

    async def _print(self, frame: Print) -> None:
        desk = self._desks.get(frame.device_id)
        if desk is None:
            self._outbox.add_answer(
                JobAnswer(job_id=frame.job_id, state="not_started", reason="device.unknown")
            )
        else:
            await desk.accept(frame)

    async def _query(self, frame: QueryJob) -> None:
        known = await self._log.find(frame.job_id)
        waits = any(desk.has_queued(frame.job_id) for desk in self._desks.values())
        answer = JobAnswer(job_id=frame.job_id, state="not_started", reason=QUEUED if waits else "")
        if known is not None:
            answer = JobAnswer(job_id=frame.job_id, state=known.state, reason=known.reason)
        self._outbox.add_answer(answer)

    def _release(self, frame: ReleaseDrawer) -> None:
        desk = self._drawers.get(frame.device_id)
        if desk is None:
            self._outbox.add_answer(
                DrawerReleased(release_id=frame.release_id, ok=False, reason="device.unknown")
            )
        else:
            desk.accept(frame)

    def _learn(self, frame: LearnDrawer) -> None:
        desk = self._drawers.get(frame.device_id)
        if desk is None:
            self._outbox.add_answer(
                DrawerLearnt(request_id=frame.request_id, ok=False, reason="device.unknown")
            )
        else:
            desk.learn(frame)

    def _show(self, frame: Show) -> None:
        desk = self._displays.get(frame.device_id)
        if desk is not None:  # the hub knows from hello which displays there are
            desk.accept(frame)

    def _press(self, frame: ScaleCommand) -> None:
        desk = self._scales.get(frame.device_id)
        if frame.command == "preset_tare":
            if desk is not None:
                desk.preset(frame.tare_g)
        elif desk is None or not desk.press(frame.command):
            logger.warning("%s: cannot %s", frame.device_id, frame.command)

    async def _pay(self, frame: Pay) -> None:
        desk = self._terminals.get(frame.device_id)
        if desk is None:
            self._outbox.add_answer(
                PayAnswer(request_id=frame.request_id, state="not_started", reason="device.unknown")
            )
        else:
            await desk.accept(frame)

    def _keeper(self, device: Device, drawers: Sequence[Device]) -> Keeper:
        driver = build_driver(device.profile, device.settings.options)
        mine = [drawer for drawer in drawers if drawer.url.host == device.device_id]
        desk: Desk | None = None
        if device.profile.kind == "printer":
            desk = self._desk(device, cast(ReceiptPrinter, driver), mine)
        elif device.profile.kind == "scale":
            desk = self._scales[device.device_id] = WeighDesk(cast(Scale, driver), self._monotonic)
        elif device.profile.kind == "display":
            desk = self._displays[device.device_id] = DisplayDesk(
                device.device_id, cast(CustomerDisplay, driver)
            )
        elif device.profile.kind == "payment_terminal":
            desk = self._terminals[device.device_id] = PayDesk(
                device.device_id, cast(PaymentTerminal, driver), self._payments, self._outbox
            )
        elif device.profile.kind == "drawer":
            desk = self._drawers[device.device_id] = TriggerDesk(
                device.device_id, cast(SerialTrigger, driver), self._outbox, self._monotonic
            )
        return Keeper(
            device,
            driver,
            desk,
            outbox=self._outbox,
            register=self._register,
            open_link=self.taps.opener(device.device_id, self._open_link),
            backoff=Backoff(RETRY_FIRST_S, RETRY_CEILING_S, self._rng),
            plug=self._hotplug.plug_for(device.url),
            pins=self._pins,
            pulse=self._pulse,
            monotonic=self._monotonic,
            drawer_ids=tuple(drawer.device_id for drawer in mine),
        )

    def _desk(self, device: Device, printer: ReceiptPrinter, drawers: Sequence[Device]) -> PrintDesk:
        by_id = {drawer.device_id: drawer for drawer in drawers}

        def keep(device_id: str, open_when: OpenWhen, by: str) -> None:
            self._calibrations.keep(by_id[device_id], open_when, by)

        desk = PrintDesk(
            device.device_id,
            printer,
            {
                device_id: build_drawer(drawer.profile, self._calibrations.applied(drawer).settings.options)
                for device_id, drawer in by_id.items()
            },
            keep,
            self._log,
            self._outbox,
            self._monotonic,
        )
        self._desks[device.device_id] = desk
        for device_id in (device.device_id, *by_id):
            self._drawers[device_id] = desk.drawer_desk
        return desk
