"""Immutable bulk data (catalogues, prices) named by its hash; the journal holds only the name.

Rows are loaded in chunks, each a small transaction of its own, so that selling goes on meanwhile.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy import bindparam, select

from hub.kernel.context import SYSTEM, Context
from hub.kernel.decision import Decision
from hub.kernel.errors import Refused
from hub.kernel.files import write_whole
from hub.kernel.ids import new_id
from hub.kernel.messages import Command, View
from hub.kernel.module import CommandSpec, Durability, Manifest
from hub.kernel.sql import Kept, Query, Reader, Row, upsert
from hub.kernel.tables import integer, local, text
from hub.kernel.writer import Outcome

_NAME = re.compile(r"[0-9a-f]{64}")
CHUNK_ROWS = 500
MAX_ARTIFACT_BYTES = 512 * 1024 * 1024

Loader = Callable[[str, bytes], Iterable[tuple[Kept, Row]]]
"""From an artifact's hash and bytes to the rows of its tables."""
Dispatch = Callable[[Command], Outcome]
Progress = Callable[[int], None]

loaded_artifacts = local("loaded_artifacts", text("sha256"), integer("row_count"), key=("sha256",))
_note_loaded = upsert(loaded_artifacts, replace=("row_count",))


class Loaded(View, frozen=True):
    """An artifact whose rows are all in the tables."""

    sha256: str
    row_count: int


_loaded = Query(select(*loaded_artifacts.c).where(loaded_artifacts.c.sha256 == bindparam("sha256")), Loaded)


class ArtifactStore:
    """A folder of files named by the SHA-256 of what they hold."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> str:
        """Keep the bytes, durably; returns their hash. Raises Refused `artifact.too_large`."""
        if len(content) > MAX_ARTIFACT_BYTES:
            raise Refused("artifact.too_large", 413)
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._is_whole(sha256):
            write_whole(self._folder / sha256, content)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a hash. Raises Refused `artifact.missing` or `artifact.damaged`."""
        path = self._folder / sha256
        if _NAME.fullmatch(sha256) is None or not path.is_file():
            raise Refused("artifact.missing", 404, sha256=sha256)
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Refused("artifact.damaged", 500, sha256=sha256)
        return content

    def names(self) -> list[str]:
        """The hash of every artifact that is kept."""
        return sorted(path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name))

    def _is_whole(self, sha256: str) -> bool:
        try:
            self.read(sha256)
        except Refused:
            return False
        return True


class LoadChunk(Command, frozen=True, kw_only=True):
    """Load the next rows of an artifact; sent by `load` alone."""

    sha256: str
    row_count: int
    last: bool


class Artifacts:
    """Loads artifacts into the tables of the modules that know their kind."""

    def __init__(self, store: ArtifactStore, loaders: Mapping[str, Loader]) -> None:
        self.store = store
        self._loaders = dict(loaders)
        self._chunks: dict[str, list[tuple[Kept, Row]]] = {}

    def manifest(self) -> Manifest:
        """The command that writes one chunk, for the bus."""
        spec = CommandSpec(
            LoadChunk, self._load_chunk, permission="artifacts.load", durability=Durability.NORMAL
        )
        return Manifest(name="artifacts", package="hub.kernel", commands=(spec,), tables=(loaded_artifacts,))

    def load(
        self,
        kind: str,
        sha256: str,
        read: Reader,
        dispatch: Dispatch,
        progress: Progress = lambda _rows: None,
    ) -> int:
        """Load an artifact unless it is loaded already; returns its number of rows.

        Raises Refused when the bytes are missing or damaged, or a chunk cannot be stored.
        """
        if (done := read.first(_loaded, sha256=sha256)) is not None:
            return done.row_count
        rows = iter(self._loaders[kind](sha256, self.store.read(sha256)))
        count = 0
        while chunk := list(islice(rows, CHUNK_ROWS)):
            count += len(chunk)
            self._send(dispatch, sha256, chunk, count, last=False)
            progress(count)
        self._send(dispatch, sha256, [], count, last=True)
        return count

    def _send(
        self, dispatch: Dispatch, sha256: str, chunk: list[tuple[Kept, Row]], count: int, last: bool
    ) -> None:
        command = LoadChunk(command_id=new_id(), sha256=sha256, row_count=count, last=last)
        self._chunks[command.command_id] = chunk
        try:
            outcome = dispatch(command)
        finally:
            del self._chunks[command.command_id]
        if outcome.refusal is not None:
            raise Refused.of(outcome.refusal)

    def _load_chunk(self, command: LoadChunk, _context: Context) -> Decision:
        rows = self._chunks[command.command_id]
        if command.last:
            rows = [*rows, (_note_loaded, {"sha256": command.sha256, "row_count": command.row_count})]
        return Decision(local=tuple(rows))


def dispatch_as_system(dispatch: Callable[..., Outcome]) -> Dispatch:
    """A bus's `dispatch` with the system as its caller."""
    return lambda command: dispatch(command, SYSTEM)


def content_of(value: msgspec.Struct) -> bytes:
    """The bytes of an artifact made from a struct: the same struct always has the same hash."""
    return msgspec.json.encode(value, order="deterministic")
