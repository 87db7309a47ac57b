"""What each store's devices have done, as its hub last told."""

import msgspec
from sqlalchemy import bindparam, delete, select

from cloud_sync.cloud.db import Connection
from cloud_sync.cloud.messages import DeviceFiguresView
from cloud_sync.cloud.tables import device_figures, hubs
from cloud_sync.wire.telemetry import Telemetry
from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, Row, insert_into


class _Row(View, frozen=True):
    store_id: str
    hub_id: str
    device_id: str
    counts: str
    scans_a_minute: int
    heard_ms: int


_save = insert_into(device_figures)
_forget = Kept(delete(device_figures).where(device_figures.c.hub_id == bindparam("of_hub")))
_of_store = Query(
    select(hubs.c.store_id, *device_figures.c)
    .join(hubs, hubs.c.hub_id == device_figures.c.hub_id)
    .where(hubs.c.store_id == bindparam("store_id"))
    .order_by(device_figures.c.device_id, device_figures.c.hub_id)
    .limit(1_000),
    _Row,
)


def keep_telemetry(connection: Connection, telemetry: Telemetry, now_ms: int) -> None:
    """Keep the newest word of a hub about its devices; those it names no more are forgotten."""
    rows: list[Row] = [
        {
            "hub_id": telemetry.hub,
            "device_id": device.device_id,
            "counts": msgspec.json.encode(device.counts, order="sorted").decode(),
            "scans_a_minute": device.scans_a_minute,
            "heard_ms": now_ms,
        }
        for device in {device.device_id: device for device in telemetry.devices}.values()
    ]
    with connection.transaction():
        connection.write(_forget, [{"of_hub": telemetry.hub}])
        if rows:
            connection.write(_save, rows)


def read_devices(read: Reader, store_id: str) -> list[DeviceFiguresView]:
    """What a store's devices have done."""
    return [
        DeviceFiguresView(
            hub_id=row.hub_id,
            device_id=row.device_id,
            counts=msgspec.json.decode(row.counts, type=dict[str, int]),
            scans_a_minute=row.scans_a_minute,
            heard_ms=row.heard_ms,
        )
        for row in read.all(_of_store, store_id=store_id)
    ]
