"""`dianshu gateway`: run this counter's devices, or check its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The device gateway of one counter.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", help="The gateway's settings file (TOML).")]


@app.command()
def run(config: Config, verbose: Annotated[bool, typer.Option("--verbose")] = False) -> None:
    """Run the gateway until it is told to stop."""
    import os
    import sys

    # The same process goes on as the bare gateway: the command line's own libraries cost it 10 MB for life.
    words = [sys.executable, "-m", "drivers.gateway", "--config", str(config)]
    os.execv(sys.executable, [*words, "--verbose"] if verbose else words)


@app.command()
def pair(
    hub: Annotated[str, typer.Option("--hub", help="https:// address of the hub, with its gateways' port.")],
    code: Annotated[str, typer.Option("--code", help="The code that the manager was given.")],
    config: Config,
) -> None:
    """Make this computer's gateway known to a hub elsewhere, by a manager's one-time code."""
    from drivers.gateway import pairing
    from drivers.gateway.words import words

    try:
        paired, authority = pairing.pair(hub, pairing.read_code(code))
        pairing.write_settings(config, hub, paired, authority)
    except pairing.PairingFailed as error:
        typer.echo(
            f"{error.code}: {words(error.code, detail=error.detail)} {error.detail}".rstrip(), err=True
        )
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(words("pair.not_written", config=config, detail=error.strerror), err=True)
        raise typer.Exit(2) from error
    typer.echo(words("pair.done", gateway_id=paired.gateway_id, config=config))


@app.command()
def check(config: Config) -> None:
    """Check a settings file, its profiles and links, without opening anything."""
    from drivers.gateway.settings import SettingsError, load_settings, resolve_devices

    try:
        devices = resolve_devices(load_settings(config))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for device in devices:
        typer.echo(f"{device.device_id}\t{device.settings.profile}\t{device.settings.link}")
