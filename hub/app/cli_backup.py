"""`dianshu backup`: a copy of the hub, also while it sells."""

from pathlib import Path
from typing import Annotated

import typer

from hub.app import tools
from hub.app.cli_options import Config, Data, data_of

app = typer.Typer(help="Make a backup, also while the hub runs.")
To = Annotated[Path, typer.Option("--to", help="The folder to make; it must not exist.")]
WithKey = Annotated[bool, typer.Option("--with-key", help="Put the key into the backup, in the clear.")]


@app.command()
def backup(to: To, config: Config = None, data: Data = None, with_key: WithKey = False) -> None:
    """Copy database, keys and artifacts. The key file stays behind unless --with-key."""
    desk = tools.Desk()
    raise typer.Exit(desk.run(lambda: tools.make_backup(desk, data_of(config, data), to, with_key)))
