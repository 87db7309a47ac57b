"""A counter under measurement: the real gateway process, with a serial scanner and a printer on ptys."""

import os
import pty
import tty
from pathlib import Path

from bench.hub import TrialHub
from bench.process import Program, answers
from bench.shop import TILLS, scanner_of

GATEWAY_ID = "gateway-bench"


class Counter:
    """One gateway; `scan` is what the scanner at the first till sends down its wire."""

    def __init__(self, folder: Path, hub: TrialHub) -> None:
        folder.mkdir()
        self._folder = folder
        self._hub = hub
        self._masters: list[int] = []
        self._slaves: list[int] = []
        self._program: Program | None = None

    def start(self) -> Program:
        """Start the gateway and wait until the hub knows it."""
        scanner, printer = self._pty(), self._pty()
        token = self._hub.settings.gateway_token_path
        config = self._folder / "gateway.toml"
        config.write_text(
            f'gateway_id = "{GATEWAY_ID}"\nhub_url = "ws://127.0.0.1:{self._hub.port}/ws/gateway"\n'
            f'token_file = "{token}"\nstate_dir = "{self._folder / "state"}"\n'
            f'[[devices]]\ndevice_id = "{scanner_of(TILLS[0])}"\nprofile = "scanner/generic_serial"\n'
            f'link = "serial://{scanner}?baud=9600"\n'
            f'[[devices]]\ndevice_id = "printer"\nprofile = "printer/epson_tm_t88vi"\n'
            f'link = "serial://{printer}?baud=38400"\n'
        )
        self._program = Program(self._folder / "gateway.log", "drivers.gateway", "--config", str(config))
        self._program.wait_until(lambda: answers(f"http://127.0.0.1:{self._hub.port}/health?gateways=1"))
        return self._program

    def scan(self, code: str) -> None:
        """Hold a barcode under the scanner."""
        os.write(self._masters[0], code.encode() + b"\r")

    def stop(self) -> None:
        """End the gateway, unplug everything."""
        if self._program is not None:
            self._program.stop()
        for descriptor in (*self._masters, *self._slaves):
            os.close(descriptor)

    def _pty(self) -> str:
        master, slave = pty.openpty()
        tty.setraw(slave)
        self._masters.append(master)
        self._slaves.append(slave)
        return os.ttyname(slave)
