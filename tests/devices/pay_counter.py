"""A till with a card terminal and a pay-code acquirer, whose gateway a test plays by hand."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers import messages as wire
from hub.devices.links import Gateways
from hub.devices.messages import BindDevice, SeeDevice
from hub.devices.paying.pay_desk import PayDesk
from hub.kernel.context import SYSTEM
from hub.modules.payments import store as payments
from hub.modules.payments.messages import AttemptView
from tests.devices.counter import Counter
from tests.devices.test_links import WITHIN_S, FakeSocket
from tests.modules.shop import STORE, TILL

CARD, CODE = "card-1", "code-1"
TAKES: dict[str, wire.Ability] = {CARD: "card", CODE: "code"}


def bind_terminals(counter: Counter, *device_ids: str) -> None:
    """These terminals work for the first till."""
    for device_id in device_ids or (CARD, CODE):
        counter.do(
            SeeDevice,
            SYSTEM,
            device_id=device_id,
            gateway_id="gateway-1",
            kind="payment_terminal",
            model="any",
            ability=TAKES[device_id],
            state="enabled",
            health="ok",
        )
        counter.do(BindDevice, SYSTEM, device_id=device_id, terminal_id=TILL)


class PayWorld:
    """The hub's pay desk over a counter. `begin` and `end` are the life of one hub."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.begin()

    def begin(self) -> None:
        engine = self.counter.engine
        self.gateways = Gateways(
            engine.bus, self.counter.clock, lambda _device_id: (None, None), lambda _till, _outcome: None
        )
        self.desk = PayDesk(engine.bus, engine.readers, STORE, self.gateways, self.counter.clock)
        engine.listen(self.desk.committed)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.desk.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def gateway(self, boot_id: str = "boot-1") -> AsyncIterator[FakeSocket]:
        socket = FakeSocket()
        serving = asyncio.create_task(self.gateways.serve(socket))
        devices = tuple(
            wire.DeviceInfo(
                device_id=device_id,
                kind="payment_terminal",
                model="any",
                ability=ability,
                link="any",
                state="enabled",
            )
            for device_id, ability in TAKES.items()
        )
        await socket.say(wire.Hello(gateway_id="gateway-1", boot_id=boot_id, version="1", devices=devices))
        await socket.hear(wire.Welcome)
        try:
            yield socket
        finally:
            await socket.close()
            await asyncio.wait_for(serving, WITHIN_S)

    async def until(self, attempt_id: str, *states: str) -> AttemptView:
        """The attempt, once it is in one of these states; the clock runs on meanwhile."""
        found = None
        for _ in range(2_000):
            found = payments.attempt(self.counter.read, STORE, attempt_id)
            if found is not None and found.state in states:
                return found
            await asyncio.sleep(0.005)
        raise AssertionError((states, found))


async def asked(socket: FakeSocket) -> wire.Pay:
    """The next request to a terminal."""
    frame = await socket.hear(wire.Pay)
    assert isinstance(frame, wire.Pay)
    return frame


async def told(socket: FakeSocket, request: wire.Pay, state: wire.PayState, reason: str = "") -> None:
    """The gateway's word on a request."""
    amount_fen = request.amount_fen if state == "approved" else None
    await socket.say(
        wire.PayAnswer(
            request_id=request.request_id,
            state=state,
            reason=reason,
            amount_fen=amount_fen,
            reference="R-7" if state == "approved" else "",
            scheme="unionpay" if state == "approved" else "",
            account="*1234" if state == "approved" else "",
        )
    )
