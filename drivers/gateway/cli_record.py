"""`dianshu drivers record`: a device's line, byte by byte, out of the running gateway into a file."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from drivers.gateway.recording import Answer, socket_path
from drivers.gateway.settings import SettingsError, load_settings

Config = Annotated[Path, typer.Option("--config", help="The gateway's settings file (TOML).")]
DeviceId = Annotated[str, typer.Option("--device", help="The device whose line is recorded.")]
Out = Annotated[Path, typer.Option("--out", help="The file to write; it must not exist yet.")]
Seconds = Annotated[float, typer.Option("--seconds", min=1, max=86_400, help="For so long at most.")]
Bytes = Annotated[int, typer.Option("--max-bytes", min=1_000, max=16_000_000, help="At most so large.")]
ANSWER_WITHIN_S = 5.0


class RecordRefused(Exception):
    """Nothing is recorded."""


def record(
    config: Config, device: DeviceId, out: Out, seconds: Seconds = 60.0, max_bytes: Bytes = 1_000_000
) -> None:
    """Record what passes between the running gateway and a device; Ctrl-C ends it."""
    try:
        state_dir = load_settings(config).state_dir
        with _connected(state_dir) as line, _new_file(out) as file:
            lines = _recorded(line, file, device, seconds, max_bytes)
    except (SettingsError, RecordRefused, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{out}: {lines} lines of traffic")


def _connected(state_dir: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    try:
        with socket_path(state_dir) as path:
            line.settimeout(ANSWER_WITHIN_S)
            line.connect(path)
    except OSError as error:
        line.close()
        raise RecordRefused(f"record.no_gateway: no gateway runs on {state_dir} ({error})") from error
    return line


def _new_file(path: Path) -> BinaryIO:
    """Readable by its owner alone: customers' codes may pass."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _recorded(line: socket.socket, file: BinaryIO, device: str, seconds: float, max_bytes: int) -> int:
    """The lines of traffic that were written before it was time, or enough."""
    line.sendall(device.encode() + b"\n")
    until_s, room, lines = time.monotonic() + seconds, max_bytes, -1
    with line.makefile("rb") as heard, suppress(KeyboardInterrupt, TimeoutError):
        while (left_s := until_s - time.monotonic()) > 0 and (one := heard.readline()):
            if lines < 0 and (refused := msgspec.json.decode(one, type=Answer).refused):
                raise RecordRefused(f"{refused}: {device}")
            if (room := room - len(one)) < 0:
                break
            file.write(one)
            file.flush()
            lines += 1
            line.settimeout(left_s)
    return max(0, lines)
