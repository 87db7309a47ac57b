"""`dianshu drivers probe`: what hangs on this computer's ports, and how sure that is."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from drivers.gateway.links.opener import look
from drivers.gateway.links.url import LinkUrlError
from drivers.gateway.probing.plan import shipped_profiles
from drivers.gateway.probing.ports import Port, given_port, local_ports
from drivers.gateway.probing.prober import LISTEN_S, Patience, PortReport, Prober
from drivers.gateway.probing.report import ProbeResult, table
from drivers.gateway.probing.snippet import append, snippets
from drivers.gateway.settings import Device, SettingsError, load_settings, resolve_devices
from drivers.gateway.words import words

Config = Annotated[Path | None, typer.Option("--config", help="The settings file whose devices are known.")]
Tcp = Annotated[list[str] | None, typer.Option("--tcp", help="host:port of a network device.")]
Link = Annotated[list[str] | None, typer.Option("--link", help="A link URL, such as serial:///dev/ttyUSB0.")]
Local = Annotated[bool, typer.Option("--local/--no-local", help="Look at this computer's own ports too.")]
Listen = Annotated[float, typer.Option("--listen", min=0.2, max=60, help="Seconds to wait for a scan.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Write = Annotated[bool, typer.Option("--write", help="Append what is certain or likely to --config.")]

MAX_PORTS = 64
MAX_PROBE_S = 120.0


def probe_devices(
    config: Config = None,
    tcp: Tcp = None,
    link: Link = None,
    local: Local = True,
    listen: Listen = LISTEN_S,
    as_json: AsJson = False,
    write: Write = False,
) -> None:
    """Look at every port and say what is there. Nothing is printed, kicked, tared or zeroed."""
    if write and config is None:
        raise typer.BadParameter(words("probe.write_needs_config"))
    try:
        known = resolve_devices(load_settings(config)) if config else []
        given = [given_port(one) for one in [*(f"tcp://{one}" for one in tcp or ()), *(link or ())]]
        result = find(given + (local_ports() if local else []), known, Patience(listen_s=listen))
        if write and config is not None and result.snippets:
            append(config, result.snippets.values())
    except (SettingsError, LinkUrlError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    _show(result, as_json, config if write else None)
    raise typer.Exit(0 if any(report.findings for report in result.ports) else 1)


def find(ports: list[Port], known: list[Device], patience: Patience) -> ProbeResult:
    """Probe all ports at once but those that settings name: they are a running gateway's."""
    own_ports = [device for device in known if device.url.scheme != "printer"]
    owners = {given_port(device.settings.link).node: device.device_id for device in own_ports}
    single = {port.node: port for port in reversed(ports)}
    unknown = [port for node, port in reversed(single.items()) if node not in owners][:MAX_PORTS]
    reports = [report for report in asyncio.run(_probe(unknown, patience)) if report.reason != "link.no_keys"]
    configured = {port.link: owners[node] for node, port in single.items() if node in owners}
    taken = (device.device_id for device in known)
    return ProbeResult(ports=tuple(reports), configured=configured, snippets=snippets(reports, taken))


async def _probe(ports: list[Port], patience: Patience) -> list[PortReport]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {port.link: bars.add_task(os.path.basename(port.link), total=None) for port in ports}
        prober = Prober(
            shipped_profiles(),
            look,
            patience,
            lambda name, done, whole: bars.update(tasks[name], completed=done, total=whole),
        )
        async with asyncio.timeout(MAX_PROBE_S + patience.listen_s * 8):
            return await asyncio.gather(*(prober.probe(port) for port in ports))


def _show(result: ProbeResult, as_json: bool, written: Path | None) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(result).decode())
        return
    console = Console(highlight=False)
    console.print(table(result))
    if written is not None and result.snippets:
        console.print(words("probe.written", path=written), markup=False)
    elif result.snippets:
        console.print(words("probe.paste"), markup=False)
    for snippet in result.snippets.values():
        typer.echo("\n" + snippet, nl=False)
