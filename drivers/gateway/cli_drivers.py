"""`dianshu drivers`: look at this counter's devices; each command is a file of its own."""

from __future__ import annotations

import typer

from drivers.gateway.cli_calibrate import calibrate
from drivers.gateway.cli_check import check_devices
from drivers.gateway.cli_list import list_devices
from drivers.gateway.cli_probe import probe_devices
from drivers.gateway.cli_record import record
from drivers.gateway.cli_replay import replay
from drivers.gateway.cli_swap import swap

app = typer.Typer(help="The devices of this counter.", no_args_is_help=True, add_completion=False)
app.command("list")(list_devices)
app.command("check")(check_devices)
app.command("probe")(probe_devices)
app.command()(calibrate)
app.command()(swap)
app.command()(record)
app.command()(replay)
