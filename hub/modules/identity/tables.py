"""Staff and terminals are rebuilt from the journal; PINs and sessions belong to this machine."""

from sqlalchemy import Index

from hub.kernel.tables import integer, local, projected, text

staff = projected(
    "identity_staff",
    "store",
    text("staff_id"),
    text("staff_no"),
    text("name_sealed", nullable=True),
    text("role"),
    integer("erased"),
    Index("identity_staff_by_no", "staff_no"),
    key=("staff_id",),
)

terminals = projected("identity_terminals", "store", text("terminal_id"), text("name"), key=("terminal_id",))

pins = local(
    "identity_pins",
    text("staff_id"),
    text("pin_hash"),
    integer("failures"),
    integer("locked_until_ms"),
    key=("staff_id",),
)

sessions = local(
    "identity_sessions",
    text("session_id"),
    text("store_id"),
    text("staff_id"),
    text("terminal_id"),
    integer("opened_ms"),
    Index("identity_sessions_by_terminal", "terminal_id"),
    Index("identity_sessions_by_staff", "staff_id"),
    key=("session_id",),
)
"""Open ones only: that one was, and when it ended, is in the journal."""

TABLES = (staff, terminals, pins, sessions)
