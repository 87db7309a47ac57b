"""Backup while the hub sells, and restore: a copy that is whole, or none.

A person erased after the backup was made stays erased: what the existing keystore knows of erasures is
applied to the restored one before it is put in place.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from hub.kernel.artifacts import ArtifactStore
from hub.kernel.db import Readers, WrongKey, connect
from hub.kernel.engine import Folder
from hub.kernel.errors import Refused
from hub.kernel.files import FolderLock, sync_folder, write_whole
from hub.kernel.heads import acknowledged_head
from hub.kernel.journal import EventTypes, read_head
from hub.kernel.keystore import Keystore, fingerprint, load_key
from hub.kernel.migrate import revision_of
from hub.kernel.verify import verify

FORMAT = 1
MANIFEST = "backup.json"
_PAGES_A_STEP = 256
_CHUNK_BYTES = 1024 * 1024
_LOGS = ("-wal", "-shm")
_REPLACED = (
    *("hub.db" + end for end in ("", *_LOGS)),
    *("keys.db" + end for end in ("", *_LOGS)),
    "hub.key",
    "artifacts",
)
Progress = Callable[[int, int], None]


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: where the journal ended, whose key it needs, every file by its hash."""

    format: int
    made_ms: int
    revision: str
    epoch: int
    seq: int
    head_hash: str
    key_fingerprint: str
    files: dict[str, str]


class Restored(msgspec.Struct, frozen=True):
    """What came of a restore."""

    backup: Backup
    erased: tuple[str, ...]
    """People whose key the backup still held, and who had been erased since."""
    behind: int
    """Events that the cloud has acknowledged and this backup lacks: claim the hub anew before it sells."""


def no_progress(_done: int, _all: int) -> None:
    """For callers that nobody watches."""


def make_backup(
    folder: Folder, to: Path, now_ms: int, with_key: bool = False, progress: Progress = no_progress
) -> Backup:
    """Copy a hub, running or not, to a folder that does not exist yet.

    The key stays behind unless `with_key`. Raises Refused `backup.target_exists` or `key.*`.
    """
    if to.exists():
        raise Refused("backup.target_exists", 409, folder=str(to))
    key = load_key(folder.key)
    part = to.with_name(to.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    copy = Folder(part)
    _copy_database(folder.database, copy.database, key, progress)
    # After the database: a person's key is durable before the event that needs it.
    _copy_database(folder.keystore, copy.keystore, key, no_progress)
    _copy_artifacts(folder, copy)
    if with_key:
        write_whole(copy.key, key)
    backup = _describe(copy, key, now_ms)
    write_whole(part / MANIFEST, msgspec.json.format(msgspec.json.encode(backup)))
    part.rename(to)
    sync_folder(to.parent)
    return backup


def read_backup(source: Path) -> Backup:
    """A backup's description, every file checked. Raises Refused `backup.*`."""
    try:
        backup = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Backup)
    except FileNotFoundError as error:
        raise Refused("backup.not_one", 404, folder=str(source)) from error
    except msgspec.DecodeError as error:
        raise Refused("backup.damaged", 409, file=MANIFEST) from error
    if backup.format > FORMAT:
        raise Refused("backup.newer", 409, found=backup.format, known=FORMAT)
    for name, sha256 in backup.files.items():
        path = source / name
        if not path.is_file() or _sha256(path) != sha256:
            raise Refused("backup.damaged", 409, file=name)
    return backup


def restore_backup(
    source: Path, folder: Folder, key: bytes | None = None, progress: Progress = no_progress
) -> Restored:
    """Put a backup in a folder's place; what was there is kept beside it, as `replaced-…`.

    The key is the given one, the backup's own, or the folder's. Raises Refused `backup.*` and leaves the
    folder as it was.
    """
    backup = read_backup(source)
    key = _key_for(backup, [key, _key_in(source), _key_in(folder.path)])
    folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FolderLock(folder.path):
        erased, acknowledged_seq = _known_here(folder, key)
        staged = Folder(folder.path / "restoring")
        shutil.rmtree(staged.path, ignore_errors=True)
        staged.path.mkdir(mode=0o700)
        for name in backup.files:
            (staged.path / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source / name, staged.path / name)
        write_whole(staged.key, key)
        dropped = _erase_again(staged, key, erased)
        _check_chain(staged, key, progress)
        _swap(staged, folder)
    return Restored(backup, dropped, max(0, acknowledged_seq - backup.seq))


def _copy_database(source: Path, target: Path, key: bytes, progress: Progress) -> None:
    reading, writing = connect(source, key), connect(target, key)
    try:
        # One read transaction over all steps: the copy is of one commit, and no sale makes it begin again.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(
            writing,
            pages=_PAGES_A_STEP,
            progress=lambda _status, left, pages: progress(pages - left, pages),
        )
        reading.execute("COMMIT")
        writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        writing.close()
        reading.close()


def _copy_artifacts(folder: Folder, copy: Folder) -> None:
    if not folder.artifacts.exists():
        return
    source, target = ArtifactStore(folder.artifacts), ArtifactStore(copy.artifacts)
    for name in source.names():
        target.put(source.read(name))


def _describe(copy: Folder, key: bytes, now_ms: int) -> Backup:
    connection = connect(copy.database, key)
    revision = revision_of(connection) or ""
    connection.close()
    readers = Readers(copy.database, key, size=1)
    head = read_head(readers)
    readers.close()
    return Backup(
        format=FORMAT,
        made_ms=now_ms,
        revision=revision,
        epoch=head.epoch if head else 1,
        seq=head.seq if head else 0,
        head_hash=head.hash.hex() if head else "",
        key_fingerprint=fingerprint(key),
        files={str(path.relative_to(copy.path)): _sha256(path) for path in _files_of(copy)},
    )


def _files_of(copy: Folder) -> list[Path]:
    return [path for path in sorted(copy.path.rglob("*")) if path.is_file()]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _key_in(folder: Path) -> bytes | None:
    path = Folder(folder).key
    return load_key(path) if path.exists() else None


def _key_for(backup: Backup, offered: list[bytes | None]) -> bytes:
    keys = [key for key in offered if key is not None]
    for key in keys:
        if fingerprint(key) == backup.key_fingerprint:
            return key
    raise Refused("backup.key_wrong" if keys else "backup.key_missing", 409)


def _known_here(folder: Folder, key: bytes) -> tuple[dict[str, int], int]:
    """Who was erased and how far the cloud had come, by every keystore that is or was in this folder."""
    erased: dict[str, int] = {}
    acknowledged_seq = 0
    for path in [folder.path, *sorted(folder.path.glob("replaced-*"))]:
        there = Folder(path)
        if not there.keystore.exists():
            continue
        try:
            # A restore cut short may have parted a keystore from its key.
            keystore = Keystore(there.keystore, load_key(there.key) if there.key.exists() else key)
        except (WrongKey, Refused) as error:
            raise Refused("backup.erasures_unreadable", 409, folder=str(path)) from error
        erased = keystore.erasures() | erased
        head = acknowledged_head(keystore)
        acknowledged_seq = max(acknowledged_seq, head.seq if head else 0)
        keystore.close()
    return erased, acknowledged_seq


def _erase_again(staged: Folder, key: bytes, erased: dict[str, int]) -> tuple[str, ...]:
    keystore = Keystore(staged.keystore, key)
    dropped = tuple(person for person in erased if keystore.has_key_of(person))
    for person, at_ms in erased.items():
        keystore.erase(person, at_ms)
    keystore.close()
    return dropped


def _check_chain(staged: Folder, key: bytes, progress: Progress) -> None:
    readers, keystore = Readers(staged.database, key, size=1), Keystore(staged.keystore, key)
    try:
        with readers.session() as session:
            verdict = verify(session, keystore, EventTypes((), {}), progress)
    finally:
        readers.close()
        keystore.close()
    if not verdict.ok:
        raise Refused("backup.chain_broken", 409, finding=verdict.finding, seq=verdict.seq)


def _swap(staged: Folder, folder: Folder) -> None:
    for file in _files_of(staged):
        with file.open("rb") as written:
            os.fsync(written.fileno())
    number = 1
    while (replaced := folder.path / f"replaced-{number}").exists():
        number += 1
    for name in _REPLACED:
        old = folder.path / name
        if old.exists():
            replaced.mkdir(exist_ok=True, mode=0o700)
            old.rename(replaced / name)
    for path in sorted(staged.path.iterdir()):
        path.rename(folder.path / path.name)
    staged.path.rmdir()
    sync_folder(folder.path)
