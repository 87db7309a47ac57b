"""A shop with its devices: every room joined as the hub joins them, on a clock of its own."""

import itertools
from pathlib import Path
from typing import Any

from hub.app.wiring import ROOMS
from hub.devices import store as devices
from hub.devices.messages import BindDevice, SeeDevice, TakeScan
from hub.kernel.context import SYSTEM, Caller
from hub.kernel.engine import Engine, Folder
from hub.kernel.ledger import Origin
from hub.kernel.writer import Outcome
from hub.modules.catalogue.artifact import KIND, load
from tests.modules.shop import STORE, TILL, OwnClock, Shop

SCANNER, PRINTER, DRAWER = "scanner-1", "printer-1", "drawer-1"
KINDS = {SCANNER: "scanner", PRINTER: "printer", DRAWER: "drawer"}


class Counter(Shop):
    """A shop whose scanner, printer and drawer work for the first till."""

    def __init__(self, folder: Path) -> None:
        self.clock = OwnClock()
        self.folder = Folder(folder)
        self._ids = itertools.count(1)
        self._gateway_seq = itertools.count(1)
        self.reopen()

    def reopen(self) -> None:
        """Start the engine, again if it was closed."""
        self.engine = Engine(self.folder, Origin("hub-test", STORE), ROOMS, self.clock, {KIND: load})

    def devices(self) -> None:
        for device_id, kind in KINDS.items():
            self.see(device_id, kind)
            self.do(BindDevice, SYSTEM, device_id=device_id, terminal_id=TILL)

    def see(self, device_id: str, kind: str, state: str = "enabled", **more: object) -> None:
        self.do(
            SeeDevice,
            SYSTEM,
            device_id=device_id,
            gateway_id="gateway-1",
            kind=kind,
            model="any",
            state=state,
            health="ok",
            **more,
        )

    def scan(self, code: str, age_ms: int = 0, signed_in: bool = True, **place: Any) -> Outcome:
        """A scanner's reading, as its gateway's link hands it on."""
        actor = self.caller().actor if signed_in else None
        fields = {"device_id": SCANNER, "boot_id": "boot-1", **place}
        fields.setdefault("gateway_seq", next(self._gateway_seq))
        device = devices.device(self.read, STORE, fields["device_id"])
        caller = Caller(actor, device.terminal_id if device else None, system=True)
        return self.send(TakeScan, caller, text=code, age_ms=age_ms, **fields)
