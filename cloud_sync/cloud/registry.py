"""Which hubs may send, and how far each is committed."""

from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.expression import Executable

from cloud_sync.cloud.db import Connection
from cloud_sync.cloud.tables import alarms, hubs
from cloud_sync.wire.topics import HubAddress
from hub.kernel.journal import GENESIS
from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, Row, insert_into

MAX_DETAIL_CHARS = 300


class HubRow(View, frozen=True):
    """One enrolled hub; `applied` and `applied_hash` are the end of its committed contiguous prefix."""

    hub_id: str
    tenant: str
    store_id: str
    public_key: bytes
    epoch: int
    applied: int
    applied_hash: bytes
    state: str
    reason: str | None
    last_ack_ms: int | None

    @property
    def address(self) -> HubAddress:
        """Where the hub is spoken to."""
        return HubAddress(self.tenant, self.hub_id)


class AlreadyEnrolled(Exception):
    """The hub is known with another store or key."""


_columns = tuple(hubs.c)
_every = Query(select(*_columns).order_by(hubs.c.hub_id), HubRow)
_one = Query(select(*_columns).where(hubs.c.hub_id == bindparam("hub_id")), HubRow)
_one_locked = Query(select(*_columns).where(hubs.c.hub_id == bindparam("hub_id")).with_for_update(), HubRow)
_enrol = insert_into(hubs)
_advance = Kept(
    update(hubs)
    .where(hubs.c.hub_id == bindparam("hub"))
    .values(applied=bindparam("to"), applied_hash=bindparam("to_hash"), last_ack_ms=bindparam("at_ms"))
)
_set_state = Kept(
    update(hubs)
    .where(hubs.c.hub_id == bindparam("hub"))
    .values(state=bindparam("new_state"), reason=bindparam("why"))
)


class AlarmRow(View, frozen=True):
    """The newest alarm of a hub."""

    hub_id: str
    code: str
    times: int
    last_ms: int
    detail: str


def _raise_alarm_statement() -> Kept:
    def rendered_by(kind: Any) -> Executable:
        statement = kind(alarms)
        return statement.on_conflict_do_update(  # type: ignore[no-any-return]
            index_elements=["hub_id", "code"],
            set_={
                "times": alarms.c.times + 1,
                "last_ms": statement.excluded.last_ms,
                "detail": statement.excluded.detail,
            },
        )

    return Kept(rendered_by(sqlite_insert), rendered_by(postgresql_insert))


_alarm = _raise_alarm_statement()
_alarms_of = Query(
    select(*alarms.c).where(alarms.c.hub_id == bindparam("hub_id")).order_by(alarms.c.code), AlarmRow
)


def every_hub(read: Reader) -> list[HubRow]:
    """Every enrolled hub."""
    return read.all(_every)


def find_hub(read: Reader, hub_id: str) -> HubRow | None:
    """One hub, or None."""
    return read.first(_one, hub_id=hub_id)


def lock_hub(read: Reader, hub_id: str) -> HubRow | None:
    """One hub, held until the transaction ends, so that two aggregators never advance it at once."""
    return read.first(_one_locked, hub_id=hub_id)


def enrol(connection: Connection, hub: HubAddress, store_id: str, public_key: bytes, epoch: int = 1) -> None:
    """Let a hub send for a store. The same enrolment again changes nothing. Raises AlreadyEnrolled."""
    with connection.transaction():
        known = lock_hub(connection, hub.hub)
        if known is None:
            connection.write(_enrol, [_fresh(hub, store_id, public_key, epoch)])
        elif (known.tenant, known.store_id, known.public_key) != (hub.tenant, store_id, public_key):
            raise AlreadyEnrolled(hub.hub)


def advance(connection: Connection, hub_id: str, applied: int, applied_hash: bytes, at_ms: int) -> None:
    """Move the end of a hub's committed prefix; in the transaction that inserts the events."""
    connection.write(_advance, [{"hub": hub_id, "to": applied, "to_hash": applied_hash, "at_ms": at_ms}])


def quarantine_hub(connection: Connection, hub_id: str, reason: str) -> None:
    """Take nothing more of a hub until a person has looked."""
    connection.write(_set_state, [{"hub": hub_id, "new_state": "quarantined", "why": reason}])


def release_hub(connection: Connection, hub_id: str) -> None:
    """A person has looked: take the hub's events again from where it stood."""
    connection.write(_set_state, [{"hub": hub_id, "new_state": "ok", "why": None}])


def raise_alarm(connection: Connection, hub_id: str, code: str, detail: str, at_ms: int) -> None:
    """Note what a person should look at; the same code again only counts."""
    clean = detail.replace("\x00", "?")[:MAX_DETAIL_CHARS]
    row: Row = {"hub_id": hub_id, "code": code, "times": 1, "last_ms": at_ms, "detail": clean}
    connection.write(_alarm, [row])


def alarms_of(read: Reader, hub_id: str) -> list[AlarmRow]:
    """Every alarm of a hub."""
    return read.all(_alarms_of, hub_id=hub_id)


def _fresh(hub: HubAddress, store_id: str, public_key: bytes, epoch: int) -> Row:
    return {
        "hub_id": hub.hub,
        "tenant": hub.tenant,
        "store_id": store_id,
        "public_key": public_key,
        "epoch": epoch,
        "applied": 0,
        "applied_hash": GENESIS,
        "state": "ok",
        "reason": None,
        "last_ack_ms": None,
    }
