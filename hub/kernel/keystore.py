"""Keys of their own, beside the journal and never in it: one per person, and this hub's secrets.

The file is encrypted like the database. Dropping a person's key makes every copy of their name,
in events, tables and backups, unreadable at once.
"""

import base64
import hashlib
import hmac
import os
import threading
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.kernel.db import connect
from hub.kernel.errors import Refused
from hub.kernel.files import write_whole

KEY_BYTES = 32
_NONCE_BYTES = 12
_SCHEMA = """
CREATE TABLE IF NOT EXISTS person_keys (person_id TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS erased (person_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


class PersonErased(Exception):
    """Somebody asked to seal a text for a person whose key was dropped for ever."""


def load_or_make_key(path: Path) -> bytes:
    """The 32-byte key in a file that only its owner may read, made at first use by whoever holds the folder.

    Raises Refused `key.damaged`. Without the key the database is noise, so the file and its name are durable
    before anything is encrypted with it.
    """
    if not path.exists():
        write_whole(path, os.urandom(KEY_BYTES))
    return load_key(path)


def load_key(path: Path) -> bytes:
    """The key in a file. Raises Refused `key.missing` or `key.damaged`."""
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise Refused("key.missing", 500, file=path.name) from error
    if len(key) != KEY_BYTES:
        raise Refused("key.damaged", 500, file=path.name)
    return key


def fingerprint(key: bytes) -> str:
    """What tells one key from another without giving it away."""
    return hashlib.sha256(b"dianshu key " + key).hexdigest()[:32]


class Keystore:
    """Person keys and secrets; safe to use from any thread."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._connection = connect(path, key)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.executescript(_SCHEMA)
        self._lock = threading.Lock()
        rows = self._connection.execute("SELECT person_id, key FROM person_keys")
        self._person_keys: dict[str, bytes] = dict(rows.fetchall())
        self._erased = {row[0] for row in self._connection.execute("SELECT person_id FROM erased")}
        self._digest_key = self.secret("digest")
        self._signing_key = Ed25519PrivateKey.from_private_bytes(self.secret("signing"))

    def seal(self, person_id: str, plain: str) -> str:
        """The text as ciphertext, bound to the person. The person's key is durable before this returns.

        Raises PersonErased.
        """
        nonce = os.urandom(_NONCE_BYTES)
        box = AESGCM(self._key_of(person_id)).encrypt(nonce, plain.encode(), person_id.encode())
        return base64.b64encode(nonce + box).decode()

    def open(self, person_id: str, sealed: str) -> str | None:
        """The text again, or None when the person was erased or the ciphertext is not theirs."""
        key = self._person_keys.get(person_id)
        if key is None:
            return None
        try:
            raw = base64.b64decode(sealed, validate=True)
            return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], person_id.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    def digest(self, plain: str) -> str:
        """A keyed hash of the text, to search by without opening anything."""
        return hmac.new(self._digest_key, plain.encode(), hashlib.sha256).hexdigest()

    def erase(self, person_id: str, at_ms: int) -> None:
        """Drop the person's key for ever and remember that it must stay dropped; once is as good as twice."""
        with self._lock:
            self._execute_all(
                ("INSERT OR IGNORE INTO erased VALUES (?, ?)", (person_id, at_ms)),
                ("DELETE FROM person_keys WHERE person_id = ?", (person_id,)),
            )
            self._erased.add(person_id)
            self._person_keys.pop(person_id, None)
            # The old page may still stand in the log: move the new one over it and cut the log off.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def has_key_of(self, person_id: str) -> bool:
        """Whether what was sealed for the person can be read here."""
        return person_id in self._person_keys

    def erasures(self) -> dict[str, int]:
        """Everybody erased, and when: to be applied to any backup before it is used."""
        with self._lock:
            return dict(self._connection.execute("SELECT person_id, at_ms FROM erased").fetchall())

    def secret(self, name: str) -> bytes:
        """A 32-byte secret of this hub, made at first use."""
        with self._lock:
            self._connection.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, os.urandom(32)))
            row = self._connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])

    def remember(self, name: str, value: bytes) -> None:
        """Keep a small value out of the database's reach, such as the last acknowledged head."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO secrets VALUES (?, ?)", (name, value))

    def recall(self, name: str) -> bytes | None:
        """A value kept by `remember`, or None."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else None

    def sign(self, message: bytes) -> bytes:
        """This hub's Ed25519 signature."""
        return self._signing_key.sign(message)

    def public_key(self) -> bytes:
        """The 32 bytes by which others check this hub's signatures."""
        return self._signing_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def copy_to(self, target: Any) -> None:
        """Copy everything into another connection of the same key, as of one moment."""
        with self._lock:
            self._connection.backup(target)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _key_of(self, person_id: str) -> bytes:
        key = self._person_keys.get(person_id)
        if key is not None:
            return key
        with self._lock:
            if person_id in self._erased:
                raise PersonErased(person_id)
            insert = "INSERT OR IGNORE INTO person_keys VALUES (?, ?)"
            self._connection.execute(insert, (person_id, os.urandom(KEY_BYTES)))
            select = "SELECT key FROM person_keys WHERE person_id = ?"
            key = bytes(self._connection.execute(select, (person_id,)).fetchone()[0])
            self._person_keys[person_id] = key
        return key

    def _execute_all(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for sql, parameters in statements:
                self._connection.execute(sql, parameters)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
