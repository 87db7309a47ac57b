"""Payments on a gateway: each request sent at most once, and unknown where nobody can know."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.gateway.pay_log import PayLog
from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged, Pay, PayAct, PayAnswer
from tests.drivers.gateway.doubles import Counter, FakeLink, counter
from tests.drivers.wire import vectors

TERMINAL = DeviceSettings(device_id="pos-1", profile="payment_terminal/bank_ecr", link="serial:///dev/p1")
VECTORS = {vector["name"]: vector for vector in vectors("payment_ecr_card")}
BRIEFLY_S = 0.05


def says(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["wire_hex"])


def pay(request_id: str = "r-1", act: PayAct = "sale", **fields: Any) -> Pay:
    return Pay(**{"request_id": request_id, "device_id": "pos-1", "act": act, "amount_fen": 2490, **fields})


APPROVED = says("card: a sale approved")


class Till:
    """The hub's side of one terminal, and the terminal's wire in the test's hand."""

    def __init__(self, made: Counter) -> None:
        self.made = made

    @property
    def link(self) -> FakeLink:
        return self.made.links["p1"]

    async def ask(self, request: Pay) -> None:
        await self.made.supervisor.handle(request)

    async def told(self, request_id: str = "r-1") -> PayAnswer:
        """The next answer about a request."""
        return await self.made.frame(PayAnswer, request_id=request_id)

    async def begun(self, request: Pay) -> None:
        """Ask, and see that the terminal has the request."""
        await self.ask(request)
        assert (await self.told(request.request_id)).state == "pending"
        await self.link.got(f"62={request.request_id}".encode())

    async def replug(self) -> None:
        self.link.lose()
        await self.made.frame(DeviceChanged, device_id="pos-1", state="closed")
        await self.made.frame(DeviceChanged, device_id="pos-1", state="enabled")


def play(folder: Path, scene: Callable[[Till], Awaitable[None]]) -> None:
    async def run() -> None:
        async with counter(folder, TERMINAL) as made:
            await made.frame(DeviceChanged, device_id="pos-1", state="enabled")
            await scene(Till(made))

    asyncio.run(run())


def outcome(answer: PayAnswer) -> tuple[str, str]:
    return answer.state, answer.reason


def test_a_sale_is_pending_then_approved_and_told_again_from_the_log(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        await till.begun(pay())
        till.link.say(says("card: the customer types the PIN, then it is approved; the answer comes twice"))
        assert (await till.told()).text == "请输入密码"
        answer = await till.told()
        assert outcome(answer) == ("approved", "")
        assert (answer.amount_fen, answer.reference, answer.account) == (2490, "260101123456", "*1234")
        sent = len(till.link.sent)
        await till.ask(pay(timeout_s=5.0))
        assert await till.told() == answer
        await till.replug()
        await till.ask(pay())
        assert await till.told() == answer
        assert (sent, len(till.link.sent)) == (len(bytes.fromhex(VECTORS["card: refused"]["request_hex"])), 0)

    play(tmp_path, scene)


def test_a_refusal_is_a_refusal(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        await till.begun(pay())
        till.link.say(says("card: refused"))
        answer = await till.told()
        assert (*outcome(answer), answer.text) == ("refused", "terminal.declined", "余额不足")

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("card: nothing comes", "terminal.no_answer"),
        (
            "card: answers to others, to another register, of another kind, and one with a wrong LRC",
            "terminal.answer_differs",
        ),
    ],
)
def test_without_an_answer_to_be_believed_it_is_unknown_and_stays_so(
    tmp_path: Path, name: str, reason: str
) -> None:
    async def scene(till: Till) -> None:
        await till.ask(pay(timeout_s=BRIEFLY_S))
        assert (await till.told()).state == "pending"
        till.link.say(says(name))
        assert outcome(await till.told()) == ("unknown", reason)
        till.link.say(APPROVED)  # too late: nobody may be standing there any more
        await till.begun(pay("r-2"))
        await till.ask(pay())
        assert outcome(await till.told()) == ("unknown", reason)
        assert till.link.sent.count(b"62=r-1") == 1

    play(tmp_path, scene)


def test_another_amount_is_unknown_at_once(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        await till.begun(pay())
        till.link.say(says("card: another amount is no approval"))
        answer = await till.told()
        assert (*outcome(answer), answer.amount_fen) == ("unknown", "terminal.amount_differs", 249_000)

    play(tmp_path, scene)


def test_a_link_lost_with_a_request_in_hand_leaves_it_unknown(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        await till.begun(pay())
        await till.replug()
        assert outcome(await till.told()) == ("unknown", "link.gone")
        await till.ask(pay())
        assert outcome(await till.told()) == ("unknown", "link.gone")
        assert not till.link.sent

    play(tmp_path, scene)


@pytest.mark.parametrize(("bytes_taken", "state"), [(0, "not_started"), (1, "unknown"), (30, "unknown")])
def test_only_if_no_byte_left_was_it_not_started(tmp_path: Path, bytes_taken: int, state: str) -> None:
    async def scene(till: Till) -> None:
        till.link.lost_after = bytes_taken
        await till.ask(pay())
        assert (await till.told()).state == "pending"
        assert outcome(await till.told()) == (state, "link.gone")
        await till.made.frame(DeviceChanged, device_id="pos-1", state="enabled")
        await till.ask(pay())
        assert (await till.told()).state == ("pending" if state == "not_started" else "unknown")

    play(tmp_path, scene)


def test_without_a_link_nothing_is_started(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, TERMINAL) as made:
            till = Till(made)
            made.absent.add("p1")
            await made.frame(DeviceChanged, device_id="pos-1", reason="link.absent")
            await till.ask(pay())
            assert outcome(await till.told()) == ("not_started", "terminal.closed")
            await till.ask(pay(device_id="pos-9"))
            assert outcome(await till.told()) == ("not_started", "device.unknown")
            assert await made.payments.find("r-1") is None

    asyncio.run(run())


def test_a_second_request_is_turned_away_while_one_is_in_hand(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        await till.begun(pay())
        await till.ask(pay("r-2"))
        assert outcome(await till.told("r-2")) == ("not_started", "terminal.busy")
        await till.ask(pay("r-3", "reversal", original_id="other"))
        assert outcome(await till.told("r-3")) == ("not_started", "terminal.busy")
        await till.ask(pay())
        assert (await till.told()).state == "pending"
        till.link.say(APPROVED)
        assert (await till.told()).state == "approved"
        await till.begun(pay("r-2"))

    play(tmp_path, scene)


def test_a_reversal_of_the_request_in_hand_ends_the_waiting(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        await till.begun(pay("sale-7"))
        await till.ask(pay("r-1", "reversal", original_id="sale-7"))
        assert outcome(await till.told("sale-7")) == ("unknown", "terminal.interrupted")
        assert (await till.told()).state == "pending"
        await till.link.got(b"61=sale-7")
        till.link.say(says("card: a reversal"))
        assert (await till.told()).state == "approved"

    play(tmp_path, scene)


def test_after_an_unknown_it_is_asked_after_and_undone(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        await till.begun(pay("sale-7"))
        await till.replug()
        assert (await till.told("sale-7")).state == "unknown"
        await till.begun(pay("r-1", "query", original_id="sale-7"))
        till.link.say(says("card: a query finds it approved"))
        answer = await till.told()
        assert (answer.state, answer.amount_fen) == ("approved", 2490)

    play(tmp_path, scene)


def test_what_cannot_be_asked_is_refused_and_the_same_id_with_another_amount_is_not_believed(
    tmp_path: Path,
) -> None:
    async def scene(till: Till) -> None:
        await till.ask(pay(amount_fen=0))
        assert outcome(await till.told()) == ("refused", "terminal.amount_invalid")
        await till.begun(pay())
        await till.ask(pay(amount_fen=2500))
        assert outcome(await till.told()) == ("unknown", "terminal.request_differs")
        till.link.say(APPROVED)
        assert (await till.told()).state == "approved"
        await till.ask(pay(amount_fen=2500))
        assert outcome(await till.told()) == ("unknown", "terminal.request_differs")

    play(tmp_path, scene)


def test_the_request_is_on_disk_before_its_first_byte(tmp_path: Path) -> None:
    async def scene(till: Till) -> None:
        with sqlite3.connect(tmp_path / "payments.sqlite3") as other:
            seen: list[tuple[str, str]] = []
            write = till.link.write

            async def look_then_write(data: bytes, timeout_s: float) -> None:
                seen.extend(other.execute("SELECT request_id, state FROM payments"))
                await write(data, timeout_s)

            till.link.write = look_then_write  # type: ignore[method-assign]
            await till.begun(pay())
            assert seen == [("r-1", "begun")]

    play(tmp_path, scene)


def test_what_the_log_cannot_record_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(till: Till) -> None:
        async def full(*_: object) -> bool:
            raise sqlite3.OperationalError("database or disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(PayLog, "begin", full)
            await till.ask(pay())
            assert outcome(await till.told()) == ("not_started", "gateway.log_failed")
        with monkeypatch.context() as patch:
            patch.setattr(PayLog, "finish", full)
            await till.begun(pay())
            till.link.say(APPROVED)
            assert (await till.told()).state == "approved"
        await till.ask(pay())
        assert (await till.told()).state == "unknown"
        assert till.link.sent.count(b"62=r-1") == 1

    play(tmp_path, scene)


def test_a_restarted_gateway_knows_what_it_began(tmp_path: Path) -> None:
    async def first(till: Till) -> None:
        await till.begun(pay())

    async def second(till: Till) -> None:
        await till.ask(pay())
        assert (await till.told()).state == "unknown"
        await till.ask(msgspec.structs.replace(pay(), request_id="r-2"))
        assert (await till.told("r-2")).state == "pending"

    play(tmp_path, first)
    play(tmp_path, second)
