"""The gateway between a hub and simulated terminals: every end of a payment, and money moved once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.messages import DeviceChanged, Hello, Pay, PayAct, PayAnswer
from hardware_sim.faults import AnswerLost, Doubled, Fault, Noise, Silent, SplitFrames, WrongAmount
from hardware_sim.layout import CARD_TERMINAL, CODE_ACQUIRER
from hardware_sim.play import SimulatedCounter
from tests.drivers.gateway.fake_hub import TOKEN, FakeHub, fake_hub

ROOT = Path(__file__).parents[3]
CARD, CODE = CARD_TERMINAL.device_id, CODE_ACQUIRER.device_id
WECHAT = "134567890123456789"
BRIEFLY_S = 1.5


class Shop:
    """A counter with both terminals, a hub that the test speaks for, and the gateway between them."""

    def __init__(self, folder: Path, hub: FakeHub, counter: SimulatedCounter) -> None:
        self.hub = hub
        self.counter = counter
        self.config = folder / "gateway.toml"
        self.gateway: asyncio.subprocess.Process | None = None
        (folder / "token").write_text(TOKEN)
        devices = "".join(
            f'[[devices]]\ndevice_id = "{wired.device_id}"\nprofile = "{wired.profile}"\n'
            f'link = "{wired.link}"\n'
            for wired in counter.wiring.devices
        )
        self.config.write_text(
            f'gateway_id = "gw-1"\nhub_url = "{hub.url}"\ntoken_file = "token"\nstate_dir = "state"\n'
            + devices
        )

    async def start(self) -> None:
        """Start the gateway and wait until it has both terminals."""
        self.gateway = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "drivers.gateway", "--config", str(self.config), cwd=ROOT
        )
        hello = await self.hub.frame(Hello)
        for info in hello.devices:
            if info.state != "enabled":
                await self.hub.frame(DeviceChanged, device_id=info.device_id, state="enabled")

    async def kill(self) -> None:
        """kill -9."""
        if self.gateway is not None and self.gateway.returncode is None:
            self.gateway.kill()
            await self.gateway.wait()

    async def pay(self, request_id: str, device_id: str, act: PayAct = "sale", **fields: Any) -> None:
        """The hub asks."""
        if act == "sale" and device_id == CODE:
            fields["code"] = WECHAT
        amount_fen = fields.pop("amount_fen", 2490)
        request = Pay(request_id=request_id, device_id=device_id, act=act, amount_fen=amount_fen, **fields)
        await self.hub.send(request)

    async def told(self, request_id: str) -> PayAnswer:
        """The answer that is not "pending"."""
        while (answer := await self.hub.frame(PayAnswer, request_id=request_id)).state == "pending":
            pass
        return answer

    async def ask(self, request_id: str, device_id: str, act: PayAct = "sale", **fields: Any) -> PayAnswer:
        """Ask and wait for the end."""
        await self.pay(request_id, device_id, act, **fields)
        return await self.told(request_id)


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[Shop]:
    async with fake_hub() as hub:
        with SimulatedCounter(folder / "sim", (CARD_TERMINAL, CODE_ACQUIRER)) as counter:
            made = Shop(folder, hub, counter)
            try:
                await made.start()
                yield made
            finally:
                await made.kill()


def play(folder: Path, scene: Callable[[Shop], Awaitable[None]]) -> None:
    async def run() -> None:
        async with shop(folder) as made:
            await scene(made)

    asyncio.run(run())


@pytest.mark.parametrize("device_id", [CARD, CODE])
def test_every_end_a_payment_can_have(tmp_path: Path, device_id: str) -> None:
    async def scene(made: Shop) -> None:
        counter = made.counter
        approved = await made.ask("sale-1", device_id)
        assert (approved.state, approved.amount_fen) == ("approved", 2490)
        assert approved.reference
        counter.expect("decline", device_id)
        assert (await made.ask("sale-2", device_id)).reason == "terminal.declined"
        counter.expect("cancel", device_id)
        assert (await made.ask("sale-3", device_id)).reason == "terminal.cancelled"
        counter.expect("hand", device_id)
        await made.pay("sale-4", device_id)
        assert (await made.hub.frame(PayAnswer, request_id="sale-4")).state == "pending"
        counter.asking(device_id)
        counter.choose("approve", device_id)
        assert (await made.told("sale-4")).state == "approved"
        counter.expect("approve", device_id)
        back = await made.ask("refund-1", device_id, "refund", original_id="sale-1", amount_fen=490)
        assert (back.state, back.amount_fen) == ("approved", 490)
        assert (
            await made.ask("refund-2", device_id, "refund", original_id="sale-1", amount_fen=2490)
        ).state == "refused"
        undone = await made.ask("undo-1", device_id, "reversal", original_id="sale-4")
        assert undone.state == "approved"
        never = await made.ask("q-1", device_id, "query", original_id="sale-9")
        assert (never.state, never.reason) == ("refused", "terminal.no_such_request")
        settled = await made.ask("z-1", device_id, "settlement", amount_fen=0)
        assert (settled.state, settled.settled_count, settled.settled_fen) == ("approved", 4, 2000)
        totals = settled.settled_totals
        assert totals is not None
        assert (totals.sale_count, totals.refund_count, totals.reversal_count) == (2, 1, 1)
        assert (totals.sale_fen, totals.refund_fen, totals.reversal_fen) == (4980, 490, 2490)
        assert counter.movements(device_id) == [
            ("sale-1", 2490),
            ("sale-4", 2490),
            ("refund-1", -490),
            ("sale-4", -2490),
        ]

    play(tmp_path, scene)


@pytest.mark.parametrize("device_id", [CARD, CODE])
def test_a_lost_answer_is_unknown_then_asked_after_then_undone(tmp_path: Path, device_id: str) -> None:
    async def scene(made: Shop) -> None:
        made.counter.inject(device_id, AnswerLost())
        lost = await made.ask("sale-1", device_id, timeout_s=BRIEFLY_S)
        assert (lost.state, lost.reason) == ("unknown", "terminal.no_answer")
        assert made.counter.movements(device_id) == [("sale-1", 2490)]
        made.counter.heal(device_id)
        assert (await made.ask("sale-1", device_id)).state == "unknown"
        found = await made.ask("q-1", device_id, "query", original_id="sale-1")
        assert (found.state, found.amount_fen) == ("approved", 2490)
        assert (await made.ask("undo-1", device_id, "reversal", original_id="sale-1")).state == "approved"
        gone = await made.ask("q-2", device_id, "query", original_id="sale-1")
        assert (gone.state, gone.reason) == ("refused", "terminal.reversed")
        assert made.counter.movements(device_id) == [("sale-1", 2490), ("sale-1", -2490)]

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("device_id", "fault", "outcome"),
    [
        (CARD, WrongAmount(by_fen=10), ("unknown", "terminal.amount_differs")),
        (CODE, WrongAmount(by_fen=10), ("unknown", "terminal.amount_differs")),
        (CARD, Doubled(), ("approved", "")),
        (CODE, Doubled(), ("approved", "")),
        (CARD, Noise(max_bytes=8), ("approved", "")),
        (CODE, Noise(max_bytes=8), ("approved", "")),
        (CARD, SplitFrames(max_chunk=7, gap_ms=1), ("approved", "")),
        (CODE, SplitFrames(max_chunk=7, gap_ms=1), ("approved", "")),
        (CARD, Silent(), ("unknown", "terminal.no_answer")),
    ],
)
def test_what_a_bad_line_does(tmp_path: Path, device_id: str, fault: Fault, outcome: tuple[str, str]) -> None:
    async def scene(made: Shop) -> None:
        made.counter.inject(device_id, fault)
        for number in range(2):
            timeout_s = BRIEFLY_S if isinstance(fault, Silent) else 60.0
            answer = await made.ask(f"sale-{number}", device_id, timeout_s=timeout_s)
            assert (answer.state, answer.reason) == outcome
        expected = [] if isinstance(fault, Silent) else [("sale-0", 2490), ("sale-1", 2490)]
        assert made.counter.movements(device_id) == expected

    play(tmp_path, scene)


def test_a_pulled_plug_in_mid_sale_is_unknown_and_the_next_customer_is_served(tmp_path: Path) -> None:
    async def scene(made: Shop) -> None:
        made.counter.expect("hand", CARD)
        await made.pay("sale-1", CARD)
        made.counter.asking(CARD)
        made.counter.unplug(CARD)
        assert (await made.told("sale-1")).state == "unknown"
        assert (await made.ask("sale-2", CARD)).reason == "terminal.closed"
        made.counter.expect("approve", CARD)
        made.counter.plug(CARD)
        await made.hub.frame(DeviceChanged, device_id=CARD, state="enabled")
        answer = await made.ask("q-1", CARD, "query", original_id="sale-1")
        assert (answer.state, answer.reason) == ("refused", "terminal.cancelled")
        assert (await made.ask("sale-2", CARD)).state == "approved"
        assert made.counter.movements(CARD) == [("sale-2", 2490)]

    play(tmp_path, scene)


def test_a_customer_who_waits_too_long_is_called_back_by_a_reversal(tmp_path: Path) -> None:
    async def scene(made: Shop) -> None:
        made.counter.expect("hand", CODE)
        await made.pay("sale-1", CODE)
        made.counter.asking(CODE)
        await made.pay("undo-1", CODE, "reversal", original_id="sale-1")
        given_up = await made.told("sale-1")
        assert (given_up.state, given_up.reason) == ("unknown", "terminal.interrupted")
        assert (await made.told("undo-1")).state == "approved"
        assert made.counter.movements(CODE) == []

    play(tmp_path, scene)


@pytest.mark.parametrize("device_id", [CARD, CODE])
def test_killed_in_mid_sale_the_same_request_is_unknown_and_money_moved_once(
    tmp_path: Path, device_id: str
) -> None:
    async def scene(made: Shop) -> None:
        made.counter.expect("hand", device_id)
        await made.pay("sale-1", device_id)
        made.counter.asking(device_id)
        await made.kill()
        made.counter.choose("approve", device_id)
        await made.start()
        again = await made.ask("sale-1", device_id)
        assert (again.state, again.reason) == ("unknown", "gateway.restarted")
        found = await made.ask("q-1", device_id, "query", original_id="sale-1")
        assert (found.state, found.amount_fen) == ("approved", 2490)
        assert (await made.ask("sale-1", device_id)).state == "unknown"
        assert made.counter.movements(device_id) == [("sale-1", 2490)]
        assert [entry.request_id for entry in made.counter.ledger(device_id)] == ["sale-1"]

    play(tmp_path, scene)
