"""Every SELECT of identity, and the writes of its local tables."""

from sqlalchemy import bindparam, delete, select

from hub.kernel.context import Actor, People
from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, insert_into, upsert
from hub.modules.identity.messages import Me, Role, StaffView, TerminalView
from hub.modules.identity.model import permissions_of
from hub.modules.identity.tables import pins, sessions, staff, terminals


class StaffRow(View, frozen=True):
    """A staff member as stored; the name is sealed."""

    staff_id: str
    staff_no: str
    name_sealed: str | None
    role: Role
    erased: int


class PinRow(View, frozen=True):
    """A PIN's hash and its lock-out."""

    staff_id: str
    pin_hash: str
    failures: int
    locked_until_ms: int


class SessionRow(View, frozen=True):
    """An open session with its staff member."""

    session_id: str
    terminal_id: str
    staff_id: str
    staff_no: str
    name_sealed: str | None
    role: Role


_staff_columns = (staff.c.staff_id, staff.c.staff_no, staff.c.name_sealed, staff.c.role, staff.c.erased)
_here = staff.c.store_id == bindparam("store_id")
_staff = Query(select(*_staff_columns).where(_here, staff.c.staff_id == bindparam("staff_id")), StaffRow)
_staff_by_no = Query(
    select(*_staff_columns).where(staff.c.staff_no == bindparam("staff_no"), staff.c.erased == 0), StaffRow
)
_all_staff = Query(select(*_staff_columns).where(_here).order_by(staff.c.staff_no).limit(500), StaffRow)
_terminal = Query(
    select(terminals.c.terminal_id, terminals.c.name).where(
        terminals.c.store_id == bindparam("store_id"), terminals.c.terminal_id == bindparam("terminal_id")
    ),
    TerminalView,
)
_all_terminals = Query(
    select(terminals.c.terminal_id, terminals.c.name)
    .where(terminals.c.store_id == bindparam("store_id"))
    .order_by(terminals.c.terminal_id)
    .limit(500),
    TerminalView,
)
_pin = Query(
    select(pins.c.staff_id, pins.c.pin_hash, pins.c.failures, pins.c.locked_until_ms).where(
        pins.c.staff_id == bindparam("staff_id")
    ),
    PinRow,
)
_open_sessions = select(
    sessions.c.session_id,
    sessions.c.terminal_id,
    staff.c.staff_id,
    staff.c.staff_no,
    staff.c.name_sealed,
    staff.c.role,
).where(
    staff.c.store_id == sessions.c.store_id,
    staff.c.staff_id == sessions.c.staff_id,
    staff.c.erased == 0,
)
_session = Query(_open_sessions.where(sessions.c.session_id == bindparam("session_id")), SessionRow)
_sessions_at = Query(_open_sessions.where(sessions.c.terminal_id == bindparam("terminal_id")), SessionRow)
_sessions_before = Query(
    _open_sessions.where(sessions.c.opened_ms < bindparam("before_ms")).limit(bindparam("limit")), SessionRow
)
_sessions_of = Query(_open_sessions.where(sessions.c.staff_id == bindparam("staff_id")), SessionRow)

save_pin: Kept = upsert(pins, replace=("pin_hash", "failures", "locked_until_ms"))
drop_pin = Kept(delete(pins).where(pins.c.staff_id == bindparam("of_staff")))
save_session = insert_into(sessions)
end_session = Kept(delete(sessions).where(sessions.c.session_id == bindparam("of_session")))


def staff_member(read: Reader, store_id: str, staff_id: str) -> StaffRow | None:
    """One staff member, erased ones included."""
    return read.first(_staff, store_id=store_id, staff_id=staff_id)


def staff_by_no(read: Reader, staff_no: str) -> StaffRow | None:
    """The staff member with this number, unless erased."""
    return read.first(_staff_by_no, staff_no=staff_no)


def all_staff(read: Reader, store_id: str, people: People) -> list[StaffView]:
    """At most 500 staff members by number, names opened."""
    return [
        StaffView(
            row.staff_id,
            row.staff_no,
            _opened(row.staff_id, row.name_sealed, people),
            row.role,
            bool(row.erased),
        )
        for row in read.all(_all_staff, store_id=store_id)
    ]


def staff_name(read: Reader, store_id: str, people: People, staff_id: str) -> str | None:
    """A staff member's name, None when unknown or erased."""
    row = staff_member(read, store_id, staff_id)
    return None if row is None else _opened(staff_id, row.name_sealed, people)


def terminal(read: Reader, store_id: str, terminal_id: str) -> TerminalView | None:
    """One till."""
    return read.first(_terminal, store_id=store_id, terminal_id=terminal_id)


def all_terminals(read: Reader, store_id: str) -> list[TerminalView]:
    """At most 500 tills."""
    return read.all(_all_terminals, store_id=store_id)


def pin(read: Reader, staff_id: str) -> PinRow | None:
    """A staff member's PIN hash and lock-out."""
    return read.first(_pin, staff_id=staff_id)


def session(read: Reader, session_id: str) -> SessionRow | None:
    """An open session."""
    return read.first(_session, session_id=session_id)


def sessions_at(read: Reader, terminal_id: str) -> list[SessionRow]:
    """The open session of a till: none or one."""
    return read.all(_sessions_at, terminal_id=terminal_id)


def sessions_of(read: Reader, staff_id: str) -> list[SessionRow]:
    """The open sessions of a staff member."""
    return read.all(_sessions_of, staff_id=staff_id)


def sessions_before(read: Reader, before_ms: int) -> list[SessionRow]:
    """Open sessions that began before a moment, at most 200."""
    return read.all(_sessions_before, before_ms=before_ms, limit=200)


def actor_of(row: SessionRow) -> Actor:
    """Who a session acts as."""
    return Actor(row.staff_id, row.role, permissions_of(row.role), row.session_id)


def me(row: SessionRow, people: People) -> Me:
    """A session as its owner sees it."""
    return Me(
        session_id=row.session_id,
        staff_id=row.staff_id,
        staff_no=row.staff_no,
        name=_opened(row.staff_id, row.name_sealed, people),
        role=row.role,
        terminal_id=row.terminal_id,
        permissions=sorted(permissions_of(row.role)),
    )


def _opened(staff_id: str, name_sealed: str | None, people: People) -> str | None:
    return None if name_sealed is None else people.open(staff_id, name_sealed)
