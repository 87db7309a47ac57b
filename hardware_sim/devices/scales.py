"""A scale on its line: answers what it is asked, or streams, what lies on its pan."""

import asyncio
from typing import ClassVar, get_args

from hardware_sim.devices.device import Audience, Device, Label, OwnViews
from hardware_sim.devices.pan import Pan
from hardware_sim.devices.scale_wires import ScaleWire
from hardware_sim.faults import DriftingWeight, Fault, ScaleFault, ShakenPan, WireFault
from hardware_sim.schedule import Milestone
from hardware_sim.views import DeviceKind, ScaleKey, ScaleView

NOISE_BYTES = bytes(range(0x80, 0x100)) + b"\x00\x02\x7f?#%0123"
ANSWERS_KEPT = 64
LOOK_AGAIN_S = 0.01  # the loop's clock and the pan's are two


class Scale(Device):
    """Answers go out in order; a host that asks faster than they leave loses the newest."""

    kind: ClassVar[DeviceKind] = "scale"
    suffers: ClassVar[tuple[type[Fault], ...]] = get_args(WireFault) + get_args(ScaleFault)

    def __init__(self, label: Label, audience: Audience, seed: int, pan: Pan, speech: ScaleWire) -> None:
        super().__init__(label, audience, seed)
        self.pan = pan
        self._speech = speech
        self._answers: asyncio.Queue[bytes] = asyncio.Queue(ANSWERS_KEPT)
        self._settled: asyncio.TimerHandle | None = None

    def own_views(self) -> OwnViews:
        shown = self.pan.show()
        return OwnViews(
            scale=ScaleView(
                load_g=self.pan.load_g,
                shown_g=None if shown.over or shown.under else shown.net_g,
                tare_g=shown.tare_g,
                moving=shown.moving,
                over=shown.over,
                under=shown.under,
            ),
        )

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._answer_on(), name=f"{self.label.device_id} answers")
            if self._speech.every_s is not None:
                tasks.create_task(
                    self._stream_on(self._speech.every_s), name=f"{self.label.device_id} stream"
                )

    def heard(self, data: bytes) -> None:
        crossing, presses = self.faults.crossing(len(data)), self.pan.presses
        for answer in self._speech.hear(data[:crossing]):
            if not self._answers.full():
                self._answers.put_nowait(answer)
        self.count("bytes_in", crossing)
        if self.pan.presses != presses:
            self.line_changed()
        if self.faults.spent:
            self.unplug()

    def put(self, load_g: int, drift_g_per_min: int = 0, shaken: bool = False) -> None:
        """Put this on the pan in place of what lies there; told again when it has settled."""
        self.pan.put(load_g, drift_g_per_min, shaken)
        self._tell_until_settled()

    def strike(self, fault: Fault) -> None:
        if isinstance(fault, DriftingWeight):
            self.pan.drift(fault.g_per_min)
        elif isinstance(fault, ShakenPan):
            self.pan.shake(True)

    def recover(self, kind: type[Fault]) -> None:
        if kind is DriftingWeight:
            self.pan.drift(0)
        elif kind is ShakenPan:
            self.pan.shake(False)

    def count(self, unit: Milestone, amount: int) -> None:
        super().count(unit, amount)
        if unit == "seconds" and (self.faults.get(DriftingWeight) or self.faults.get(ShakenPan)):
            self.line_changed()

    def press(self, key: ScaleKey) -> bool:
        """Press one of the scale's own keys; False when it refuses."""
        keys = {"zero": self.pan.zero, "tare": self.pan.tare, "clear_tare": self.pan.clear_tare}
        taken = keys[key]()
        self.line_changed()
        return taken

    def _tell_until_settled(self) -> None:
        if self._settled is not None:
            self._settled.cancel()
            self._settled = None
        if settles_in_s := self.pan.settles_in_s():
            later_s = max(settles_in_s, LOOK_AGAIN_S)
            self._settled = asyncio.get_running_loop().call_later(later_s, self._tell_until_settled)
        self.line_changed()

    async def _answer_on(self) -> None:
        while True:
            answer = await self._answers.get()
            await self.transmit(self.faults.noise(NOISE_BYTES) + answer)

    async def _stream_on(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            if self.wire.connected:
                await self.transmit(self.faults.noise(NOISE_BYTES) + self._speech.stream())
