"""Questions to a gateway whose answers carry the same id. Lives on the event loop."""

import asyncio
from typing import Protocol

from drivers import messages as wire
from drivers.messages import DrawerLearnt, PayAnswer

__all__ = ["QUESTION_S", "DrawerLearnt", "PayAnswer", "Questions", "ask_for_nothing", "show_drawer"]

QUESTION_S = 20.0
"""So long a terminal may take over a query."""

Question = wire.LearnDrawer | wire.Pay
Answer = DrawerLearnt | PayAnswer


class Link(Protocol):
    """The way to a gateway."""

    async def send(self, frame: wire.HubFrame) -> bool: ...


class Questions:
    """Who waits for which answer; one that comes too late finds nobody."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Answer]] = {}

    async def ask(self, link: Link, question: Question, within_s: float) -> Answer | None:
        """The answer; None if the question cannot be sent, or nothing comes in time."""
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[question.request_id] = waiter
        try:
            async with asyncio.timeout(within_s):
                return await waiter if await link.send(question) else None
        except TimeoutError:
            return None
        finally:
            del self._waiting[question.request_id]

    def answered(self, answer: Answer) -> None:
        """A gateway's answer; one that asks for patience is none."""
        waiter = self._waiting.get(answer.request_id)
        is_pending = isinstance(answer, PayAnswer) and answer.state == "pending"
        if waiter is not None and not waiter.done() and not is_pending:
            waiter.set_result(answer)


def ask_for_nothing(device_id: str, question_id: str) -> wire.Pay:
    """A query for a payment that never was: a terminal that is fit says so. No attempt has such an id."""
    return wire.Pay(
        request_id=f"{question_id}.test",
        device_id=device_id,
        act="query",
        original_id=f"{question_id}.never",
        timeout_s=QUESTION_S,
    )


def show_drawer(device_id: str, question_id: str, is_open: bool, by: str) -> wire.LearnDrawer:
    """A person shows a drawer."""
    return wire.LearnDrawer(request_id=question_id, device_id=device_id, is_open=is_open, by=by)
