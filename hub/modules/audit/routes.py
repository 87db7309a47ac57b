"""HTTP: approvals, and the journal of one subject."""

from litestar import Controller, get

from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.http import require
from hub.modules.audit import store
from hub.modules.audit.messages import ApprovalView, TrailEntry

READ = "audit.read"


class AuditController(Controller):
    """Who did what, and who allowed it."""

    path = "/api/audit"
    tags = ("audit",)

    @get("/approvals", sync_to_thread=True)
    def approvals(
        self, readers: Readers, caller: Caller, store_id: str, limit: int = 50
    ) -> list[ApprovalView]:
        """The newest approvals asked for."""
        require(caller, READ)
        return store.recent_approvals(readers, store_id, limit)

    @get("/trail/{subject:str}", sync_to_thread=True)
    def trail(self, readers: Readers, caller: Caller, subject: str) -> list[TrailEntry]:
        """What the journal says of one order, shift, person or till."""
        require(caller, READ)
        return store.trail(readers, subject)


CONTROLLERS = (AuditController,)
