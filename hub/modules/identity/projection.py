"""Staff and terminals from their events."""

from sqlalchemy import bindparam, null, update

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Kept, Row, upsert
from hub.modules.identity.events import PersonErased, StaffAdded, TerminalRegistered
from hub.modules.identity.tables import staff, terminals

_save_terminal = upsert(terminals, replace=("name",))
_save_staff = upsert(staff, replace=("staff_no", "name_sealed", "role", "erased"))
_blank_staff = Kept(
    update(staff)
    .where(staff.c.store_id == bindparam("of_store"), staff.c.staff_id == bindparam("of_staff"))
    .values(name_sealed=null(), erased=1)
)


def terminal_registered(record: Record[TerminalRegistered]) -> Rows:
    """A till, new or renamed."""
    event = record.event
    row: Row = {"store_id": record.store_id, "terminal_id": event.terminal_id, "name": event.name}
    return [(_save_terminal, row)]


def staff_added(record: Record[StaffAdded]) -> Rows:
    """A staff member with the sealed name."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "staff_id": event.staff_id,
        "staff_no": event.staff_no,
        "name_sealed": event.name_sealed,
        "role": event.role,
        "erased": 0,
    }
    return [(_save_staff, row)]


def person_erased(record: Record[PersonErased]) -> Rows:
    """Blank what the person left in our rows."""
    return [(_blank_staff, {"of_store": record.store_id, "of_staff": record.event.person_id})]
