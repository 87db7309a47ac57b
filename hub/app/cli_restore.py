"""`dianshu restore`: the same as `dianshu backup restore`."""

import typer

from hub.app.cli_backup import restore

app = typer.Typer()
app.command(help=restore.__doc__)(restore)
