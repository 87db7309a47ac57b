"""`dianshu drivers calibrate`: a drawer's sensor, learnt while a person shuts and opens it."""

from __future__ import annotations

import asyncio
import getpass
import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from drivers.gateway.calibrations import Calibrations
from drivers.gateway.checking.calibrating import NotShown, learn_drawer
from drivers.gateway.checking.examined import examine
from drivers.gateway.checking.hub_word import gateway_runs
from drivers.gateway.checking.interactive import Person
from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.links.opener import open_link
from drivers.gateway.links.url import LinkUrlError
from drivers.gateway.settings import Device, GatewaySettings, SettingsError, load_settings, resolve_devices
from drivers.gateway.words import words
from drivers.messages import OpenWhen

Config = Annotated[Path, typer.Option("--config", help="The gateway's settings file (TOML).")]
DeviceId = Annotated[str, typer.Argument(metavar="DEVICE", help="The drawer.")]
By = Annotated[str, typer.Option("--by", help="Who does it: a staff number. Else the account's name.")]

LEARNT, NO_SENSOR, NOT_DONE = 0, 1, 2


def calibrate(device: DeviceId, config: Config, by: By = "") -> None:
    """Learn what a drawer's sensor says. Exit 0 learnt, 1 it has no sensor, 2 nothing was changed."""
    try:
        settings = load_settings(config)
        devices = {one.device_id: one for one in resolve_devices(settings)}
        drawer = _drawer(device, devices, settings)
        learnt = asyncio.run(_learn(drawer, devices[drawer.url.host]))
        who = by or os.environ.get("SUDO_USER") or getpass.getuser()
        Calibrations(settings.state_dir).keep(drawer, learnt, who)
    except SettingsError as error:
        _stop(str(error))
    except (NotShown, LinkLost, LinkUrlError) as error:
        _stop(words(error.code, device=device))
    except OSError as error:
        _stop(words("drawer.not_kept", detail=error))
    is_felt = learnt != "unwired"
    code = "drawer.calibrated" if is_felt else "drawer.unwired"
    typer.echo(words(code, device=device, open_when=learnt))
    raise typer.Exit(LEARNT if is_felt else NO_SENSOR)


def _drawer(device_id: str, devices: dict[str, Device], settings: GatewaySettings) -> Device:
    """The drawer, if it can be calibrated here and now."""
    drawer = devices.get(device_id)
    if drawer is None:
        raise SettingsError("settings.device_unknown", f"{device_id}, one of {', '.join(devices)}")
    if drawer.profile.kind != "drawer":
        raise NotShown("calibrate.not_a_drawer")
    if not drawer.is_on_printer:
        raise NotShown("drawer.no_sensor")
    if gateway_runs(settings.state_dir):
        raise NotShown("calibrate.gateway_runs")
    return drawer


async def _learn(drawer: Device, printer: Device) -> OpenWhen:
    person = Person(typer.echo, typer.confirm)
    async with examine(printer, [drawer], open_link) as examined:
        return await learn_drawer(examined, drawer.device_id, person)


def _stop(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(NOT_DONE)
