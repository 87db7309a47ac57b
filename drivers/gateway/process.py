"""The gateway process put together: settings in, devices and hub link running until it is told to stop."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import random
import signal
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from drivers.gateway.backoff import Backoff
from drivers.gateway.calibrations import Calibrations
from drivers.gateway.hub_link import RETRY_CEILING_S, RETRY_FIRST_S, HubLink
from drivers.gateway.job_log import JobLog
from drivers.gateway.links.opener import open_link
from drivers.gateway.outbox import Outbox
from drivers.gateway.pay_log import PayLog
from drivers.gateway.pins import Pins
from drivers.gateway.recording import RecordingServer
from drivers.gateway.settings import GatewaySettings, SettingsError, read_token, resolve_devices
from drivers.gateway.supervisor import Supervisor
from drivers.gateway.tally import CountingOutbox, Tally
from drivers.gateway.trust import trust
from drivers.gateway.udev import open_udev_monitor
from drivers.messages import HubFrame
from drivers.profile import ProfileError

logger = logging.getLogger(__name__)

STATISTICS_EVERY_S = 60.0


class GatewayError(Exception):
    """The gateway cannot start; the message is for the person who started it."""


def run(settings: GatewaySettings) -> None:
    """Run until SIGINT or SIGTERM; GatewayError if it cannot start."""
    with _state(settings.state_dir), suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_run(settings))


async def _run(settings: GatewaySettings) -> None:
    me = asyncio.current_task()
    if me is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, me.cancel)
    with _logs(settings.state_dir) as (log, payments):
        await _serve(settings, log, payments)


async def _serve(settings: GatewaySettings, log: JobLog, payments: PayLog) -> None:
    rng = random.Random()
    try:
        devices = resolve_devices(settings)
        tally = Tally(settings.state_dir, (device.device_id for device in devices), time.monotonic)
        outbox = CountingOutbox(uuid.uuid4().hex, time.monotonic, tally)
        supervisor = Supervisor(
            devices,
            log=log,
            payments=payments,
            pins=Pins(settings.state_dir),
            calibrations=Calibrations(settings.state_dir),
            outbox=outbox,
            open_link=open_link,
            rng=rng,
            monotonic=time.monotonic,
            open_monitor=open_udev_monitor,
        )
        token = read_token(settings.token_file)
        tls = trust(settings.hub_ca) if settings.hub_url.startswith("wss:") else None
    except (SettingsError, ProfileError, OSError) as error:
        raise GatewayError(str(error)) from error
    hub_link = HubLink(
        url=settings.hub_url,
        token=token,
        tls=tls,
        gateway_id=settings.gateway_id,
        version=_version(),
        outbox=outbox,
        handle=partial(_handle, supervisor, tally),
        backoff=Backoff(RETRY_FIRST_S, RETRY_CEILING_S, rng),
        monotonic=time.monotonic,
    )
    by_id = {device.device_id: device for device in devices}
    recording = RecordingServer(settings.state_dir, by_id, supervisor.taps)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(supervisor.run(), name="devices")
            tasks.create_task(hub_link.keep(), name="hub")
            tasks.create_task(_count(tally, outbox), name="statistics")
            tasks.create_task(recording.run(), name="recording")
    finally:
        tally.close()


async def _handle(supervisor: Supervisor, tally: Tally, frame: HubFrame) -> None:
    tally.ordered(frame)
    await supervisor.handle(frame)


async def _count(tally: Tally, outbox: Outbox) -> None:
    """Tell and keep what the devices have done, for ever."""
    while True:
        outbox.set_statistics(tally.statistics())
        await tally.keep()
        await asyncio.sleep(STATISTICS_EVERY_S)


@contextmanager
def _logs(folder: Path) -> Iterator[tuple[JobLog, PayLog]]:
    try:
        with (
            closing(JobLog(folder / "jobs.sqlite3")) as log,
            closing(PayLog(folder / "payments.sqlite3", time.time)) as payments,
        ):
            yield log, payments
    except sqlite3.Error as error:
        raise GatewayError(f"gateway.log_unusable: {folder}: {error}") from error


@contextmanager
def _state(folder: Path) -> Iterator[None]:
    """The state folder, ours alone: two gateways on one folder would both print the same job."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise GatewayError(f"gateway.state_unusable: {folder}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise GatewayError(f"gateway.already_running: {folder} is in use by another gateway") from error
        yield


def _version() -> str:
    try:
        return version("dianshu")
    except PackageNotFoundError:
        return "0"
