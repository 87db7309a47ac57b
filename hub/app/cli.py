"""`dianshu`: one command for hub, gateway, cloud, simulator and the tools around them.

Each program's own command line is loaded only when it is called, so that none pays for another's imports.
"""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from hub.app.settings import HubSettings, load_settings
from hub.kernel.errors import Refused

PROGRAMS = {
    "gateway": ("drivers.gateway.cli", "Run this counter's devices."),
    "drivers": ("drivers.gateway.cli_drivers", "Look at this counter's devices."),
    "cloud": ("cloud_sync.cloud.cli", "Run the chain's aggregator and console."),
    "sim": ("hardware_sim.cli", "Play the devices of a counter that is not there."),
    "shop": ("hub.app.cli_shop", "Set up a store: its staff, tills and catalogue."),
    "journal": ("hub.app.cli_journal", "Verify the journal, or rebuild the tables from it."),
    "people": ("hub.app.cli_people", "Forget a person for good."),
    "backup": ("hub.app.cli_backup", "Make a backup, also while the hub runs."),
    "doctor": ("hub.app.cli_doctor", "Look at everything that a store's computer needs."),
    "restore": ("hub.app.cli_restore", "Bring a backup back, with what was erased since left out."),
}
app = typer.Typer(help="Dianshu (店枢): the store hub.", no_args_is_help=True, add_completion=False)
hub_app = typer.Typer(help="Run a store's hub.", no_args_is_help=True)
app.add_typer(hub_app, name="hub")

Config = Annotated[Path, typer.Option("--config", help="The hub's settings file (TOML).")]


@hub_app.command("run")
def hub_run(config: Config) -> None:
    """Serve the store until told to stop."""
    settings = _settings(config)
    from hub.app.server import run

    with _refusals_told():
        run(settings)


@hub_app.command("init")
def hub_init(config: Config) -> None:
    """Make the hub's keys and its gateways' token; print the key by which the cloud knows the hub."""
    settings = _settings(config)
    from hub.app.server import gateway_token
    from hub.app.wiring import open_engine

    with _refusals_told():
        engine = open_engine(settings)
    gateway_token(settings.gateway_token_path)
    typer.echo(engine.keystore.public_key().hex())
    engine.close()


@app.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="Ring up one sale by itself and check it.")] = False,
    folder: Annotated[Path, typer.Option("--folder", help="Where the demo keeps its files.")] = Path(".demo"),
    day: Annotated[str, typer.Option("--day", help="Let a day of trade be played: saturday, weekday.")] = "",
    speed: Annotated[float, typer.Option(min=0, help="Times as fast as life; 0 without a pause.")] = 60,
    seed: Annotated[int, typer.Option(help="Decides who comes, with what, and what breaks.")] = 1,
    customers: Annotated[int | None, typer.Option(min=1, help="At most so many, over the whole day.")] = None,
    faults: Annotated[str, typer.Option("--faults", help="A fault schedule: bad_day, or a file.")] = "",
) -> None:
    """A whole shop on this machine: counter, gateway, hub, broker and cloud."""
    from hub.app.demo.day.plan import DayUnreadable, find_faults, read_day
    from hub.app.demo.launcher import Trade, run_demo
    from hub.app.demo.stack import Suffering

    try:
        trade = Trade(read_day(day), seed, speed, customers) if day else None
        suffering = Suffering(find_faults(faults), seed) if faults else None
    except DayUnreadable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(run_demo(folder.resolve(), check, trade, suffering))


@contextmanager
def _refusals_told() -> Iterator[None]:
    """A hub that will not start says why: the code, and its words in the operator's language."""
    try:
        yield
    except Refused as refused:
        from hub.app.tools import Desk

        code, facts = refused.refusal.code, refused.refusal.facts
        typer.echo(f"{code}: {Desk().text(code, **facts)}", err=True)
        raise typer.Exit(2) from refused


def _settings(config: Path) -> HubSettings:
    try:
        return load_settings(config)
    except Refused as error:
        facts = "; ".join(str(fact) for fact in error.refusal.facts.values())
        typer.echo(f"{error.refusal.code}: {facts}", err=True)
        raise typer.Exit(2) from error


def _named_for_help(name: str, summary: str) -> None:
    @app.command(name, help=summary)
    def program() -> NoReturn:
        raise typer.Exit(2)


for _name, (_module, _summary) in PROGRAMS.items():
    _named_for_help(_name, _summary)


def main() -> None:
    """The console script."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked in PROGRAMS:
        program = importlib.import_module(PROGRAMS[asked][0])
        program.app(sys.argv[2:], prog_name=f"dianshu {asked}")
    else:
        app()


if __name__ == "__main__":
    main()
