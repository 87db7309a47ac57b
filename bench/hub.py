"""A whole hub under measurement: its folder furnished once, its process started as `dianshu hub run`."""

from collections.abc import Mapping
from pathlib import Path

from bench.process import Program, answers, free_port
from bench.shop import furnish
from hub.app.settings import HubSettings, load_settings
from hub.app.wiring import open_engine

HUB_ID = "hub-bench"
STORE_ID = "S001"


class TrialHub:
    """A hub in a folder of its own on a free port."""

    def __init__(self, folder: Path, cloud: str = "") -> None:
        """`cloud` is the settings' [cloud] table, if the hub has one."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.config = folder / "hub.toml"
        self.config.write_text(
            f'store_id = "{STORE_ID}"\nhub_id = "{HUB_ID}"\ndata_dir = "{folder / "data"}"\n'
            f'port = {self.port}\nbattery_backed_clock = true\n[shop]\nname = "基准店"\n{cloud}'
        )
        self._program: Program | None = None

    @property
    def settings(self) -> HubSettings:
        """As the hub reads them."""
        return load_settings(self.config)

    @property
    def program(self) -> Program:
        """The running process."""
        if self._program is None:
            raise RuntimeError("the hub is not running")
        return self._program

    def furnish(self) -> None:
        """Give it the shop."""
        engine = open_engine(self.settings)
        furnish(engine)
        engine.close()

    def spawn(self, environment: Mapping[str, str] | None = None, module: str = "") -> Program:
        """Start its process and return at once; `module` stands in for the command line."""
        arguments = [module] if module else ["hub.app.cli", "hub", "run"]
        self._program = Program(
            self.folder / "hub.log", *arguments, "--config", str(self.config), environment=environment
        )
        return self._program

    def start(self, environment: Mapping[str, str] | None = None, module: str = "") -> Program:
        """Start its process and wait until it answers."""
        program = self.spawn(environment, module)
        program.wait_until(lambda: answers(f"http://127.0.0.1:{self.port}/health"))
        return program

    def stop(self) -> None:
        """End its process."""
        if self._program is not None:
            self._program.stop()
            self._program = None
