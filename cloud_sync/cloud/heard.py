"""What hubs last said of themselves."""

from sqlalchemy import bindparam, select

from cloud_sync.cloud.db import Connection
from cloud_sync.cloud.tables import heartbeats
from cloud_sync.wire.heartbeat import Heartbeat
from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader, Row, upsert


class Heard(View, frozen=True):
    """A hub's last heartbeat and when it came."""

    hub_id: str
    online: int
    last_seen_ms: int
    head_seq: int
    oldest_age_s: int
    version: str
    uplink_state: str
    live_date: str
    live_orders: int
    live_total_fen: int


_save = upsert(heartbeats, replace=tuple(column.name for column in heartbeats.c if not column.primary_key))
_save_will = upsert(heartbeats, replace=("online",))
_of = Query(select(*heartbeats.c).where(heartbeats.c.hub_id == bindparam("hub_id")), Heard)


def keep_heartbeat(connection: Connection, beat: Heartbeat, now_ms: int) -> None:
    """Keep the newest word of a hub; a will only says that it is gone."""
    live = beat.live
    row: Row = {
        "hub_id": beat.hub,
        "online": int(beat.online),
        "last_seen_ms": now_ms,
        "head_seq": beat.head_seq,
        "oldest_age_s": beat.oldest_age_s,
        "version": beat.version,
        "uplink_state": beat.state,
        "live_date": live.business_date if live else "",
        "live_orders": live.orders if live else 0,
        "live_total_fen": live.total_fen if live else 0,
    }
    with connection.transaction():
        connection.write(_save if beat.online else _save_will, [row])


def last_heard(read: Reader, hub_id: str) -> Heard | None:
    """The last heartbeat of a hub, or None."""
    return read.first(_of, hub_id=hub_id)
