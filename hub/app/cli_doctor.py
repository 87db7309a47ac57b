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
    state, hub_ca = _places(gateway) if gateway else (None, None)
    return report.Patient(
        hub=load_settings(config) if config else None,
        hub_file=config,
        gateway_file=gateway,
        gateway_state=state,
        hub_ca=hub_ca,
    )


def _places(gateway: Path) -> tuple[Path, Path | None]:
    """Its state folder and its hub's authority: for the rest of its settings the gateway answers."""
    try:
        settings = tomllib.loads(gateway.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused("settings.missing", 404, path=str(gateway)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused("settings.invalid", 400, path=str(gateway), reason=str(error)) from error
    here = gateway.resolve().parent
    folder = here / str(settings.get("state_dir", "."))
    hub_ca = settings.get("hub_ca")
    return folder if folder.is_dir() else here, here / str(hub_ca) if hub_ca else None
