"""One function per command of identity."""

from hub.kernel.bounds import check_ids, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.sql import Reader, Row
from hub.modules.identity import pins, store
from hub.modules.identity.events import (
    PersonErased,
    PinSet,
    SessionClosed,
    SessionOpened,
    StaffAdded,
    TerminalRegistered,
)
from hub.modules.identity.messages import (
    AddStaff,
    EndStaleSessions,
    ErasePerson,
    RegisterTerminal,
    SetPin,
    SignedIn,
    SignIn,
    SignOut,
)
from hub.modules.identity.model import SESSION_MAX_MS, is_pin, is_staff_no, is_terminal_id, permissions_of


def hash_new_pin(command: AddStaff | SetPin, read: Reader) -> str | None:
    """Prepare: the new PIN's hash, None when it is not a PIN at all."""
    return pins.hash_pin(command.pin) if is_pin(command.pin) else None


def sign_in(command: SignIn, ctx: Context) -> Decision:
    """A right PIN opens a session on the terminal and ends the one that was open there."""
    if store.terminal(ctx.read, ctx.store_id, command.terminal_id) is None:
        return Decision.refuse("identity.terminal_unknown", 404, terminal_id=command.terminal_id[:20])
    verdict = pins.judge(ctx, ctx.evidence)
    member = verdict.staff
    if member is None:
        return verdict.decision
    session_id = ctx.new_id()
    opened = SessionOpened(staff_id=member.staff_id, session_id=session_id, terminal_id=command.terminal_id)
    row: Row = {
        "session_id": session_id,
        "store_id": ctx.store_id,
        "staff_id": member.staff_id,
        "terminal_id": command.terminal_id,
        "opened_ms": ctx.now_ms,
    }
    answer = SignedIn(
        session_id=session_id,
        staff_id=member.staff_id,
        staff_no=member.staff_no,
        role=member.role,
        terminal_id=command.terminal_id,
        permissions=sorted(permissions_of(member.role)),
    )
    ended = _end(store.sessions_at(ctx.read, command.terminal_id))
    return verdict.decision + ended + Decision((opened,), None, answer, ((store.save_session, row),))


def sign_out(command: SignOut, ctx: Context) -> Decision:
    """End a session; one that has ended already is no error."""
    session = store.session(ctx.read, command.session_id)
    if session is None:
        return Decision()
    own = ctx.actor is None or ctx.actor.session_id == session.session_id
    if not own and ctx.actor is not None and "identity.edit" not in ctx.actor.permissions:
        return Decision.refuse("auth.not_permitted", 403, permission="identity.edit")
    return _end([session])


def end_stale_sessions(_command: EndStaleSessions, ctx: Context) -> Decision:
    """End what yesterday left open: a till is no one's for ever. What lies in its basket stays there."""
    return _end(store.sessions_before(ctx.read, ctx.now_ms - SESSION_MAX_MS))


def add_staff(command: AddStaff, ctx: Context) -> Decision:
    """Take on a staff member whose number nobody has; the PIN goes into this machine's own table."""
    refusal = _malformed_staff(command) or _taken(command, ctx)
    if refusal is not None:
        return refusal
    added = StaffAdded(
        staff_id=command.staff_id,
        staff_no=command.staff_no,
        name_sealed=ctx.people.seal(command.staff_id, command.name),
        role=command.role,
    )
    return Decision.of(added) + _pin_set(command.staff_id, ctx)


def set_pin(command: SetPin, ctx: Context) -> Decision:
    """A new PIN lifts a lock and ends the sessions opened with the old one."""
    if not is_pin(command.pin):
        return Decision.refuse("identity.pin_malformed", 400)
    member = store.staff_member(ctx.read, ctx.store_id, command.staff_id)
    if member is None or member.erased:
        return Decision.refuse("identity.staff_unknown", 404)
    return _pin_set(command.staff_id, ctx) + _end(store.sessions_of(ctx.read, command.staff_id))


def register_terminal(command: RegisterTerminal, ctx: Context) -> Decision:
    """Make a till known, or give it another name."""
    if not is_terminal_id(command.terminal_id):
        return Decision.refuse("identity.terminal_id_malformed", 400)
    if (refusal := check_texts(command.name)) is not None:
        return refusal
    if not command.name.strip():
        return Decision.refuse("identity.name_missing", 400)
    return Decision.of(TerminalRegistered(terminal_id=command.terminal_id, name=command.name))


def erase_person(command: ErasePerson, ctx: Context) -> Decision:
    """Forget a staff member: name, PIN and sessions go; what they sold stays, under their id."""
    member = store.staff_member(ctx.read, ctx.store_id, command.person_id)
    if member is None:
        return Decision.refuse("identity.staff_unknown", 404)
    if member.erased:
        return Decision()
    forgotten = Decision(local=((store.drop_pin, {"of_staff": member.staff_id}),))
    ended = _end(store.sessions_of(ctx.read, member.staff_id))
    return Decision.of(PersonErased(person_id=command.person_id)) + forgotten + ended


def wrong_terminal(ctx: Context, terminal_id: str) -> Decision | None:
    """A refusal when the caller is signed in on another till than the command names."""
    if ctx.terminal_id is None or ctx.terminal_id == terminal_id:
        return None
    return Decision.refuse("identity.wrong_terminal", 403, terminal_id=terminal_id)


def _end(sessions: list[store.SessionRow]) -> Decision:
    decision = Decision()
    for row in sessions:
        closed = SessionClosed(staff_id=row.staff_id, session_id=row.session_id, terminal_id=row.terminal_id)
        decision += Decision(events=(closed,), local=((store.end_session, {"of_session": row.session_id}),))
    return decision


def _pin_set(staff_id: str, ctx: Context) -> Decision:
    row = pins.pin_row(staff_id, str(ctx.evidence))
    return Decision(events=(PinSet(staff_id=staff_id),), local=((store.save_pin, row),))


def _malformed_staff(command: AddStaff) -> Decision | None:
    if (refusal := check_ids(staff_id=command.staff_id) or check_texts(command.name)) is not None:
        return refusal
    if not is_staff_no(command.staff_no):
        return Decision.refuse("identity.staff_no_malformed", 400)
    if not is_pin(command.pin):
        return Decision.refuse("identity.pin_malformed", 400)
    if not command.name.strip():
        return Decision.refuse("identity.name_missing", 400)
    return None


def _taken(command: AddStaff, ctx: Context) -> Decision | None:
    if store.staff_member(ctx.read, ctx.store_id, command.staff_id) is not None:
        return Decision.refuse("identity.staff_exists")
    if store.staff_by_no(ctx.read, command.staff_no) is not None:
        return Decision.refuse("identity.staff_no_taken", staff_no=command.staff_no)
    return None
