"""A customer display on its serial line: it never answers, and shows what it was told last."""

from typing import ClassVar

from hardware_sim.devices.device import Audience, Device, Label, OwnViews
from hardware_sim.devices.pole import Face
from hardware_sim.faults import Fault, Silent, SlowDrain, Unplugged
from hardware_sim.views import DeviceKind, DisplayView


class Display(Device):
    """A face on a wire; dark again after the plug was pulled."""

    kind: ClassVar[DeviceKind] = "display"
    suffers: ClassVar[tuple[type[Fault], ...]] = (SlowDrain, Silent, Unplugged)

    def __init__(self, label: Label, audience: Audience, seed: int, face: Face) -> None:
        super().__init__(label, audience, seed)
        self.face = face

    def own_views(self) -> OwnViews:
        face = self.face
        return OwnViews(
            display=DisplayView(
                lines=face.lines, lit=face.lit, brightness=face.brightness, clears=face.clears
            ),
        )

    def heard(self, data: bytes) -> None:
        crossing = self.faults.crossing(len(data))
        self.face.receive(data[:crossing])
        if self.faults.spent:
            self.unplug()
        self.count("bytes_in", crossing)
        self.line_changed()

    def unplug(self) -> None:
        super().unplug()
        self.face.power_cycle()
