"""What the hub and the cloud have written down, read from their own databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from cloud_sync.cloud.db import Connection
from cloud_sync.cloud.modules import MODULES
from cloud_sync.cloud.rows import quarantined_of, read_raw
from cloud_sync.cloud.service import open_database
from cloud_sync.cloud.settings import load
from hub.app.demo.places import HUB_ID, STORE_ID
from hub.app.settings import HubSettings
from hub.app.wiring import open_engine
from hub.kernel.db import Readers
from hub.kernel.dump import dump
from hub.kernel.engine import Folder, open_for_reading, open_for_repair
from hub.kernel.journal import Entry, read_head, read_page
from hub.kernel.projections import Projector
from hub.kernel.rebuild import rebuild_in_place
from hub.kernel.schema import tables_of
from hub.kernel.sql import Session
from hub.kernel.verify import verify

EVERYTHING = 1_000_000
Journal = list[tuple[int, bytes, bytes]]
Tables = dict[str, list[str]]


class Books:
    """The hub's journal, looked at from beside it while it runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._readers: Readers | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._readers is not None:
            self._readers.close()
            self._readers = None

    def head_seq(self) -> int:
        """The number of the last event."""
        head = read_head(self._read)
        return head.seq if head else 0

    def entries(self, after: int = 0) -> list[Entry]:
        """The journal after a number."""
        return read_page(self._read, after, EVERYTHING, EVERYTHING)

    def events(self, kind: str, after: int = 0) -> list[Any]:
        """The events of one type, such as `orders.order_paid.v1`."""
        found = [entry for entry in self.entries(after) if entry.type == kind]
        return [msgspec.json.decode(entry.body)["event"] for entry in found]

    @property
    def _read(self) -> Readers:
        if self._readers is None:
            self._readers = open_for_reading(self._folder)
        return self._readers


def close_the_books(settings: HubSettings) -> tuple[Journal, Tables]:
    """A stopped hub: its chain verifies, its tables are those that its journal makes; both are returned."""
    engine = open_engine(settings)
    try:
        verdict = verify(engine.readers, engine.keystore, engine.types)
        assert verdict.ok, verdict
        entries = read_page(engine.readers, 0, EVERYTHING, EVERYTHING)
        with engine.readers.session() as read:
            tables = dump(read, tables_of(MODULES, "projected"), STORE_ID)
    finally:
        engine.close()
    connection = open_for_repair(Folder(settings.data_path))
    try:
        session = Session(connection.cursor(), "sqlite")
        projected = tables_of(engine.manifests, "projected")
        rebuilt = rebuild_in_place(session, session, projected, Projector(engine.manifests), engine.types)
        assert rebuilt.different == ()
    finally:
        connection.close()
    return [(entry.seq, entry.body, entry.hash) for entry in entries], tables


class Cloud:
    """The cloud's database, when the cloud is stopped."""

    def __init__(self, settings: Path) -> None:
        self._settings = settings

    def read(self) -> tuple[Journal, Tables]:
        """The store's journal and tables as the chain has them; nothing of it was set aside."""
        with open_database(load(self._settings)).connected() as connection:
            assert quarantined_of(connection, HUB_ID) == []
            return _journal(connection), dump(connection, tables_of(MODULES, "projected"), STORE_ID)


def _journal(connection: Connection) -> Journal:
    raw = read_raw(connection, HUB_ID, 1, 0, 1 << 40, EVERYTHING)
    return [(event.seq, event.body, event.hash) for event in raw]
