"""What the kernel's tests share: a clock of their own and a hub full of jars."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hub.kernel.clock import Instant
from hub.kernel.engine import Engine, Folder
from hub.kernel.ledger import Origin
from hub.kernel.module import Manifest
from tests.kernel import jars

NOW_MS = 1_795_329_000_000
ORIGIN = Origin("hub-1", "S001")
OpenHub = Callable[..., Engine]


class OwnClock:
    """Stands still until it is told otherwise."""

    def __init__(self, wall_ms: int = NOW_MS, trusted: bool = True) -> None:
        self.now = Instant(wall_ms, trusted, 0.0)

    def read(self) -> Instant:
        return self.now

    def step(self, seconds: float) -> None:
        wall_ms = self.now.wall_ms + int(seconds * 1000)
        self.now = Instant(wall_ms, self.now.trusted, self.now.monotonic_s + seconds)

    def jump(self, seconds: float) -> None:
        """The wall clock is set; time itself goes on as it did."""
        self.now = msgspec.structs.replace(self.now, wall_ms=self.now.wall_ms + int(seconds * 1000))


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "hub")


@pytest.fixture
def open_hub(folder: Folder, clock: OwnClock) -> Iterator[OpenHub]:
    """Opens the hub in `folder`; what is left open is closed at the end."""
    opened: list[Engine] = []

    def open_one(*manifests: Manifest, origin: Origin = ORIGIN, at: Folder = folder) -> Engine:
        engine = Engine(at, origin, manifests or (jars.manifest,), clock)
        opened.append(engine)
        return engine

    yield open_one
    for engine in reversed(opened):
        engine.close()


@pytest.fixture
def hub(open_hub: OpenHub) -> Engine:
    return open_hub()
