"""`dianshu drivers list`: the devices of a settings file, or the models that are known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drivers.gateway.settings import SettingsError, load_settings, resolve_devices
from drivers.profile import load_profile, profile_names

Config = Annotated[Path | None, typer.Option("--config", help="The gateway's settings file (TOML).")]


def list_devices(config: Config = None) -> None:
    """The configured devices, tab-separated; without a settings file every known model."""
    if config is None:
        for name in profile_names():
            typer.echo(f"{name}\t{load_profile(name).title}")
        return
    try:
        devices = resolve_devices(load_settings(config))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for device in devices:
        identity = device.settings.identity or "-"
        typer.echo("\t".join((device.device_id, device.settings.profile, device.settings.link, identity)))
