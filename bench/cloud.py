"""A cloud under measurement: `dianshu cloud run` with its real broker, for one hub."""

from pathlib import Path
from typing import NamedTuple

from bench.hub import HUB_ID, STORE_ID
from bench.process import Program, answers, free_port
from cloud_sync.cloud.db import Connection, Database
from cloud_sync.cloud.projections import read_cursor
from cloud_sync.cloud.registry import find_hub
from cloud_sync.cloud.service import enrol_hub
from cloud_sync.cloud.settings import load

TENANT = "bench"


class Progress(NamedTuple):
    """How far the cloud has come with the hub's journal."""

    acknowledged: int
    projected: int


class TrialCloud:
    """Broker, aggregator, projections and console in a folder of their own."""

    def __init__(self, folder: Path, database: str = "cloud.db") -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._mqtt_port, self._console_port = free_port(), free_port()
        self._config = folder / "cloud.toml"
        self._config.write_text(
            f'database = "{database}"\ntenant = "{TENANT}"\n'
            f"[mqtt]\nport = {self._mqtt_port}\nnats_port = {free_port()}\n"
            f"[console]\nport = {self._console_port}\n"
        )
        self._program: Program | None = None
        self._looking: Connection | None = None

    def enrol(self, public_key: bytes) -> str:
        """Let the hub send; returns the [cloud] table of its settings."""
        user, password = enrol_hub(load(self._config), HUB_ID, STORE_ID, public_key)
        secret = self._folder / "hub.password"
        secret.write_text(password)
        return (
            f'[cloud]\nhost = "127.0.0.1"\nport = {self._mqtt_port}\ntenant = "{TENANT}"\n'
            f'username = "{user}"\npassword_file = "{secret}"\n'
        )

    def start(self) -> None:
        """Start it and wait until its console answers."""
        self._program = Program(
            self._folder / "cloud.log", "hub.app.cli", "cloud", "run", "--config", str(self._config)
        )
        self._program.wait_until(lambda: answers(f"http://127.0.0.1:{self._console_port}/"))

    def progress(self) -> Progress:
        """As its database has it."""
        if self._looking is None:
            self._looking = Database(load(self._config).database_url()).connect()
        hub = find_hub(self._looking, HUB_ID)
        return Progress(hub.applied, read_cursor(self._looking, hub).projected) if hub else Progress(0, 0)

    def stop(self) -> None:
        """End it."""
        if self._looking is not None:
            self._looking.close()
        if self._program is not None:
            self._program.stop()
