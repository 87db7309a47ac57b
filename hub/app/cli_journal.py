"""`dianshu journal`: is it whole, and do the tables say what it says."""

import typer

from hub.app import tools
from hub.app.cli_options import Config, Data, data_of

app = typer.Typer(help="Verify the journal, or rebuild the tables from it.", no_args_is_help=True)


@app.command("verify")
def verify(config: Config = None, data: Data = None) -> None:
    """Check every entry, signature and the last head the cloud acknowledged. Exit 0 whole, 1 a finding."""
    desk = tools.Desk()
    raise typer.Exit(desk.run(lambda: tools.verify_journal(desk, data_of(config, data))))


@app.command("rebuild")
def rebuild(config: Config = None, data: Data = None) -> None:
    """Make the tables anew from the journal; stop the hub first. Exit 0 the same, 1 some were put right."""
    desk = tools.Desk()
    raise typer.Exit(desk.run(lambda: tools.rebuild_journal(desk, data_of(config, data))))
