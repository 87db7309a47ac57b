"""What the counter's devices have done: the newest word of each, told to pages and to the uplink."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, get

from cloud_sync.wire.telemetry import DeviceFigures
from hub.devices.messages import DeviceStatisticsView
from hub.kernel.clock import Clock
from hub.kernel.context import Caller
from hub.kernel.http import require

MAX_DEVICES = 256


class Tallies:
    """Telemetry, in memory only, never journaled. Filled on the event loop, read from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._devices: Mapping[str, DeviceStatisticsView] = {}

    def take(self, device_id: str, counts: dict[str, int], scans_a_minute: int) -> None:
        """A device has done this in its life; of too many devices the first are kept."""
        if device_id in self._devices or len(self._devices) < MAX_DEVICES:
            told = DeviceStatisticsView(device_id, counts, scans_a_minute, self._clock.read().wall_ms)
            self._devices = {**self._devices, device_id: told}  # replaced, for readers on other threads

    def all(self) -> list[DeviceStatisticsView]:
        """Every device that was told of since the hub started, by its id."""
        devices = self._devices
        return [devices[device_id] for device_id in sorted(devices)]

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
