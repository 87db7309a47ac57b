"""What the counter's devices have done: the newest word of each, told to pages and to the uplink."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from litestar import Request, get

from cloud_sync.wire.telemetry import DeviceFigures
from hub.devices.events import ScanRefused
from hub.devices.messages import DeviceStatisticsView
from hub.kernel.clock import Clock
from hub.kernel.context import Caller
from hub.kernel.http import require
from hub.kernel.journal import Record

MAX_DEVICES = 256
REFUSED = "ReadsRefusedCount"


class Tallies:
    """Telemetry, in memory only, never journaled. Filled on the event loop, read from any thread.

    Beside what a gateway tells stand the hub's own refusals: a read that landed on no basket.
    """

    def __init__(self, clock: Clock, refused: Mapping[str, int] | None = None) -> None:
        self._clock = clock
        self._devices: Mapping[str, DeviceStatisticsView] = {}
        self._refused = Counter(refused or {})

    def committed(self, records: list[Record[Any]]) -> None:
        """From the writer's thread: count what was refused."""
        for record in records:
            if isinstance(record.event, ScanRefused):
                self._refused[record.event.device_id] += 1

    def take(self, device_id: str, counts: dict[str, int], scans_a_minute: int) -> None:
        """A device has done this in its life; of too many devices the first are kept."""
        if device_id in self._devices or len(self._devices) < MAX_DEVICES:
            told = DeviceStatisticsView(device_id, counts, scans_a_minute, self._clock.read().wall_ms)
            self._devices = {**self._devices, device_id: told}  # replaced, for readers on other threads

    def all(self) -> list[DeviceStatisticsView]:
        """Every device that was told of since the hub started, by its id."""
        devices = self._devices
        return [self._with_refused(devices[device_id]) for device_id in sorted(devices)]

    def _with_refused(self, told: DeviceStatisticsView) -> DeviceStatisticsView:
        refused = self._refused[told.device_id]
        counts = {**told.counts, REFUSED: refused} if refused else told.counts
        return DeviceStatisticsView(told.device_id, counts, told.scans_a_minute, told.at_ms)

    def figures(self) -> tuple[DeviceFigures, ...]:
        """The same for the chain."""
        return tuple(
            DeviceFigures(device_id=one.device_id, counts=one.counts, scans_a_minute=one.scans_a_minute)
            for one in self.all()
        )


@get("/api/devices/statistics", sync_to_thread=False, tags=["devices"])
def device_statistics(request: Request[Any, Any, Any], caller: Caller) -> list[DeviceStatisticsView]:
    """What each device has done, as its gateway last told."""
    require(caller, "orders.sell")
    tallies: Tallies = request.app.state.tallies
    return tallies.all()
