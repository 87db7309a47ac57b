"""A serial trigger box with a cash drawer: it opens at its own bytes, and answers nothing."""

from typing import ClassVar

from hardware_sim.devices.device import Audience, Device, Label, OwnViews
from hardware_sim.devices.drawer import Drawer
from hardware_sim.faults import DrawerStuck, Fault, Silent, SlowDrain, Unplugged
from hardware_sim.views import DeviceKind, DrawerView


class TriggerBox(Device):
    """`opens_at` are the bytes that open the drawer; with others between them it stays shut."""

    kind: ClassVar[DeviceKind] = "drawer"
    suffers: ClassVar[tuple[type[Fault], ...]] = (DrawerStuck, SlowDrain, Silent, Unplugged)

    def __init__(self, label: Label, audience: Audience, seed: int, opens_at: bytes) -> None:
        super().__init__(label, audience, seed)
        self.drawer = Drawer()
        self._opens_at = opens_at
        self._heard = b""

    def own_views(self) -> OwnViews:
        return OwnViews(drawer=DrawerView(open=self.drawer.open, kicks=self.drawer.kicks))

    def set_drawer(self, is_open: bool) -> None:
        """A hand on the drawer."""
        self.drawer.open = is_open
        self.line_changed()

    def strike(self, fault: Fault) -> None:
        if isinstance(fault, DrawerStuck):
            self.drawer.stuck = True

    def recover(self, kind: type[Fault]) -> None:
        if kind is DrawerStuck:
            self.drawer.stuck = False

    def heard(self, data: bytes) -> None:
        crossing = self.faults.crossing(len(data))
        self._heard += data[:crossing]
        while (at := self._heard.find(self._opens_at)) >= 0:
            self._heard = self._heard[at + len(self._opens_at) :]
            self.drawer.kick(self.drawer.pin)
        self._heard = self._heard[-len(self._opens_at) :]
        if self.faults.spent:
            self.unplug()
        self.count("bytes_in", crossing)
        self.line_changed()

    def unplug(self) -> None:
        super().unplug()
        self._heard = b""
