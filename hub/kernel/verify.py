"""`journal verify`: walk the chain and name the first thing that is wrong with it."""

from collections.abc import Callable
from typing import Literal

import msgspec

from hub.kernel.heads import SignedHead, acknowledged_head, is_signed_by, kept_heads
from hub.kernel.journal import GENESIS, Entry, EventTypes, Head, chain_hash, read_entry, read_head, read_page
from hub.kernel.keystore import Keystore
from hub.kernel.sql import Reader

Finding = Literal[
    "ok", "gap", "entry_changed", "column_changed", "tail_cut", "chain_recomputed", "bad_signature"
]
Progress = Callable[[int, int], None]
_PAGE = 1_000


class Verdict(msgspec.Struct, frozen=True):
    """What verification found, and at which sequence number (0 when nothing is wrong)."""

    finding: Finding
    seq: int = 0
    entries: int = 0
    signed_heads: int = 0

    @property
    def ok(self) -> bool:
        """Whether the journal is as it was written."""
        return self.finding == "ok"


def verify(
    read: Reader, keystore: Keystore, types: EventTypes, progress: Progress = lambda _done, _all: None
) -> Verdict:
    """Check numbers, hashes, columns, every signed head, and the last head that the cloud acknowledged."""
    acknowledged = acknowledged_head(keystore)
    heads = kept_heads(read) + ([acknowledged] if acknowledged else [])
    head = read_head(read) or Head(1, 0, GENESIS, 0)  # after the signed ones: a selling hub goes on meanwhile
    for signed in heads:
        if not is_signed_by(signed, keystore.public_key()):
            return Verdict("bad_signature", signed.seq)
    signed_hashes = {signed.seq: signed.hash for signed in heads}
    verdict = _walk(read, types, head, signed_hashes, progress)
    if not verdict.ok:
        return verdict
    if (cut := _beyond(heads, head.seq)) is not None:
        return Verdict("tail_cut", head.seq + 1, head.seq, len(cut))
    return Verdict("ok", 0, head.seq, len(heads))


def verify_tail(read: Reader, types: EventTypes, entries: int) -> Verdict:
    """Check numbers, hashes and columns of the newest entries alone, from the hash of the one before them."""
    head = read_head(read) or Head(1, 0, GENESIS, 0)
    before_seq = max(0, head.seq - entries)
    before = read_entry(read, before_seq) if before_seq else None
    if before is None:
        return Verdict("gap", before_seq) if before_seq else _walk(read, types, head, {})
    try:
        command_id = types.envelope(before.body).command_id
    except msgspec.DecodeError:
        return Verdict("entry_changed", before_seq)
    found = _walk(read, types, head, {}, start=_Start(before.hash, before_seq + 1, command_id))
    return msgspec.structs.replace(found, entries=found.entries - before_seq) if found.ok else found


class _Start(msgspec.Struct, frozen=True):
    previous: bytes = GENESIS
    expected: int = 1
    command_id: str = ""


def _beyond(heads: list[SignedHead], last_seq: int) -> list[SignedHead] | None:
    beyond = [signed for signed in heads if signed.seq > last_seq]
    return beyond or None


def _walk(
    read: Reader,
    types: EventTypes,
    head: Head,
    signed_hashes: dict[int, bytes],
    progress: Progress = lambda _done, _all: None,
    start: _Start = _Start(),  # noqa: B008 (frozen)
) -> Verdict:
    previous, expected, command_id = start.previous, start.expected, start.command_id
    broken_at = 0
    while expected <= head.seq:
        page = read_page(read, expected - 1, head.seq, _PAGE)
        if not page:
            return Verdict("gap", expected, expected - 1)
        for entry in page:
            finding, command_id = _check(entry, expected, previous, command_id, types)
            if finding != "ok":
                return Verdict(finding, entry.seq if finding != "gap" else expected, expected - 1)
            if signed_hashes.get(entry.seq, entry.hash) != entry.hash:
                broken_at = broken_at or entry.seq
            previous, expected = entry.hash, expected + 1
        progress(expected - 1, head.seq)
    if broken_at:
        return Verdict("chain_recomputed", broken_at, head.seq, len(signed_hashes))
    return Verdict("ok", 0, head.seq)


def _check(
    entry: Entry, expected: int, previous: bytes, previous_command_id: str, types: EventTypes
) -> tuple[Finding, str]:
    if entry.seq != expected:
        return "gap", ""
    if chain_hash(previous, entry.body) != entry.hash:
        return "entry_changed", ""
    try:
        record = types.envelope(entry.body)
        tag = types.tag(record)
    except msgspec.DecodeError:
        return "entry_changed", ""
    first = record.command_id != previous_command_id
    inside = (
        record.seq,
        record.epoch,
        tag,
        record.subject,
        record.at_ms,
        record.command_id if first else None,
        record.request_hash if first else None,
    )
    columns = (
        entry.seq,
        entry.epoch,
        entry.type,
        entry.subject,
        entry.at_ms,
        entry.command_id,
        entry.request_hash,
    )
    return ("ok" if inside == columns else "column_changed"), record.command_id
