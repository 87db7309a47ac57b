"""`dianshu drivers replay`: what a driver makes of a recorded line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from drivers.gateway.capture import CaptureError, as_test, plain, read_capture
from drivers.gateway.capture import replay as replayed
from drivers.profile import ProfileError

File = Annotated[Path, typer.Argument(help="A recording made by `dianshu drivers record`.")]
Paced = Annotated[bool, typer.Option("--paced", help="As slowly as it was recorded.")]
AsTest = Annotated[Path | None, typer.Option("--as-test", help="Write the recording with what is heard.")]


def replay(file: File, paced: Paced = False, as_test_file: AsTest = None) -> None:
    """Feed a recording to the driver of its profile and print every reading as a JSON line."""
    try:
        capture = read_capture(file)
        if as_test_file is not None:
            as_test_file.write_bytes(b"".join(line + b"\n" for line in as_test(capture)))
            return
        before_ms = capture.traffic[0].at_ms if capture.traffic else 0
        for traffic, heard in replayed(capture):
            if paced:
                time.sleep(max(0, traffic.at_ms - before_ms) / 1000)
            before_ms = traffic.at_ms
            for reading in plain(heard):
                typer.echo(msgspec.json.encode({"at_ms": traffic.at_ms, **reading}).decode())
    except (CaptureError, ProfileError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
