"""The journal: gapless, hash-chained, append-only; bodies are kept as the exact bytes that were hashed."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, bindparam, insert, select

from hub.kernel.errors import Refusal
from hub.kernel.messages import Event, View
from hub.kernel.sql import Kept, Query, Reader
from hub.kernel.tables import metadata

GENESIS = bytes(32)
E = TypeVar("E", bound=Event)

journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("command_id", Text),
    Column("request_hash", Text),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("journal_by_command", "command_id", unique=True),
    Index("journal_by_subject", "subject"),
    info={"kind": "journal"},
    sqlite_strict=True,
)


class UnknownEvent(Event, frozen=True, tag="unknown"):
    """An event whose type this version does not know; its body is kept as it came."""


class Record(msgspec.Struct, Generic[E], frozen=True, kw_only=True, omit_defaults=True):
    """One event with its place in the journal. Encoded, it is the body that is hashed."""

    origin: str
    epoch: int
    seq: int
    store_id: str
    at_ms: int
    clock_trusted: bool
    command_id: str
    request_hash: str
    actor: str | None
    terminal_id: str | None
    subject: str
    event: E
    answer: Any = None
    refusal: Refusal | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A record whose event is still bytes."""

    origin: str
    epoch: int
    seq: int
    store_id: str
    at_ms: int
    clock_trusted: bool
    command_id: str
    request_hash: str
    actor: str | None
    terminal_id: str | None
    subject: str
    event: msgspec.Raw
    answer: Any = None
    refusal: Refusal | None = None


class _Tag(msgspec.Struct, frozen=True):
    type: str


class Entry(View, frozen=True):
    """A row of the journal table."""

    seq: int
    epoch: int
    type: str
    subject: str
    command_id: str | None
    request_hash: str | None
    at_ms: int
    body: bytes
    hash: bytes


class Head(View, frozen=True):
    """Where a journal ends: its last sequence number, that entry's hash and time."""

    epoch: int
    seq: int
    hash: bytes
    at_ms: int


_encoder = msgspec.json.Encoder()
_envelope_decoder = msgspec.json.Decoder(Envelope)
_tag_decoder = msgspec.json.Decoder(_Tag)

append_entry = Kept(insert(journal))
_columns = tuple(journal.c)
_page = Query(
    select(*_columns)
    .where(journal.c.seq > bindparam("after"), journal.c.seq <= bindparam("up_to"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit")),
    Entry,
)
_of_subject = Query(
    select(*_columns).where(journal.c.subject == bindparam("subject")).order_by(journal.c.seq).limit(500),
    Entry,
)
_of_command = Query(select(*_columns).where(journal.c.command_id == bindparam("command_id")), Entry)
_head = Query(
    select(journal.c.epoch, journal.c.seq, journal.c.hash, journal.c.at_ms)
    .order_by(journal.c.seq.desc())
    .limit(1),
    Head,
)
_at = Query(select(*_columns).where(journal.c.seq == bindparam("seq")), Entry)


class Erasure(View, frozen=True):
    """Whom an event asks to forget, and when it was recorded."""

    subject: str
    at_ms: int


_erasures = Query(
    select(journal.c.subject, journal.c.at_ms)
    .where(journal.c.seq > bindparam("after"), journal.c.type == bindparam("type"))
    .order_by(journal.c.seq),
    Erasure,
)


def encode_record(record: Record[Any]) -> bytes:
    """The exact bytes that are kept and hashed."""
    return _encoder.encode(record)


def chain_hash(previous: bytes, body: bytes) -> bytes:
    """SHA-256 of the previous entry's hash and this body."""
    return hashlib.sha256(previous + body).digest()


def read_head(read: Reader) -> Head | None:
    """The journal's end, or None while it is empty."""
    return read.first(_head)


def read_page(read: Reader, after: int, up_to: int, limit: int = 500) -> list[Entry]:
    """At most `limit` entries with after < seq <= up_to, in order."""
    return read.all(_page, after=after, up_to=up_to, limit=limit)


def read_subject(read: Reader, subject: str) -> list[Entry]:
    """The first 500 entries of one aggregate, in order."""
    return read.all(_of_subject, subject=subject)


def read_command(read: Reader, command_id: str) -> Entry | None:
    """The first entry that a command left, or None."""
    return read.first(_of_command, command_id=command_id)


def read_entry(read: Reader, seq: int) -> Entry | None:
    """One entry by its number, or None."""
    return read.first(_at, seq=seq)


def erasures_after(read: Reader, type_name: str, after: int) -> list[Erasure]:
    """The people that events of one type name, past a sequence number."""
    return read.all(_erasures, type=type_name, after=after)


class EventTypes:
    """Decodes bodies: known types to their structs, old versions lifted by upcasters, others kept unknown."""

    def __init__(self, events: Iterable[type[Event]], upcasters: Mapping[type[Event], Any]) -> None:
        self._decoders = {kind.type_name(): msgspec.json.Decoder(kind) for kind in events}
        self._upcasters = dict(upcasters)

    def known(self) -> frozenset[str]:
        """The type names that decode to structs."""
        return frozenset(self._decoders)

    def envelope(self, body: bytes) -> Envelope:
        """A body with its event left as bytes. Raises msgspec.DecodeError for rubbish."""
        return _envelope_decoder.decode(body)

    def tag(self, envelope: Envelope) -> str:
        """The event's type name. Raises msgspec.DecodeError for rubbish."""
        return _tag_decoder.decode(envelope.event).type

    def decode(self, body: bytes) -> Record[Any]:
        """A body as a record with its event at the newest version. Raises msgspec.DecodeError for rubbish."""
        envelope = _envelope_decoder.decode(body)
        decoder = self._decoders.get(_tag_decoder.decode(envelope.event).type)
        event: Event = UnknownEvent() if decoder is None else decoder.decode(envelope.event)
        while (lift := self._upcasters.get(type(event))) is not None:
            event = lift(event)
        return Record(
            origin=envelope.origin,
            epoch=envelope.epoch,
            seq=envelope.seq,
            store_id=envelope.store_id,
            at_ms=envelope.at_ms,
            clock_trusted=envelope.clock_trusted,
            command_id=envelope.command_id,
            request_hash=envelope.request_hash,
            actor=envelope.actor,
            terminal_id=envelope.terminal_id,
            subject=envelope.subject,
            event=event,
            answer=envelope.answer,
            refusal=envelope.refusal,
        )
