"""Who may look at the console: argon2 passwords, a lock after five wrong ones, sessions by cookie."""

import hashlib
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, delete, select, update

from cloud_sync.cloud.db import Connection
from cloud_sync.cloud.messages import ConsoleUser
from cloud_sync.cloud.tables import console_sessions, console_users
from hub.kernel.errors import Refused
from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, Row, upsert

SESSION_MS = 12 * 3_600_000
WRONG_TRIES = 5
LOCK_MS = 60_000
MAX_LOGIN_CHARS = 64
MAX_PASSWORD_CHARS = 256

_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(2)
"""Each hashing takes 64 MiB: more at once would be a way to fill the memory from outside."""
_NOBODY = _hasher.hash(secrets.token_hex(16))
"""What an unknown login is checked against, so that it takes as long as a known one."""


class UserRow(View, frozen=True):
    """One console user."""

    login: str
    name: str
    password_hash: str
    demo: int
    wrong_tries: int
    locked_until_ms: int


class _Session(View, frozen=True):
    login: str
    name: str
    demo: int
    expires_ms: int


_user_locked = Query(
    select(*console_users.c).where(console_users.c.login == bindparam("login")).with_for_update(), UserRow
)
_save_user = upsert(
    console_users, replace=("name", "password_hash", "demo", "wrong_tries", "locked_until_ms")
)
_tried = Kept(
    update(console_users)
    .where(console_users.c.login == bindparam("of"))
    .values(wrong_tries=bindparam("tries"), locked_until_ms=bindparam("until_ms"))
)
_save_session = upsert(console_sessions, replace=("login", "expires_ms"))
_drop_session = Kept(delete(console_sessions).where(console_sessions.c.token_hash == bindparam("of")))
_drop_expired = Kept(delete(console_sessions).where(console_sessions.c.expires_ms < bindparam("now_ms")))
_session = Query(
    select(console_users.c.login, console_users.c.name, console_users.c.demo, console_sessions.c.expires_ms)
    .join(console_users, console_users.c.login == console_sessions.c.login)
    .where(console_sessions.c.token_hash == bindparam("token_hash")),
    _Session,
)


def save_user(connection: Connection, login: str, name: str, password: str, demo: bool = False) -> None:
    """Make a console user, or give one a new password."""
    row: Row = {
        "login": login,
        "name": name,
        "password_hash": _hasher.hash(password),
        "demo": int(demo),
        "wrong_tries": 0,
        "locked_until_ms": 0,
    }
    with connection.transaction():
        connection.write(_save_user, [row])


def sign_in(connection: Connection, login: str, password: str, now_ms: int) -> tuple[str, ConsoleUser]:
    """A session's token and its user. Raises Refused."""
    if len(login) > MAX_LOGIN_CHARS or len(password) > MAX_PASSWORD_CHARS or "\x00" in login:
        raise Refused("console.wrong_login", 401)
    user = _count_try(connection, login, now_ms)
    if not _matches(user.password_hash if user else _NOBODY, password) or user is None:
        raise Refused("console.wrong_login", 401)
    token = secrets.token_urlsafe(32)
    expires_ms = now_ms + SESSION_MS
    with connection.transaction():
        connection.write(_tried, [{"of": login, "tries": 0, "until_ms": 0}])
        connection.write(_drop_expired, [{"now_ms": now_ms}])
        row: Row = {"token_hash": _token_hash(token), "login": login, "expires_ms": expires_ms}
        connection.write(_save_session, [row])
    return token, ConsoleUser(user.login, user.name, bool(user.demo), expires_ms)


def sign_out(connection: Connection, token: str) -> None:
    """End a session."""
    with connection.transaction():
        connection.write(_drop_session, [{"of": _token_hash(token)}])


def session_user(read: Reader, token: str | None, now_ms: int) -> ConsoleUser:
    """Who a session's token belongs to. Raises Refused."""
    session = read.first(_session, token_hash=_token_hash(token)) if token else None
    if session is None or session.expires_ms <= now_ms:
        raise Refused("console.sign_in_first", 401)
    return ConsoleUser(session.login, session.name, bool(session.demo), session.expires_ms)


def _count_try(connection: Connection, login: str, now_ms: int) -> UserRow | None:
    """Count a try before it is checked, so that many at once count too. Raises Refused while locked."""
    with connection.transaction():
        user = connection.first(_user_locked, login=login)
        if user is None:
            return None
        if user.locked_until_ms > now_ms:
            raise Refused("console.locked", 429, wait_s=(user.locked_until_ms - now_ms + 999) // 1000)
        tries = user.wrong_tries + 1
        locks = tries >= WRONG_TRIES
        row: Row = {"of": login, "tries": 0 if locks else tries, "until_ms": now_ms + LOCK_MS if locks else 0}
        connection.write(_tried, [row])
        return user


def _matches(password_hash: str, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(password_hash, password)
        except VerificationError:
            return False


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
