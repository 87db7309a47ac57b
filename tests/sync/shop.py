"""A store as small as a store can be: one command that sells, on the real kernel."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from cloud_sync.edge.status import SyncStatus
from cloud_sync.edge.uplink import Surroundings, Uplink, UplinkSettings
from cloud_sync.edge.window import Limits
from cloud_sync.wire.link import Broker
from cloud_sync.wire.telemetry import DeviceFigures
from cloud_sync.wire.topics import HubAddress
from hub.kernel.clock import Instant
from hub.kernel.context import SYSTEM, Context
from hub.kernel.decision import Decision
from hub.kernel.dump import dump
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.ids import new_id
from hub.kernel.journal import Entry, Record, read_head, read_page
from hub.kernel.ledger import Origin
from hub.kernel.messages import Command, Event
from hub.kernel.module import CommandSpec, Durability, Manifest, Rows
from hub.kernel.schema import tables_of
from hub.kernel.sql import insert_into, upsert
from hub.kernel.tables import integer, projected, text

sold = projected("sync_sold", "store", integer("seq"), text("item_id"), integer("qty_milli"), key=("seq",))
stock = projected("sync_stock", "store", text("item_id"), integer("qty_milli"), key=("item_id",))
_sold = insert_into(sold)
_stock = upsert(stock, add=("qty_milli",))

START_MS = 1_764_000_000_000
UNLUCKY = "unlucky"
"""An item whose projection fails in the cloud, and only there."""


class Sell(Command, frozen=True, kw_only=True):
    """Sell one piece of each item."""

    items: list[str]


class Sold(Event, frozen=True, kw_only=True, tag="shop.sold.v1"):
    """A piece was sold."""

    subject_field: ClassVar[str] = "item_id"
    item_id: str
    qty_milli: int
    note: str = ""


class Noted(Event, frozen=True, kw_only=True, tag="shop.noted.v1"):
    """Something that the cloud's version does not know."""

    note: str


def sell(command: Sell, _context: Context) -> Decision:
    """Every item becomes one event."""
    return Decision.of(*(_event(item) for item in command.items))


def _event(item: str) -> Event:
    return (
        Noted(note=item) if item.startswith("note:") else Sold(item_id=item, qty_milli=1000, note="酱油" * 20)
    )


def project_sold(record: Record[Sold]) -> Rows:
    """A row for the sale, and the stock changed by it."""
    event = record.event
    store_id, item_id, qty_milli = record.store_id, event.item_id, event.qty_milli
    yield _sold, {"store_id": store_id, "seq": record.seq, "item_id": item_id, "qty_milli": qty_milli}
    yield _stock, {"store_id": store_id, "item_id": item_id, "qty_milli": -qty_milli}


def project_in_cloud(record: Record[Sold]) -> Rows:
    """As in the store, but one item fails."""
    if record.event.item_id == UNLUCKY:
        raise ValueError("an unlucky item")
    return project_sold(record)


def _manifest(events: tuple[type[Event], ...], projection: Callable[[Record[Sold]], Rows]) -> Manifest:
    return Manifest(
        name="shop",
        package="tests.sync",
        commands=(CommandSpec(Sell, sell, durability=Durability.FULL),),
        events=events,
        projections={Sold: projection},
        tables=(sold, stock),
    )


IN_STORE = _manifest((Sold, Noted), project_sold)
IN_CLOUD = _manifest((Sold,), project_in_cloud)


class StillClock:
    """A clock that moves a second at each look."""

    def __init__(self) -> None:
        self._looks = 0

    def read(self) -> Instant:
        self._looks += 1
        return Instant(START_MS + self._looks * 1000, True, float(self._looks))


class Shop:
    """One store's engine with an uplink that can be plugged and pulled."""

    def __init__(self, folder: Path, hub: HubAddress, store_id: str = "S001") -> None:
        self.folder = folder
        self.hub = hub
        self.store_id = store_id
        self.uplink: Uplink | None = None
        self.changes: list[SyncStatus] = []
        self.telemetry: tuple[DeviceFigures, ...] = ()
        self.durable_seq: Callable[[], int] | None = None
        self.engine = self.open_engine()

    @property
    def public_key(self) -> bytes:
        return self.engine.keystore.public_key()

    def sell(self, *items: str) -> None:
        outcome = self.engine.bus.dispatch(Sell(command_id=new_id(), items=list(items)), SYSTEM)
        assert outcome.refusal is None

    def sell_many(self, events: int) -> None:
        """Many events, a hundred to a command."""
        for start in range(0, events, 100):
            self.sell(*(f"item-{number % 37}" for number in range(start, min(start + 100, events))))

    def plug(self, broker: Broker, rate: float = 1e6, limits: Limits | None = None) -> Uplink:
        settings = UplinkSettings(
            hub=self.hub, broker=broker, version="test", rate=rate, heartbeat_s=1.0, telemetry_s=0.1,
            limits=limits or Limits(timeout_s=1.0, ask_every_s=0.1, ask_at_most_every_s=1.0),
        )  # fmt: skip
        surroundings = Surroundings(
            readers=self.engine.readers,
            keystore=self.engine.keystore,
            durable_seq=lambda: self.durable_seq() if self.durable_seq else self.engine.writer.fsynced_seq,
            now_ms=lambda: START_MS,
            on_change=self.changes.append,
            telemetry=lambda: self.telemetry,
        )
        self.uplink = Uplink(settings, surroundings, jitter=lambda: 0.0)
        self.uplink.start()
        return self.uplink

    def pull(self) -> None:
        if self.uplink is not None:
            self.uplink.stop()
            self.uplink = None

    def head_seq(self) -> int:
        head = read_head(self.engine.readers)
        return head.seq if head else 0

    def entries(self) -> list[Entry]:
        with self.engine.readers.session() as read:
            return read_page(read, 0, self.head_seq(), 1_000_000)

    def tables(self) -> dict[str, list[str]]:
        """What the store's projected tables hold."""
        with self.engine.readers.session() as read:
            return dump(read, tables_of([IN_STORE], "projected"), self.store_id)

    def close(self) -> None:
        self.close_engine()

    def open_engine(self) -> Engine:
        self.engine = Engine(
            Folder(self.folder), Origin(self.hub.hub, self.store_id), [IN_STORE], StillClock()
        )
        self.engine.listen(lambda _records: self.uplink.wake() if self.uplink else None)
        return self.engine

    def close_engine(self) -> None:
        self.pull()
        self.engine.close()

    def cut_tail(self, after: int) -> None:
        """Somebody takes the newest entries, and all that came of them, out of the stopped hub's file."""
        self.close_engine()
        connection = open_for_repair(Folder(self.folder))
        connection.execute("DELETE FROM journal WHERE seq > ?", (after,))
        connection.execute("DELETE FROM sync_sold WHERE seq > ?", (after,))
        connection.close()
        self.open_engine()
