"""`dianshu drivers check`: whether each configured device is there, well, and does what it should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from drivers.gateway.calibrations import Calibrations
from drivers.gateway.checking.examined import examine
from drivers.gateway.checking.external import check_outside
from drivers.gateway.checking.hub_word import ask_hub, check_clock, checks_of, gateway_runs
from drivers.gateway.checking.interactive import Person, check_together
from drivers.gateway.checking.internal import check_inside
from drivers.gateway.checking.verdict import Check
from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.links.opener import open_link
from drivers.gateway.links.url import LinkUrlError
from drivers.gateway.settings import Device, GatewaySettings, SettingsError, load_settings, resolve_devices
from drivers.gateway.words import words

Config = Annotated[Path, typer.Option("--config", help="The gateway's settings file (TOML).")]
Interactive = Annotated[bool, typer.Option("--interactive", help="Scan, print, kick and weigh, with you.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_COLOURS = {"ok": "green", "attention": "yellow", "failed": "red"}


def check_devices(config: Config, interactive: Interactive = False, as_json: AsJson = False) -> None:
    """Check every configured device. Exit 0 all well, 1 a finding, 2 the settings cannot be used."""
    console = Console(stderr=True)
    try:
        settings = load_settings(config)
        devices = [Calibrations(settings.state_dir).applied(one) for one in resolve_devices(settings)]
        if gateway_runs(settings.state_dir):
            checks = _by_the_hub(console, settings, devices)
        else:
            person = Person(lambda text: console.print(text, markup=False), typer.confirm)
            checks = asyncio.run(_by_hand(console, devices, person if interactive else None))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    _show(checks, as_json)
    raise typer.Exit(0 if all(check.state == "ok" for check in checks) else 1)


def _by_the_hub(console: Console, settings: GatewaySettings, devices: list[Device]) -> list[Check]:
    console.print(words("check.gateway_runs"), markup=False)
    inside = [check_inside(device) for device in devices]
    try:
        word = ask_hub(settings)
        return [
            *inside,
            *checks_of(devices, word.known),
            check_clock(settings.gateway_id, word.ahead_s),
        ]
    except OSError as error:
        detail = {"detail": str(error)}
        return [*inside, *(_failed(device, "check.hub_silent", detail) for device in devices)]


def _failed(device: Device, code: str, facts: dict[str, str]) -> Check:
    return Check(device_id=device.device_id, part="gateway", state="failed", code=code, facts=facts)


async def _by_hand(console: Console, devices: list[Device], person: Person | None) -> list[Check]:
    checks: list[Check] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    for device in devices:
        checks.append(inside := check_inside(device))
        if inside.state == "failed" or device.is_on_printer:
            continue
        drawers = [one for one in devices if one.is_on_printer and one.url.host == device.device_id]
        with Progress(*columns, console=console, transient=True, disable=person is not None) as bars:
            bars.add_task(device.device_id)
            checks += [check async for check in _opened(device, drawers, person)]
    return checks


async def _opened(device: Device, drawers: list[Device], person: Person | None) -> AsyncIterator[Check]:
    try:
        async with examine(device, drawers, open_link) as examined:
            for check in await check_outside(examined):
                yield check
            if person is not None:
                async for check in check_together(examined, person):
                    yield check
    except (LinkLost, LinkUrlError) as error:
        for one in (device, *drawers):
            yield Check(device_id=one.device_id, part="external", state="failed", code=error.code)


def _show(checks: Iterable[Check], as_json: bool) -> None:
    checks = sorted(checks, key=lambda check: check.device_id)
    if as_json:
        told = [{**msgspec.structs.asdict(check), "text": check.text} for check in checks]
        typer.echo(msgspec.json.encode(told).decode())
        return
    shown = Table(show_lines=True)
    for head in ("device", "part", "state", "next"):
        shown.add_column(words(f"check.head_{head}"), overflow="fold")
    for check in checks:
        state = f"[{_COLOURS[check.state]}]{words(f'check.{check.state}')}[/]"
        shown.add_row(check.device_id, words(f"check.{check.part}"), state, check.text)
    Console(highlight=False).print(shown)
