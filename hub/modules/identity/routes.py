"""HTTP: staff, terminals, who am I. Signing in and out is the app's, which makes the tokens."""

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import Dependency

from hub.kernel.bus import Bus
from hub.kernel.context import Caller, People
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send
from hub.modules.identity import store
from hub.modules.identity.messages import (
    AddStaff,
    ErasePerson,
    Me,
    RegisterTerminal,
    SetPin,
    StaffView,
    TerminalView,
)

Opened = Annotated[People, Dependency(skip_validation=True)]
"""A protocol: the HTTP library cannot check an instance of it."""


class IdentityController(Controller):
    """Who may do what, and where."""

    path = "/api/identity"
    tags = ("identity",)

    @get("/me", sync_to_thread=True)
    def me(self, readers: Readers, caller: Caller, people: Opened) -> Me:
        """Who is signed in on this session."""
        session = store.session(readers, caller.actor.session_id) if caller.actor else None
        if session is None:
            raise Refused("auth.sign_in_first", 401)
        return store.me(session, people)

    @get("/staff", sync_to_thread=True)
    def staff(self, readers: Readers, caller: Caller, people: Opened, store_id: str) -> list[StaffView]:
        """Everybody who works here."""
        require(caller, "identity.read")
        return store.all_staff(readers, store_id, people)

    @get("/terminals", sync_to_thread=True)
    def terminals(self, readers: Readers, store_id: str) -> list[TerminalView]:
        """The tills; shown before anybody signs in."""
        return store.all_terminals(readers, store_id)

    @post("/staff", status_code=200)
    async def add_staff(self, data: AddStaff, bus: Bus, caller: Caller) -> None:
        """Take on a staff member."""
        await send(bus, data, caller)

    @post("/staff/pin", status_code=200)
    async def set_pin(self, data: SetPin, bus: Bus, caller: Caller) -> None:
        """Give a staff member a new PIN."""
        await send(bus, data, caller)

    @post("/terminals", status_code=200)
    async def register_terminal(self, data: RegisterTerminal, bus: Bus, caller: Caller) -> None:
        """Make a till known, or rename it."""
        await send(bus, data, caller)

    @post("/people/erase", status_code=200)
    async def erase_person(self, data: ErasePerson, bus: Bus, caller: Caller) -> None:
        """Forget a person for good."""
        await send(bus, data, caller)


CONTROLLERS = (IdentityController,)
