"""The manifest of identity."""

from typing import Any

from hub.kernel.module import CommandSpec, Durability, Manifest
from hub.modules.identity import events, handlers, messages, pins, projection
from hub.modules.identity.tables import TABLES


def _routes() -> list[Any]:
    from hub.modules.identity.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


EDIT = "identity.edit"

MODULE = Manifest(
    name="identity",
    package="hub.modules.identity",
    commands=(
        CommandSpec(messages.SignIn, handlers.sign_in, prepare=pins.check_pin, open_to_all=True),
        CommandSpec(messages.SignOut, handlers.sign_out),
        CommandSpec(messages.EndStaleSessions, handlers.end_stale_sessions, EDIT, Durability.NORMAL),
        CommandSpec(messages.AddStaff, handlers.add_staff, EDIT, prepare=handlers.hash_new_pin),
        CommandSpec(messages.SetPin, handlers.set_pin, EDIT, prepare=handlers.hash_new_pin),
        CommandSpec(messages.RegisterTerminal, handlers.register_terminal, EDIT),
        CommandSpec(messages.ErasePerson, handlers.erase_person, EDIT),
    ),
    events=(
        events.TerminalRegistered,
        events.StaffAdded,
        events.PinSet,
        events.SignInFailed,
        events.PinLocked,
        events.SessionOpened,
        events.SessionClosed,
        events.PersonErased,
    ),
    projections={
        events.TerminalRegistered: projection.terminal_registered,
        events.StaffAdded: projection.staff_added,
        events.PersonErased: projection.person_erased,
    },
    tables=TABLES,
    erasing=(events.PersonErased,),
    routes=_routes,
)
