"""The wiring file: how a gateway reaches each simulated device, and how its process must be started."""

from pathlib import Path
from typing import Literal

import msgspec


class WiredDevice(msgspec.Struct, frozen=True, kw_only=True):
    """`profile` and `link` as a gateway's settings want them. A drawer's link names its printer."""

    device_id: str
    kind: Literal["scanner", "printer", "drawer", "display", "scale", "payment_terminal"]
    profile: str
    link: str
    name: str
    name_en: str


class Wiring(msgspec.Struct, frozen=True, kw_only=True):
    """`gateway_environment` goes on top of the gateway's own; `notice` says what is missing here."""

    devices: tuple[WiredDevice, ...]
    gateway_environment: dict[str, str]
    bench_url: str | None = None
    notice: str | None = None
    version: int = 1


def write_wiring(path: Path, wiring: Wiring) -> None:
    """Whole or not at all: a launcher may be waiting for the file to appear."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(wiring), indent=2) + b"\n")
    fresh.replace(path)


def read_wiring(path: Path) -> Wiring:
    return msgspec.json.decode(path.read_bytes(), type=Wiring)
