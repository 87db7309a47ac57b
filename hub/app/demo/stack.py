"""The demo's whole shop as one thing: steps in order, each program startable by itself, all ended as one."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.app.demo import settings_files
from hub.app.demo.aside import check_demo
from hub.app.demo.places import HUB_ID, STORE_ID, Places
from hub.app.demo.processes import Children, DemoFailed, FolderStale, Program, answers, check_port_free
from hub.app.demo.seed import bind_devices, seed_shop
from hub.app.server import gateway_token
from hub.app.settings import load_settings
from hub.app.wiring import open_engine
from hub.kernel.errors import Refused

_MIN_FREE_BYTES = 300 * 1024 * 1024
_COMMAND_WITHIN_S = 60
OF_ANOTHER_BUILD = frozenset(
    {
        *("schema.newer", "schema.changed", "journal.event_unreadable", "command.body_changed"),
        "cloud.schema_changed",
    }
)
"""What hub and cloud say of a folder that they cannot read, or whose shop is stocked otherwise."""

Step = tuple[str, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Suffering:
    """What the simulated devices are to suffer."""

    faults: Path
    seed: int

    def arguments(self) -> tuple[str, ...]:
        """As the simulator's command line takes it."""
        return ("--faults", str(self.faults), "--seed", str(self.seed))


class Stack:
    """Simulator, cloud with its broker, hub and gateway on one folder. Every step raises DemoFailed."""

    def __init__(self, places: Places, suffering: Suffering | None = None) -> None:
        self.places = places
        self.suffering = suffering
        self.children = Children(places.logs)

    def steps(self) -> list[Step]:
        """What is to be done, in order, with a name for each."""
        return [
            ("ports and disk", self.look_around),
            ("simulated counter", self.start_simulator),
            ("shop: staff, goods, stock", self.make_shop),
            ("broker and cloud", self.start_cloud),
            ("hub", self.start_hub),
            ("gateway", self.start_gateway),
        ]

    def end(self) -> None:
        """End every program, the last one started first."""
        self.children.end()

    def look_around(self) -> None:
        """The folder is a demo's or empty, the ports are free, and there is room on the disk."""
        check_demo(self.places)
        for port, what_for in self.places.ports.all().items():
            check_port_free(port, what_for)
        self.places.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.places.root).free
        if free < _MIN_FREE_BYTES:
            raise DemoFailed(
                f"Only {free // 2**20} MB are free at {self.places.root}: "
                f"make room for {_MIN_FREE_BYTES // 2**20} MB, then try again"
            )

    def start_simulator(self) -> None:
        """Devices on their wires, and the bench."""
        places = self.places
        settings_files.write_goods(places)
        places.wiring.unlink(missing_ok=True)
        arguments = (
            *("sim", "run", "--dir", str(places.root / "sim"), "--port", str(places.ports.bench)),
            *("--goods", str(places.goods), "--wiring", str(places.wiring)),
            *(self.suffering.arguments() if self.suffering else ()),
        )
        bench = answers(f"http://127.0.0.1:{places.ports.bench}/api/bench")
        self.children.start(Program("simulator", arguments, lambda: places.wiring.exists() and bench()))

    def make_shop(self) -> None:
        """Settings, the shop in the hub's database, the hub known to the cloud; no news the second time."""
        places = self.places
        settings_files.write_cloud(places)
        settings_files.write_hub(places, HUB_ID)
        wiring = settings_files.read_wiring(places)
        settings_files.write_hub(places, self._enrol(self._furnish(wiring)))
        places.console_login.write_text(_run("cloud", "demo-login", "--config", str(places.cloud_settings)))
        settings_files.write_gateway(places, wiring)

    def start_cloud(self) -> None:
        """Aggregator and console, and the broker as their child."""
        arguments = ("cloud", "run", "--config", str(self.places.cloud_settings))
        console = answers(f"http://127.0.0.1:{self.places.ports.cloud}/api/console/session")
        self.children.start(Program("cloud", arguments, console))

    def start_hub(self) -> None:
        """The store."""
        arguments = ("hub", "run", "--config", str(self.places.hub_settings))
        self.children.start(Program("hub", arguments, answers(f"{self.places.hub}/health")))

    def start_gateway(self) -> None:
        """The devices' way to the hub; ready once the hub has it."""
        arguments = ("gateway", "run", "--config", str(self.places.gateway_settings))
        environment = settings_files.read_wiring(self.places).gateway_environment
        joined = answers(f"{self.places.hub}/health?gateways=1")
        self.children.start(Program("gateway", arguments, joined, environment))

    def _furnish(self, wiring: settings_files.Wiring) -> str:
        """Everything that the shop has, in the hub's database; the key by which the cloud knows the hub."""
        settings = load_settings(self.places.hub_settings)
        gateway_token(settings.gateway_token_path)
        try:
            engine = open_engine(settings)
            try:
                seed_shop(engine)
                bind_devices(engine, wiring.devices, settings_files.GATEWAY_ID)
                return engine.keystore.public_key().hex()
            finally:
                engine.close()
        except Refused as refused:
            if refused.refusal.code in OF_ANOTHER_BUILD:
                raise FolderStale(refused.refusal.code) from refused
            raise

    def _enrol(self, public_key: str) -> str:
        """Tell the cloud of this hub, keep its password, return its user."""
        places = self.places
        told = _run(
            *("cloud", "enrol", "--config", str(places.cloud_settings)),
            *("--hub", HUB_ID, "--store", STORE_ID, "--public-key", public_key),
        )
        credentials = tomllib.loads(told)
        places.broker_password.touch(mode=0o600)
        places.broker_password.write_text(credentials["password"])
        return str(credentials["username"])


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hub.app.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=_COMMAND_WITHIN_S,
    )
    if (told := done.stderr.partition(":")[0]) in OF_ANOTHER_BUILD:
        raise FolderStale(told)
    if done.returncode != 0:
        raise DemoFailed(f"dianshu {' '.join(arguments[:2])} failed: {done.stdout}{done.stderr}")
    return done.stdout
