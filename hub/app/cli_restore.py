"""`dianshu restore`: a backup in a stopped hub's place."""

from pathlib import Path
from typing import Annotated

import typer

from hub.app import tools

app = typer.Typer(help="Bring a backup back, with what was erased since left out.")
Source = Annotated[Path, typer.Option("--from", help="The folder of the backup.")]
Target = Annotated[Path, typer.Option("--to", help="The hub's data folder.")]
Key = Annotated[Path | None, typer.Option("--key", help="The key file, when it is in neither folder.")]


@app.command()
def restore(source: Source, to: Target, key: Key = None) -> None:
    """Put a backup in a stopped hub's place; people erased since stay erased."""
    desk = tools.Desk()
    raise typer.Exit(desk.run(lambda: tools.restore_backup(desk, source, to, key)))
