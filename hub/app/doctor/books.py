"""The hub's files: keys, database, journal. The hub may run meanwhile."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import literal_column, select, text

from hub.app.authority import Authority
from hub.app.doctor.line import Line, attention, failed, ok
from hub.app.tools import manifests_of
from hub.devices import store as devices
from hub.devices.messages import DeviceView
from hub.kernel.db import DatabaseError, WrongKey
from hub.kernel.engine import Folder, open_for_reading
from hub.kernel.errors import Refused
from hub.kernel.heads import acknowledged_head, kept_heads
from hub.kernel.journal import read_head
from hub.kernel.keystore import Keystore, load_key
from hub.kernel.messages import View
from hub.kernel.projections import event_types
from hub.kernel.sql import Query, Reader
from hub.kernel.verify import verify_tail
from hub.migrations import HEAD
from hub.modules.identity import store as identity

TAIL_ENTRIES = 2_000
LARGE_WAL_MIB = 64
_MIB = 1024 * 1024
_OTHERS = 0o077


class _Said(View, frozen=True):
    said: str


_quick_check = Query(
    select(literal_column("quick_check").label("said")).select_from(text("pragma_quick_check")), _Said
)
_schema_head = Query(
    select(literal_column("version_num").label("said")).select_from(text("alembic_version")), _Said
)


class Books(msgspec.Struct, frozen=True):
    """What the files said."""

    lines: list[Line]
    newest_ms: int = 0
    pending: int = 0
    devices: list[DeviceView] = []
    names: list[str] = []
    authority_ends: datetime | None = None


def look_at_books(folder: Folder, store_id: str) -> Books:
    """Keys and permissions, the database's own check, the newest part of the chain."""
    keys = _look_at_keys(folder)
    try:
        with _opened(folder) as (read, keystore):
            return _read(folder, store_id, read, keystore, keys)
    except Refused as refused:
        return Books([*keys, failed("database", refused.refusal.code, **refused.refusal.facts)])
    except WrongKey as error:
        return Books([*keys, failed("database", "key.wrong", file=Path(str(error)).name)])
    except (DatabaseError, OSError) as error:
        return Books([*keys, failed("database", "doctor.database_unreadable", reason=str(error))])


@contextmanager
def _opened(folder: Folder) -> Iterator[tuple[Reader, Keystore]]:
    readers = open_for_reading(folder)
    try:
        keystore = Keystore(folder.keystore, load_key(folder.key))
        try:
            with readers.session() as session:
                yield session, keystore
        finally:
            keystore.close()
    finally:
        readers.close()


def _read(folder: Folder, store_id: str, read: Reader, keystore: Keystore, keys: list[Line]) -> Books:
    head, acknowledged = read_head(read), acknowledged_head(keystore)
    last_seq = head.seq if head else 0
    return Books(
        [*keys, _database(folder, read), _journal(folder, read, last_seq)],
        newest_ms=head.at_ms if head else 0,
        pending=last_seq - (acknowledged.seq if acknowledged else 0),
        devices=devices.all_devices(read, store_id),
        authority_ends=Authority.ends(keystore),
        names=[member.name for member in identity.all_staff(read, store_id, keystore) if member.name],
    )


def _database(folder: Folder, read: Reader) -> Line:
    wal = folder.database.with_name(folder.database.name + "-wal")
    size_mib = folder.database.stat().st_size // _MIB
    wal_mib = wal.stat().st_size // _MIB if wal.exists() else 0
    checked, schema = read.first(_quick_check), read.first(_schema_head)
    if checked is None or checked.said != "ok":
        return failed("database", "doctor.database_damaged", reason=checked.said if checked else "")
    if schema is None or schema.said != HEAD:
        return attention(
            "database", "doctor.schema_differs", found=schema.said if schema else "", expected=HEAD
        )
    if wal_mib > LARGE_WAL_MIB:
        return attention("database", "doctor.wal_large", size_mib=size_mib, wal_mib=wal_mib)
    return ok("database", "doctor.database", size_mib=size_mib, wal_mib=wal_mib, schema=HEAD)


def _journal(folder: Folder, read: Reader, last_seq: int) -> Line:
    verdict = verify_tail(read, event_types(manifests_of(folder)), TAIL_ENTRIES)
    heads = kept_heads(read)
    sealed_seq = heads[-1].seq if heads else 0
    if not verdict.ok:
        return failed("journal", "doctor.journal_broken", seq=verdict.seq)
    if sealed_seq > last_seq:
        return failed("journal", "doctor.journal_cut", seq=last_seq, sealed=sealed_seq)
    return ok("journal", "doctor.journal", seq=last_seq, sealed=sealed_seq, checked=verdict.entries)


def _look_at_keys(folder: Folder) -> list[Line]:
    shut = not folder.path.exists() or not stat.S_IMODE(folder.path.stat().st_mode) & _OTHERS
    secret = [folder.key, folder.keystore, folder.path / "gateway.token"]
    missing = [path.name for path in secret if not path.exists()]
    if missing:
        return [failed("keys", "doctor.keys_missing", files=", ".join(missing))]
    loose = [path.name for path in secret if stat.S_IMODE(path.stat().st_mode) & _OTHERS]
    if shut and folder.key.name not in loose:
        return [ok("keys", "doctor.keys")]
    return (
        [attention("keys", "doctor.keys_open", files=", ".join(loose))]
        if loose
        else [ok("keys", "doctor.keys")]
    )
