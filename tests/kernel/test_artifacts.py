"""Bulk data by its hash: damage, absence, chunks, and beginning again."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from hub.kernel.artifacts import (
    CHUNK_ROWS,
    Artifacts,
    ArtifactStore,
    LoadChunk,
    content_of,
    dispatch_as_system,
)
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine, Folder
from hub.kernel.errors import Refused
from hub.kernel.ids import new_id
from hub.kernel.messages import Command, View
from hub.kernel.module import Manifest
from hub.kernel.sql import Kept, Query, Row, V, Value, upsert
from hub.kernel.tables import artifact, integer
from hub.kernel.writer import Outcome
from tests.kernel.conftest import ORIGIN, OwnClock
from tests.kernel.toys import toy

numbers = toy(artifact("artifact_numbers", integer("n"), key=("n",)))
_keep = upsert(numbers, keep=True)


class Count(View, frozen=True):
    n: int


count = Query(select(func.count()).select_from(numbers), Count)


def load_numbers(sha256: str, content: bytes) -> Iterator[tuple[Kept, Row]]:
    for n in msgspec.json.decode(content, type=list[int]):
        yield _keep, {"sha256": sha256, "n": n}


@pytest.fixture
def hub(folder: Folder, clock: OwnClock) -> Iterator[Engine]:
    manifest = Manifest("numbers", "tests.kernel", tables=(numbers,))
    engine = Engine(folder, ORIGIN, (manifest,), clock, {"numbers": load_numbers})
    yield engine
    engine.close()


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "store")


def numbers_up_to(n: int) -> bytes:
    return msgspec.json.encode(list(range(n)))


def rows_of(hub: Engine) -> int:
    found = hub.readers.first(count)
    assert found is not None
    return found.n


def test_the_same_bytes_have_the_same_name_and_are_kept_once(store: ArtifactStore) -> None:
    name = store.put(b"beans")
    assert store.put(b"beans") == name
    assert store.read(name) == b"beans"
    assert store.names() == [name]


def test_the_same_struct_is_the_same_artifact() -> None:
    class Named(msgspec.Struct):
        names: dict[str, int]

    assert content_of(Named({"b": 1, "a": 2})) == content_of(Named({"a": 2, "b": 1}))


def test_what_is_not_there_and_what_is_no_name_are_missing(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    for name in ("0" * 64, "../secret", "", "."):
        with pytest.raises(Refused, match=r"artifact\.missing"):
            store.read(name)


def test_damage_is_found_and_healed_by_the_same_bytes(store: ArtifactStore, tmp_path: Path) -> None:
    name = store.put(b"beans")
    (tmp_path / "store" / name).write_bytes(b"beanz")
    with pytest.raises(Refused, match=r"artifact\.damaged"):
        store.read(name)
    store.put(b"beans")
    assert store.read(name) == b"beans"


def test_what_is_too_large_is_refused(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.kernel.artifacts.MAX_ARTIFACT_BYTES", 4)
    with pytest.raises(Refused, match=r"artifact\.too_large"):
        store.put(b"beans")
    assert store.names() == []


def test_rows_are_loaded_in_chunks_and_only_once(hub: Engine) -> None:
    size = 2 * CHUNK_ROWS + 1
    sha256 = hub.artifacts.store.put(numbers_up_to(size))
    told: list[int] = []
    dispatch = dispatch_as_system(hub.bus.dispatch)
    for _ in range(2):
        assert hub.artifacts.load("numbers", sha256, hub.readers, dispatch, told.append) == size
    assert told == [CHUNK_ROWS, 2 * CHUNK_ROWS, size]
    assert rows_of(hub) == size
    assert hub.head() is None  # the journal holds names, not rows


def test_a_load_cut_short_is_not_taken_for_whole_and_begins_again(hub: Engine) -> None:
    size = 2 * CHUNK_ROWS
    sha256 = hub.artifacts.store.put(numbers_up_to(size))
    sent: list[Command] = []

    def dies_at_the_second(command: Command) -> Outcome:
        sent.append(command)
        if len(sent) == 2:
            raise ConnectionError
        return hub.bus.dispatch(command, SYSTEM)

    with pytest.raises(ConnectionError):
        hub.artifacts.load("numbers", sha256, hub.readers, dies_at_the_second)
    assert rows_of(hub) == CHUNK_ROWS
    dispatch = dispatch_as_system(hub.bus.dispatch)
    assert hub.artifacts.load("numbers", sha256, hub.readers, dispatch) == size
    assert rows_of(hub) == size


def test_damaged_bytes_load_nothing(hub: Engine, folder: Folder) -> None:
    sha256 = hub.artifacts.store.put(numbers_up_to(3))
    (folder.artifacts / sha256).write_bytes(numbers_up_to(4))
    with pytest.raises(Refused, match=r"artifact\.damaged"):
        hub.artifacts.load("numbers", sha256, hub.readers, dispatch_as_system(hub.bus.dispatch))
    assert rows_of(hub) == 0


def test_a_chunk_that_cannot_be_stored_is_said_so(hub: Engine) -> None:
    sha256 = hub.artifacts.store.put(numbers_up_to(3))
    hub.close()
    refuses = dispatch_as_system(hub.bus.dispatch)
    loader = Artifacts(hub.artifacts.store, {"numbers": load_numbers})
    with pytest.raises(Refused, match=r"hub\.busy"):
        loader.load("numbers", sha256, _Nothing(), refuses)


def test_nobody_else_can_send_a_chunk(hub: Engine) -> None:
    forged = LoadChunk(command_id=new_id(), sha256="0" * 64, row_count=1, last=True)
    refusal = hub.bus.dispatch(forged, SYSTEM).refusal
    assert refusal is not None
    assert refusal.code == "hub.internal_error"


class _Nothing:
    """A reader of an empty database."""

    def all(self, query: Query[V], **parameters: Value) -> list[V]:
        return []

    def first(self, query: Query[V], **parameters: Value) -> V | None:
        return None
