"""`dianshu doctor`: is this computer well, and a bundle to send when it is not."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from hub.app import tools
from hub.app.cli_options import Config
from hub.app.doctor import report
from hub.app.settings import load_settings
from hub.kernel.errors import Refused

app = typer.Typer(help="Look at everything that a store's computer needs.")
Gateway = Annotated[
    Path | None, typer.Option("--gateway", help="The gateway's settings file, if it is here.")
]
Bundle = Annotated[Path | None, typer.Option("--bundle", help="Write a zip to send; it must not exist.")]
Log = Annotated[list[Path] | None, typer.Option("--log", help="A log file to bundle, not journald's.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def doctor(
    config: Config = None,
    gateway: Gateway = None,
    bundle: Bundle = None,
    log: Log = None,
    as_json: AsJson = False,
) -> None:
    """One report of machine, files, hub, cloud, gateways and devices. Exit 0 all well, 1 a finding."""
    desk = tools.Desk()

    def tool() -> int:
        patient = _patient(config, gateway)
        seen = report.visit(desk, patient)
        code = report.show(desk, seen, as_json)
        if bundle is not None:
            report.bundle(desk, patient, seen, bundle, log or [])
        return code

    raise typer.Exit(desk.run(tool))


def _patient(config: Path | None, gateway: Path | None) -> report.Patient:
    if config is None and gateway is None:
        raise typer.BadParameter("name the hub with --config FILE, the gateway with --gateway FILE, or both")
    return report.Patient(
        hub=load_settings(config) if config else None,
        hub_file=config,
        gateway_file=gateway,
        gateway_state=_state_dir(gateway) if gateway else None,
    )


def _state_dir(gateway: Path) -> Path:
    """Of the gateway's settings the doctor reads no more than this: the gateway answers for the rest."""
    try:
        named = tomllib.loads(gateway.read_text(encoding="utf-8")).get("state_dir", ".")
    except FileNotFoundError:
        raise Refused("settings.missing", 404, path=str(gateway)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused("settings.invalid", 400, path=str(gateway), reason=str(error)) from error
    folder = gateway.resolve().parent / str(named)
    return folder if folder.is_dir() else gateway.resolve().parent
