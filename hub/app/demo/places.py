"""Where the demo's parts are: folders, settings files, ports."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8710
HUB_ID = "hub-s001"
STORE_ID = "S001"
TENANT = "demo"


@dataclass(frozen=True, slots=True)
class Ports:
    """Five ports counted from one."""

    hub: int

    @property
    def cloud(self) -> int:
        """The console."""
        return self.hub + 10

    @property
    def bench(self) -> int:
        """The simulator."""
        return self.hub + 20

    @property
    def mqtt(self) -> int:
        """The broker, as hubs see it."""
        return self.hub + 30

    @property
    def nats(self) -> int:
        """The broker's own protocol."""
        return self.hub + 31

    def all(self) -> dict[int, str]:
        """Every port and what it is for."""
        return {
            self.hub: "till",
            self.cloud: "console",
            self.bench: "bench",
            self.mqtt: "broker",
            self.nats: "broker",
        }


def ports_from_environment() -> Ports:
    """The ports that the user chose, or the usual ones."""
    return Ports(int(os.environ.get("DIANSHU_DEMO_PORT", DEFAULT_PORT)))


@dataclass(frozen=True, slots=True)
class Places:
    """The demo's folder and what lies in it."""

    root: Path
    ports: Ports

    @property
    def hub_settings(self) -> Path:
        """The hub's settings."""
        return self.root / "hub.toml"

    @property
    def gateway_settings(self) -> Path:
        """The gateway's settings."""
        return self.root / "gateway.toml"

    @property
    def cloud_settings(self) -> Path:
        """The cloud's settings."""
        return self.root / "cloud.toml"

    @property
    def wiring(self) -> Path:
        """How the simulator says its devices are reached."""
        return self.root / "sim" / "wiring.json"

    @property
    def goods(self) -> Path:
        """The shelf of the bench."""
        return self.root / "sim" / "goods.json"

    @property
    def broker_password(self) -> Path:
        """The hub's password at the broker."""
        return self.root / "hub" / "broker.password"

    @property
    def console_login(self) -> Path:
        """The console's demo login, as the cloud told it."""
        return self.root / "console-login.toml"

    def read_console_login(self) -> tuple[str, str]:
        """Login and password."""
        told = tomllib.loads(self.console_login.read_text())
        return told["login"], told["password"]

    @property
    def logs(self) -> Path:
        """What the programs said."""
        return self.root / "logs"

    @property
    def hub(self) -> str:
        """Where the hub answers, without a path."""
        return f"http://127.0.0.1:{self.ports.hub}"

    def url(self, part: str) -> str:
        """The address of the till, the bench or the console."""
        port = {"till": self.ports.hub, "bench": self.ports.bench, "console": self.ports.cloud}[part]
        return f"http://127.0.0.1:{port}/{part}/"
