"""The durable payment log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from drivers.gateway.pay_log import RESTARTED, PayLog, request_hash
from drivers.messages import Pay, PayAnswer, PayState

DAY_S = 86_400


class Wall:
    """A wall clock that the test sets."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


def pay(request_id: str) -> Pay:
    return Pay(request_id=request_id, device_id="pos", act="sale", amount_fen=100)


def ended(request_id: str, state: PayState) -> PayAnswer:
    return PayAnswer(request_id=request_id, state=state, amount_fen=100, reference="n-1", text="好")


def use(
    path: Path, work: Callable[[PayLog, Wall], Awaitable[None]], *, kept: int = 100, days: int = 400
) -> None:
    wall = Wall()
    log = PayLog(path, wall, kept, days * DAY_S)
    try:
        asyncio.run(work(log, wall))  # type: ignore[arg-type]
    finally:
        log.close()


def test_a_request_begins_once_and_keeps_its_whole_answer(tmp_path: Path) -> None:
    async def work(log: PayLog, _: Wall) -> None:
        assert await log.find("r") is None
        assert await log.begin(pay("r"))
        assert not await log.begin(pay("r"))
        known = await log.find("r")
        assert known is not None
        assert known.open
        assert known.request_hash == request_hash(pay("r"))
        await log.finish(ended("r", "approved"))
        assert not await log.begin(pay("r"))
        known = await log.find("r")
        assert known is not None
        assert (known.open, known.answer) == (False, ended("r", "approved"))
        await log.begin(pay("never"))
        await log.forget("never")
        assert await log.find("never") is None

    use(tmp_path / "log", work)


def test_what_was_in_hand_when_it_stopped_is_unknown_at_every_start_after(tmp_path: Path) -> None:
    async def first(log: PayLog, _: Wall) -> None:
        await log.begin(pay("open"))
        await log.begin(pay("done"))
        await log.finish(ended("done", "refused"))

    async def later(log: PayLog, _: Wall) -> None:
        opened, done = await log.find("open"), await log.find("done")
        assert opened is not None
        assert done is not None
        assert opened.answer == PayAnswer(request_id="open", state="unknown", reason=RESTARTED)
        assert not await log.begin(pay("open"))
        assert done.answer.state == "refused"

    use(tmp_path / "log", first)
    use(tmp_path / "log", later)
    use(tmp_path / "log", later)


def test_it_is_bounded_and_forgets_nothing_unknown_that_is_young(tmp_path: Path) -> None:
    async def work(log: PayLog, wall: Wall) -> None:
        await log.begin(pay("open"))
        await log.begin(pay("unknown"))
        await log.finish(ended("unknown", "unknown"))
        for number in range(20):
            await log.begin(pay(f"r{number}"))
            await log.finish(ended(f"r{number}", "approved"))
        assert [number for number in range(20) if await log.find(f"r{number}")] == [15, 16, 17, 18, 19]
        wall.now_s += 29 * DAY_S
        await log.finish(ended("r19", "approved"))
        assert await log.find("unknown") is not None
        wall.now_s += 2 * DAY_S
        await log.finish(ended("r19", "approved"))
        assert await log.find("unknown") is None
        assert await log.find("open") is not None

    use(tmp_path / "log", work, kept=5, days=30)


def test_how_long_the_hub_waits_makes_no_other_request_and_an_amount_does() -> None:
    other = msgspec.structs.replace(pay("r"), timeout_s=5.0)
    assert request_hash(other) == request_hash(pay("r"))
    assert request_hash(msgspec.structs.replace(pay("r"), amount_fen=101)) != request_hash(pay("r"))
