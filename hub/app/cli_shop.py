"""`dianshu shop`: what a new store needs before its first sale. The hub is stopped meanwhile."""

import enum
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from hub.app import tools
from hub.app.cli_options import Config, settings_of
from hub.app.wiring import open_engine
from hub.kernel.artifacts import dispatch_as_system
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine
from hub.kernel.errors import Refused
from hub.kernel.ids import new_id
from hub.kernel.messages import Command
from hub.modules.catalogue.artifact import KIND
from hub.modules.catalogue.artifact import version_of as catalogue_version_of
from hub.modules.catalogue.messages import ActivateVersion
from hub.modules.identity.messages import AddStaff, RegisterTerminal


class StaffRole(enum.Enum):
    """The roles, as the command line offers them."""

    CASHIER = "cashier"
    MANAGER = "manager"
    ADMIN = "admin"


app = typer.Typer(help="Set up a store: its staff, tills and catalogue.", no_args_is_help=True)
Number = Annotated[str, typer.Option("--number", help="The staff number, typed at the till.")]
Name = Annotated[str, typer.Option("--name", help="The person's name; kept under their own key.")]
Pin = Annotated[str, typer.Option("--pin", prompt=True, hide_input=True, confirmation_prompt=True)]
As = Annotated[StaffRole, typer.Option("--role", help="What the person may do.")]
Till = Annotated[str, typer.Option("--id", help="Up to eight capitals and digits: it stands on receipts.")]
Called = Annotated[str, typer.Option("--name", help="What the till is called.")]
Artifact = Annotated[Path, typer.Option("--file", help="A catalogue: a header line, then one item a line.")]


@app.command()
def staff(number: Number, name: Name, pin: Pin, role: As = StaffRole.ADMIN, config: Config = None) -> None:
    """Take on a staff member; the first of a store is its admin."""
    person = AddStaff(
        command_id=new_id(),
        staff_id=new_id(),
        staff_no=number,
        name=name,
        role=role.value,
        pin=pin,
    )
    _do(config, lambda engine: _send(engine, person))


@app.command()
def till(terminal_id: Till, name: Called, config: Config = None) -> None:
    """Make a till known to the store, or rename it."""
    known = RegisterTerminal(command_id=new_id(), terminal_id=terminal_id, name=name)
    _do(config, lambda engine: _send(engine, known))


@app.command()
def catalogue(file: Artifact, config: Config = None) -> None:
    """Load a catalogue and sell from it from now on."""
    _do(config, lambda engine: _activate(engine, file))


def _activate(engine: Engine, file: Path) -> None:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Refused("shop.file_unreadable", 404, path=str(file)) from error
    version = catalogue_version_of(content)
    sha256 = engine.artifacts.store.put(content)
    engine.artifacts.load(KIND, sha256, engine.readers, dispatch_as_system(engine.bus.dispatch))
    _send(engine, ActivateVersion(command_id=new_id(), version=version, sha256=sha256))


def _send(engine: Engine, command: Command) -> None:
    outcome = engine.bus.dispatch(command, SYSTEM)
    if outcome.refusal is not None:
        raise Refused.of(outcome.refusal)


def _do(config: Path | None, work: Callable[[Engine], None]) -> None:
    desk = tools.Desk()

    def tool() -> int:
        engine = open_engine(settings_of(config))
        try:
            work(engine)
        finally:
            engine.close()
        desk.say("shop.done")
        return tools.OK

    raise typer.Exit(desk.run(tool))
