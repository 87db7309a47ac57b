"""What happened to staff, terminals and sessions; PINs and clear names are never here."""

from typing import ClassVar

from hub.kernel.messages import Event


class TerminalRegistered(Event, frozen=True, kw_only=True, tag="identity.terminal_registered.v1"):
    """A till was made known, or renamed."""

    subject_field: ClassVar[str] = "terminal_id"
    terminal_id: str
    name: str


class StaffAdded(Event, frozen=True, kw_only=True, tag="identity.staff_added.v1"):
    """A staff member was taken on; `name_sealed` is ciphertext under the person's key."""

    subject_field: ClassVar[str] = "staff_id"
    staff_id: str
    staff_no: str
    name_sealed: str
    role: str


class PinSet(Event, frozen=True, kw_only=True, tag="identity.pin_set.v1"):
    """A staff member's PIN was set or changed (the PIN itself is not here)."""

    subject_field: ClassVar[str] = "staff_id"
    staff_id: str


class SignInFailed(Event, frozen=True, kw_only=True, tag="identity.sign_in_failed.v1"):
    """A wrong PIN; `failures` counts the wrong ones in a row."""

    subject_field: ClassVar[str] = "staff_id"
    staff_id: str
    terminal_id: str | None
    failures: int


class PinLocked(Event, frozen=True, kw_only=True, tag="identity.pin_locked.v1"):
    """Too many wrong PINs in a row: none is accepted for `lock_s` seconds."""

    subject_field: ClassVar[str] = "staff_id"
    staff_id: str
    terminal_id: str | None
    lock_s: int


class SessionOpened(Event, frozen=True, kw_only=True, tag="identity.session_opened.v1"):
    """A staff member signed in on a terminal."""

    subject_field: ClassVar[str] = "staff_id"
    staff_id: str
    session_id: str
    terminal_id: str


class SessionClosed(Event, frozen=True, kw_only=True, tag="identity.session_closed.v1"):
    """A staff member signed out, somebody else signed in on their terminal, or the day was over."""

    subject_field: ClassVar[str] = "staff_id"
    staff_id: str
    session_id: str
    terminal_id: str


class PersonErased(Event, frozen=True, kw_only=True, tag="identity.person_erased.v1"):
    """A person's key was dropped: what was sealed under it is unreadable for good."""

    subject_field: ClassVar[str] = "person_id"
    person_id: str
