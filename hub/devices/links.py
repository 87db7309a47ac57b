"""The hub's end of the gateways' WebSockets: who is connected, what they say, what they are told."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple, Protocol

from drivers import messages as wire
from hub.devices import messages
from hub.devices.conversation.questions import Answer, Question, Questions
from hub.devices.conversation.transit import Transit
from hub.kernel.bus import Bus
from hub.kernel.clock import Clock
from hub.kernel.context import Actor, Caller
from hub.kernel.ids import new_id
from hub.kernel.messages import Command
from hub.kernel.writer import Outcome

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
SILENCE_S = 3 * HEARTBEAT_S
HELLO_WITHIN_S = 10.0
SEND_WITHIN_S = 5.0
"""A gateway that takes no frame for this long holds up neither the others nor the spool."""
MAX_GATEWAYS = 32
NOT_LET_IN = 4403
_REPLACED = 1001


class Socket(Protocol):
    """What a link needs of a WebSocket."""

    async def receive_text(self) -> str: ...
    async def send_text(self, data: str) -> None: ...
    async def close(self, code: int = ..., reason: str | None = ...) -> None: ...


class SocketClosed(Exception):
    """The other end is gone."""


AtTerminal = Callable[[str], tuple[str | None, Actor | None]]
"""From a device to its terminal and to who is signed in there."""


class GatewayLink:
    """One connected gateway."""

    def __init__(self, socket: Socket, hello: wire.Hello) -> None:
        self.gateway_id = hello.gateway_id
        self.boot_id = hello.boot_id
        self.device_ids = {device.device_id for device in hello.devices}
        self.transit = Transit()
        self.heard_ms: dict[str, int] = {}
        self.is_welcome = False
        self.clock_ahead_ms: int | None = None
        self._socket = socket

    async def send(self, frame: wire.HubFrame) -> bool:
        """Send a frame; False when the gateway is gone, or takes nothing any more."""
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._socket.send_text(wire.encode(frame))
        except Exception:  # supervisor: whatever the socket's library raises, the link is gone
            return False
        return True

    async def close(self, code: int, reason: str) -> None:
        """Hang up; one that is gone already is no error."""
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._socket.close(code, reason)
        except Exception:  # supervisor: whatever the socket's library raises, the link is gone
            log.info("gateway %s was gone before it was %s", self.gateway_id, reason)


class Gateways:
    """Every connected gateway, and the commands that their words become."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        at_terminal: AtTerminal,
        scanned: Callable[[str | None, Outcome], None],
    ) -> None:
        self._bus = bus
        self._scanned = scanned
        self._clock = clock
        self._at_terminal = at_terminal
        self._links: dict[str, GatewayLink] = {}
        self._questions = Questions()
        self._answered: Callable[[wire.JobAnswer], None] = lambda _answer: None
        self._weighed: Callable[[str, wire.Weight, int], None] = lambda _device_id, _weight, _age_ms: None
        self._counted: Callable[[str, dict[str, int], int], None] = lambda _device_id, _counts, _rate: None
        self._on_paid: list[Callable[[wire.PayAnswer], None]] = []
        self._on_change: list[Callable[[], None]] = []
        self._trial_of: Callable[[str, int], str | None] = lambda _device_id, _age_ms: None
        self._trial_ended: Callable[[str], None] = lambda _device_id: None

    def on_print_answer(
        self, answered: Callable[[wire.JobAnswer], None], changed: Callable[[], None]
    ) -> None:
        """The spool hears of jobs, and of gateways and devices that come, go or change."""
        self._answered = answered
        self.on_change(changed)

    def on_trial(self, trial_of: Callable[[str, int], str | None], ended: Callable[[str], None]) -> None:
        """Ask which till tests a scanner, by the age of what it read; tell when its test scan is kept."""
        self._trial_of = trial_of
        self._trial_ended = ended

    def on_weight(self, weighed: Callable[[str, wire.Weight, int], None]) -> None:
        """Hand over every weight with its device and its age in milliseconds."""
        self._weighed = weighed

    def on_statistics(self, counted: Callable[[str, dict[str, int], int], None]) -> None:
        """Hand over what a device has done, and its scans in the last minute."""
        self._counted = counted

    def on_pay_answer(self, paid: Callable[[wire.PayAnswer], None]) -> None:
        """Hand every word of a payment terminal to one more."""
        self._on_paid.append(paid)

    def on_change(self, changed: Callable[[], None]) -> None:
        """Tell one more of gateways and devices that come, go or change."""
        self._on_change.append(changed)

    def link_of(self, device_id: str) -> GatewayLink | None:
        """The gateway that a device hangs on, if it is connected and has had its welcome."""
        links = (link for link in self._links.values() if link.is_welcome and device_id in link.device_ids)
        return next(links, None)

    def heard_age_ms(self, device_id: str) -> int | None:
        """How long ago a device last said something; None if its gateway has brought nothing of it yet."""
        link = self.link_of(device_id)
        heard_ms = link.heard_ms.get(device_id) if link is not None else None
        return None if heard_ms is None else self._now_ms() - heard_ms

    async def show(self, frame: wire.Show) -> bool:
        """Put something on a display; False when its gateway is away."""
        link = self.link_of(frame.device_id)
        return link is not None and await link.send(frame)

    async def press(self, device_id: str, key: wire.ScaleKey, tare_g: int = 0) -> bool:
        """Have a scale's key pressed, or tell it a tare; False when its gateway is away."""
        link = self.link_of(device_id)
        asked = wire.ScaleCommand(device_id=device_id, command=key, tare_g=tare_g)
        return link is not None and await link.send(asked)

    async def ask(self, question: Question, within_s: float) -> Answer | None:
        """Put a question to a device's gateway; None when that is away, or gives no answer in time."""
        link = self.link_of(question.device_id)
        return None if link is None else await self._questions.ask(link, question, within_s)

    def link_to(self, gateway_id: str) -> GatewayLink | None:
        """A gateway, if it is connected and has had its welcome."""
        link = self._links.get(gateway_id)
        return link if link is not None and link.is_welcome else None

    def connected(self) -> list[str]:
        """The ids of the gateways that are connected."""
        return sorted(self._links)

    def clocks_ahead_ms(self) -> dict[str, int]:
        """How far each connected gateway's clock is ahead of the hub's, where it says its time."""
        links = {link.gateway_id: link.clock_ahead_ms for link in self._links.values()}
        return {gateway_id: ahead for gateway_id, ahead in links.items() if ahead is not None}

    def still_here(self) -> list[Command]:
        """A word that each connected gateway is still there; from any thread."""
        return [_met(link) for link in list(self._links.values())]

    async def hang_up(self, gateway_id: str) -> None:
        """End a gateway's link: it may not come again."""
        link = self._links.get(gateway_id)
        if link is not None:
            await link.close(NOT_LET_IN, "revoked")

    async def serve(self, socket: Socket, only_as: str | None = None) -> None:
        """Talk to one gateway until it hangs up or falls silent; a paired one by its own name only."""
        hello = wire.decode_gateway_frame(await asyncio.wait_for(socket.receive_text(), HELLO_WITHIN_S))
        if not isinstance(hello, wire.Hello) or hello.protocol != wire.PROTOCOL_VERSION:
            await socket.close(4400, "hello expected")
            return
        if only_as is not None and hello.gateway_id != only_as:
            await socket.close(NOT_LET_IN, "another gateway's token")
            return
        link = GatewayLink(socket, hello)
        link.transit.heard(hello.at, self._now_ms())
        beat: asyncio.Task[None] | None = None
        try:
            await self._admit(link, hello)
            beat = asyncio.create_task(self._beat(link), name=f"heartbeat {link.gateway_id}")
            while True:
                text = await asyncio.wait_for(socket.receive_text(), SILENCE_S)
                await self._hear(link, wire.decode_gateway_frame(text))
        except (TimeoutError, SocketClosed, wire.FrameError) as gone:
            log.info("gateway %s: %s", link.gateway_id, repr(gone))
        finally:
            if beat is not None:
                beat.cancel()
            await self._dismiss(link)

    async def _admit(self, link: GatewayLink, hello: wire.Hello) -> None:
        former = self._links.get(link.gateway_id)
        if former is None and len(self._links) >= MAX_GATEWAYS:
            raise SocketClosed("too many gateways")
        self._links[link.gateway_id] = link
        if former is not None:
            await former.close(_REPLACED, "replaced")
        await self._send_as(_met(link))
        for device in hello.devices:
            await self._see(link, device)
        await link.send(wire.Welcome(heartbeat_s=HEARTBEAT_S, now_ms=self._clock.read().wall_ms))
        link.is_welcome = True
        self._changed()

    async def _dismiss(self, link: GatewayLink) -> None:
        if self._links.get(link.gateway_id) is not link:
            return
        del self._links[link.gateway_id]
        await self._send_as(_met(link))
        for device_id in sorted(link.device_ids):
            gone = wire.DeviceChanged(
                device_id=device_id, state="closed", health="failed", reason="gateway_gone"
            )
            await self._see(link, gone)
        self._changed()

    def _changed(self) -> None:
        for changed in self._on_change:
            changed()

    async def _beat(self, link: GatewayLink) -> None:
        while True:
            if not await link.send(wire.Heartbeat(at=self._now_ms())):
                return
            await asyncio.sleep(HEARTBEAT_S)

    async def _hear(self, link: GatewayLink, frame: wire.GatewayFrame) -> None:
        match frame:
            case wire.Reading():
                await self._take(link, frame)
            case wire.DeviceChanged():
                link.device_ids.add(frame.device_id)
                await self._see(link, frame)
                self._changed()
            case wire.JobAnswer():
                self._answered(frame)
            case wire.PayAnswer():
                self._questions.answered(frame)
                for paid in self._on_paid:
                    paid(frame)
            case wire.DrawerLearnt():
                self._questions.answered(frame)
            case wire.DrawerReleased():
                await self._send_as(
                    messages.FinishDrawerRelease(
                        command_id=new_id(),
                        release_id=frame.release_id,
                        is_sent=frame.ok,
                        reason=frame.reason,
                    )
                )
            case wire.Statistics():
                for one in frame.devices:
                    self._counted(one.device_id, one.counts, one.scans_a_minute)
            case wire.Heartbeat():  # keeps the link alive by arriving
                link.transit.heard(frame.at, self._now_ms())
                if frame.wall_ms:
                    link.clock_ahead_ms = frame.wall_ms - self._clock.read().wall_ms
            case _:
                pass

    async def _take(self, link: GatewayLink, reading: wire.Reading) -> None:
        took_ms = link.transit.took_ms(reading.at, self._now_ms())
        if reading.device_id in link.device_ids:
            link.heard_ms[reading.device_id] = self._now_ms() - reading.age_ms - took_ms
        if isinstance(reading.reading, wire.Weight):  # its scale's next one takes its place: no ack
            self._weighed(reading.device_id, reading.reading, reading.age_ms + took_ms)
            return
        outcome = await self._dispatch_reading(reading, reading.age_ms + took_ms)
        if outcome is not None and _should_come_again(outcome):
            # Acknowledging a later one would take this one with it: all of them come again on a new link.
            raise SocketClosed("a reading cannot be kept now")
        await link.send(wire.Ack(boot_id=reading.boot_id, seq=reading.seq))

    async def _dispatch_reading(self, reading: wire.Reading, age_ms: int) -> Outcome | None:
        place = _Place(reading.device_id, reading.boot_id, reading.seq)
        match reading.reading:
            case wire.Scan():
                return await self._take_scan(place, reading.reading, age_ms)
            case wire.Misread(reason=reason):
                tested_at = self._trial_of(reading.device_id, age_ms)
                return await self._send_as(place.misread(reason, tested_at))
            case wire.DrawerPosition(open=is_open):
                return await self._send_as(place.drawer(is_open, age_ms))
            case _:
                return None  # a printer's status reaches the hub as a change of its health

    async def _take_scan(self, place: "_Place", scan: wire.Scan, age_ms: int) -> Outcome:
        terminal_id, actor = self._at_terminal(place.device_id)
        tested_at = self._trial_of(place.device_id, age_ms)
        command = place.scan(age_ms, scan, tested_at)
        outcome = await self._bus.adispatch(command, Caller(actor, terminal_id, system=True))
        if tested_at is None:
            self._scanned(terminal_id, outcome)
        elif not _should_come_again(outcome):
            self._trial_ended(place.device_id)
        return outcome

    async def _see(self, link: GatewayLink, device: wire.DeviceInfo | wire.DeviceChanged) -> None:
        """What hello says of a device, or what changed in it since."""
        told = device if isinstance(device, wire.DeviceInfo) else None
        await self._send_as(
            messages.SeeDevice(
                command_id=new_id(),
                device_id=device.device_id,
                gateway_id=link.gateway_id,
                kind=told.kind if told else None,
                model=told.model if told else None,
                ability=told.ability if told else None,
                identity=device.identity,
                swapped_by=device.swapped_by,
                state=device.state,
                health=device.health,
                reason=device.reason,
            )
        )

    def _now_ms(self) -> int:
        return int(self._clock.read().monotonic_s * 1000)

    async def _send_as(self, command: Command) -> Outcome:
        return await self._bus.adispatch(command, Caller(system=True))


class _Place(NamedTuple):
    """Where a reading comes from, and the commands made of it."""

    device_id: str
    boot_id: str
    gateway_seq: int

    def scan(self, age_ms: int, scan: wire.Scan, tested_at: str | None) -> messages.TakeScan:
        return messages.TakeScan(
            command_id=new_id(),
            device_id=self.device_id,
            boot_id=self.boot_id,
            gateway_seq=self.gateway_seq,
            age_ms=age_ms,
            text=scan.text,
            symbology=scan.symbology,
            tested_at=tested_at,
        )

    def misread(self, reason: str, tested_at: str | None) -> messages.TakeMisread:
        return messages.TakeMisread(
            command_id=new_id(),
            device_id=self.device_id,
            boot_id=self.boot_id,
            gateway_seq=self.gateway_seq,
            reason=reason,
            tested_at=tested_at,
        )

    def drawer(self, is_open: bool | None, age_ms: int) -> messages.TakeDrawerPosition:
        return messages.TakeDrawerPosition(
            command_id=new_id(),
            device_id=self.device_id,
            boot_id=self.boot_id,
            gateway_seq=self.gateway_seq,
            age_ms=age_ms,
            is_open=is_open,
        )


def _met(link: GatewayLink) -> messages.MeetGateway:
    return messages.MeetGateway(command_id=new_id(), gateway_id=link.gateway_id, boot_id=link.boot_id)


def _should_come_again(outcome: Outcome) -> bool:
    """A reading that could not be stored stays with the gateway; one that was refused is recorded as such.

    One that our own bug refuses would be refused again for ever, and everything behind it.
    """
    return outcome.refusal is not None and outcome.refusal.status in (503, 507)
