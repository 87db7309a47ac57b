"""Commands in, answers and views out."""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Command, View

Role = Literal["cashier", "manager", "admin"]


class SignIn(Command, frozen=True, kw_only=True):
    """Open a session for a staff member on one terminal; a session already open there is replaced."""

    secret_fields: ClassVar[tuple[str, ...]] = ("pin",)
    terminal_id: str
    staff_no: str
    pin: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to SignIn; the HTTP token is made from session_id outside, so it never enters the journal."""

    session_id: str
    staff_id: str
    staff_no: str
    role: Role
    terminal_id: str
    permissions: list[str]


class SignOut(Command, frozen=True, kw_only=True):
    """End a session: one's own, or with `identity.edit` anybody's."""

    session_id: str


class EndStaleSessions(Command, frozen=True, kw_only=True):
    """End the sessions that have been open for longer than a working day."""


class AddStaff(Command, frozen=True, kw_only=True):
    """Take on a staff member; the name is kept only under that person's own key."""

    secret_fields: ClassVar[tuple[str, ...]] = ("pin",)
    staff_id: str
    staff_no: str
    name: str
    role: Role
    pin: str


class SetPin(Command, frozen=True, kw_only=True):
    """Give a staff member a new PIN; it also lifts a lock and ends their sessions."""

    secret_fields: ClassVar[tuple[str, ...]] = ("pin",)
    staff_id: str
    pin: str


class RegisterTerminal(Command, frozen=True, kw_only=True):
    """Make a till known to the store, or rename it; terminal_id is short, like T01."""

    terminal_id: str
    name: str


class ErasePerson(Command, frozen=True, kw_only=True):
    """Forget a person for good: their key is dropped, so every copy of their data becomes unreadable."""

    person_id: str


class StaffView(View, frozen=True):
    """One staff member; `name` is None once the person is erased."""

    staff_id: str
    staff_no: str
    name: str | None
    role: Role
    erased: bool


class TerminalView(View, frozen=True):
    """One till."""

    terminal_id: str
    name: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in on this session."""

    session_id: str
    staff_id: str
    staff_no: str
    name: str | None
    role: Role
    terminal_id: str
    permissions: list[str]
