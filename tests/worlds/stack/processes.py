"""Ports to start a shop on, and the processes that belong to a folder."""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path

from hub.app.demo.places import Ports


def free_ports() -> Ports:
    """Ports that nobody has now, below those that the system gives to connections."""
    dice = random.SystemRandom()
    while True:
        ports = Ports(dice.randrange(20_000, 32_000))
        if all(is_free(port) for port in ports.all()):
            return ports


def is_free(port: int) -> bool:
    """Whether a server could listen on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def all_of(folder: Path) -> dict[int, str]:
    """Every living process that names the folder in its command line, by its process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if str(folder) in line and state != "Z":
                found[int(entry.name)] = line
    return found
