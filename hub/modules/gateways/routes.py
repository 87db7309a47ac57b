"""HTTP: which gateways are paired, and letting one in no more; code and token are the app's to tell."""

from litestar import Controller, get, post

from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.http import require, send
from hub.modules.gateways import store
from hub.modules.gateways.messages import PairedGateway, RevokeGateway


class GatewayController(Controller):
    """Paired gateways, for managers."""

    path = "/api/gateways"
    tags = ("gateways",)

    @get("/", sync_to_thread=True)
    def all(self, readers: Readers, caller: Caller, store_id: str) -> list[PairedGateway]:
        """Every gateway that is or was paired."""
        require(caller, "gateways.edit")
        return store.all_paired(readers, store_id)

    @post("/revoke", status_code=200)
    async def revoke(self, data: RevokeGateway, bus: Bus, caller: Caller) -> None:
        """Let a gateway in no more."""
        await send(bus, data, caller)


CONTROLLERS = (GatewayController,)
