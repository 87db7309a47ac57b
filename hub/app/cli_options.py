"""Options that the operator's tools share."""

from pathlib import Path
from typing import Annotated

import typer

from hub.app.settings import HubSettings, load_settings

Config = Annotated[Path | None, typer.Option("--config", help="The hub's settings file (TOML).")]
Data = Annotated[Path | None, typer.Option("--data", help="The hub's data folder, instead of --config.")]


def settings_of(config: Path | None) -> HubSettings:
    """The settings that were named. Raises typer.BadParameter, and Refused for a bad file."""
    if config is None:
        raise typer.BadParameter("name the hub with --config FILE (or, where it is offered, --data DIR)")
    return load_settings(config)


def data_of(config: Path | None, data: Path | None) -> Path:
    """The data folder, named directly or by the settings."""
    return data if data is not None else settings_of(config).data_path
