"""The way up, wired: where the cloud is, and what the hub tells it of itself between batches."""

from collections.abc import Callable
from pathlib import Path

from cloud_sync.edge.status import SyncStatus
from cloud_sync.edge.uplink import Surroundings, Uplink, UplinkSettings
from cloud_sync.wire.heartbeat import LiveTotals
from cloud_sync.wire.link import Broker
from cloud_sync.wire.topics import address
from hub.app.settings import CloudSettings, HubSettings
from hub.app.statistics import Tallies
from hub.kernel.clock import Clock, SystemClock, business_date
from hub.kernel.db import Readers
from hub.kernel.engine import Engine
from hub.kernel.journal import read_entry
from hub.modules.orders import store as orders

VERSION = "0.1.0"
MEASURE_EVERY_S = 2.0
"""Sums over the day's orders are not taken more often than this."""


def uplink_of(
    settings: HubSettings,
    cloud: CloudSettings,
    engine: Engine,
    on_change: Callable[[SyncStatus], None],
    tallies: Tallies,
) -> Uplink:
    """The uplink of a hub, not yet started."""
    clock = engine.clock
    figures = Figures(engine.readers, settings.store_id, clock)
    return Uplink(
        UplinkSettings(
            hub=address(cloud.tenant, settings.hub_id),
            broker=_broker(cloud),
            epoch=settings.epoch,
            version=VERSION,
        ),
        Surroundings(
            readers=engine.readers,
            keystore=engine.keystore,
            durable_seq=lambda: engine.writer.fsynced_seq,
            now_ms=lambda: int(clock.read().wall_ms),
            on_change=on_change,
            on_cloud_time=clock.confirm if isinstance(clock, SystemClock) else lambda _ms: None,
            live_totals=figures.today,
            pending_money_fen=figures.pending_fen,
            telemetry=tallies.figures,
        ),
    )


def _broker(cloud: CloudSettings) -> Broker:
    return Broker(
        host=cloud.host,
        port=cloud.port,
        username=cloud.username or None,
        password=Path(cloud.password_file).read_text().strip() if cloud.password_file else None,
        tls=bool(cloud.ca_file),
        ca_file=cloud.ca_file or None,
    )


class Figures:
    """The store's figures beside the journal; only the uplink's thread asks for them."""

    def __init__(self, readers: Readers, store_id: str, clock: Clock) -> None:
        self._readers = readers
        self._store_id = store_id
        self._clock = clock
        self._pending_fen = 0
        self._measure_at_s = 0.0

    def today(self) -> LiveTotals:
        """The business date's paid orders so far."""
        today = business_date(self._clock.read().wall_ms)
        with self._readers.session() as read:
            totals = orders.totals_since(read, self._store_id, today, 0)
        return LiveTotals(today, totals.orders, totals.total_fen)

    def pending_fen(self, after_seq: int) -> int:
        """What was sold since the last acknowledged event; at most two seconds old."""
        now_s = self._clock.read().monotonic_s
        if now_s >= self._measure_at_s:
            self._measure_at_s = now_s + MEASURE_EVERY_S
            self._pending_fen = self._measure(after_seq)
        return self._pending_fen

    def _measure(self, after_seq: int) -> int:
        with self._readers.session() as read:
            oldest = read_entry(read, after_seq + 1)
            if oldest is None:
                return 0
            since_date = business_date(oldest.at_ms - _ONE_DAY_MS)
            return orders.totals_since(read, self._store_id, since_date, oldest.at_ms).total_fen


_ONE_DAY_MS = 86_400_000
"""A shift that is still open carries the date on which it was opened."""
