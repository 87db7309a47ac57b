"""`dianshu people`: forget somebody for good."""

from typing import Annotated

import typer

from hub.app import tools
from hub.app.cli_options import Config, settings_of

app = typer.Typer(help="Forget a person for good.", no_args_is_help=True)
Person = Annotated[str, typer.Argument(help="Their id or staff number.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.callback()
def people() -> None:
    """So that `erase` is a command even while it is the only one."""


@app.command("erase")
def erase(person: Person, config: Config = None, yes: Yes = False) -> None:
    """Drop the key of a person's name: no copy of it can be read again. Stop the hub first."""
    desk = tools.Desk()
    if not yes:
        typer.confirm(desk.text("people.confirm", person=person), abort=True)
    raise typer.Exit(desk.run(lambda: tools.erase_person(desk, settings_of(config), person)))
