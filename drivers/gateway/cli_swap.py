"""`dianshu drivers swap`: another unit takes a broken one's place, under its name and bindings."""

from __future__ import annotations

import fcntl
import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

from drivers.gateway.pins import Pins
from drivers.gateway.settings import SettingsError, load_settings, resolve_devices
from drivers.gateway.swap import SwapRefused, new_unit

Config = Annotated[Path, typer.Option("--config", help="The gateway's settings file (TOML).")]
DeviceId = Annotated[str, typer.Option("--device", help="The device whose unit is another now.")]
Unit = Annotated[str, typer.Option("--identity", help="The new unit, where more than one could be meant.")]
By = Annotated[str, typer.Option("--by", help="Who swaps it: a staff number. Else the account's name.")]


def swap(config: Config, device: DeviceId, identity: Unit = "", by: By = "") -> None:
    """Let another unit of the same kind be a device: it keeps its name, its till and its history."""
    try:
        settings = load_settings(config)
        devices = {one.device_id: one for one in resolve_devices(settings)}
        if device not in devices:
            raise SettingsError("settings.device_unknown", f"{device}, one of {', '.join(devices)}")
        others = [one for device_id, one in devices.items() if device_id != device]
        pins = Pins(settings.state_dir)
        unit = new_unit(devices[device], others, pins, identity)
        pins.swap(devices[device].settings, unit, by or os.environ.get("SUDO_USER") or getpass.getuser())
    except (SettingsError, SwapRefused, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    when = "within a few seconds" if _runs(settings.state_dir) else "when the gateway starts"
    typer.echo(f"{device} is {unit} from now on; it comes to work {when}")


def _runs(state_dir: Path) -> bool:
    """Whether a gateway holds the state folder."""
    try:
        with (state_dir / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
