"""`dianshu backup`: a copy of the hub, also while it sells; and bringing one back."""

from pathlib import Path
from typing import Annotated

import typer

from hub.app import tools
from hub.app.cli_options import Config, Data, data_of

app = typer.Typer(help="Make a backup, also while the hub runs; or bring one back.")
To = Annotated[Path | None, typer.Option("--to", help="The folder to make; it must not exist.")]
WithKey = Annotated[bool, typer.Option("--with-key", help="Put the key into the backup, in the clear.")]
Source = Annotated[Path, typer.Option("--from", help="The folder of the backup.")]
Target = Annotated[Path, typer.Option("--to", help="The hub's data folder.")]
Key = Annotated[Path | None, typer.Option("--key", help="The key file, when it is in neither folder.")]


@app.callback(invoke_without_command=True)
def make(
    context: typer.Context, to: To = None, config: Config = None, data: Data = None, with_key: WithKey = False
) -> None:
    """Copy database, keys and artifacts. The key file stays behind unless --with-key."""
    if context.invoked_subcommand is not None:
        return
    if to is None:
        raise typer.BadParameter("--to")
    desk = tools.Desk()
    raise typer.Exit(desk.run(lambda: tools.make_backup(desk, data_of(config, data), to, with_key)))


@app.command("restore")
def restore(source: Source, to: Target, key: Key = None) -> None:
    """Put a backup in a stopped hub's place; people erased since stay erased."""
    desk = tools.Desk()
    raise typer.Exit(desk.run(lambda: tools.restore_backup(desk, source, to, key)))
