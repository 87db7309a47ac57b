"""A cashier takes a card or a payment code: asks, waits as long as a queue allows, and gives up in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hub.app.demo.day.bench import BenchHands
from hub.app.demo.day.calls import CallRefused, Calls
from hub.app.demo.day.plan import Purse
from hub.app.demo.day.record import Asked, DayRecord
from hub.app.demo.day.screen import Screen
from hub.app.demo.seed import MANAGER
from hub.kernel.ids import new_id
from hub.modules.payments.attempt_model import OPEN, AttemptState

ANSWERS_WITHIN_S = 6.0
"""So long a queue waits for a terminal's answer."""
UNDONE_WITHIN_S = 3.0
CODE_WITHIN_S = 1.0
LOOK_AGAIN_S = 1.0
MANAGERS_PIN = {"staff_no": MANAGER.staff_no, "pin": MANAGER.pin}
_NOT_OVER = (*OPEN, AttemptState.APPROVED)

TryScan = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class _Attempt:
    """The payment that was asked for."""

    attempt_id: str
    order_id: str


class Terminals:
    """The card terminal and the pay-code acquirer, as the till's cashier works them."""

    def __init__(self, till: Calls, screen: Screen, hands: BenchHands, record: DayRecord) -> None:
        self._till = till
        self._screen = screen
        self._hands = hands
        self._record = record

    async def take(self, basket: Any, purse: Purse, scan: TryScan) -> bool:
        """Whether the acquirer's yes paid the basket; if not, it is free to be paid otherwise."""
        await self._hands.customer_will(purse.choice)
        attempt = _Attempt(new_id(), basket["order_id"])
        due_fen = basket["total_fen"]
        body = {"order_id": attempt.order_id, "attempt_id": attempt.attempt_id, "tender": purse.tender}
        try:
            await self._till.command("/api/orders/start-payment", **body, due_fen=due_fen, amount_fen=due_fen)
        except CallRefused as refused:
            if not refused.code.startswith("devices."):
                raise
            return False  # there is no such terminal just now
        if purse.tender == "code":
            await self._present(attempt, purse.pay_code, scan)
        await self._until_over(attempt, ANSWERS_WITHIN_S)
        state = await self._give_up(attempt)
        self._record.asked.append(Asked(attempt.attempt_id, purse.tender, purse.choice, due_fen, state))
        return state == AttemptState.BOOKED

    async def look_after_open(self, within_s: float) -> None:
        """Wait for what the hub still asks about; what asks a person is looked up in the terminal's book."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + within_s
        while self._screen.loose_payments and loop.time() < until_s:
            for attempt in self._screen.loose_payments:
                if attempt.state == "doubtful":
                    await self._settle(attempt.attempt_id)
            await self._screen.until(lambda: not self._screen.loose_payments, LOOK_AGAIN_S)
        self._record.unsettled = [attempt.attempt_id for attempt in self._screen.loose_payments]

    async def _present(self, attempt: _Attempt, code: str, scan: TryScan) -> None:
        """The code is scanned; a till that did not hear it is told by hand."""
        await scan(code)
        if await self._state(attempt) == AttemptState.AWAITING_CODE:
            body = {"attempt_id": attempt.attempt_id, "pay_code": code}
            await self._unless_over(self._till.command("/api/payments/attempts/code", **body))
            self._record.typed_codes += 1

    async def _give_up(self, attempt: _Attempt) -> str:
        """What is under way is cancelled, and what stays unknown is let go of: the hub undoes it."""
        for verb in ("cancel", "release"):
            if (state := await self._state(attempt)) not in _NOT_OVER:
                return state
            command = self._till.command(f"/api/payments/attempts/{verb}", attempt_id=attempt.attempt_id)
            await self._unless_over(command)
            if verb == "cancel":
                await self._until_over(attempt, UNDONE_WITHIN_S)
        return await self._state(attempt)

    async def _settle(self, attempt_id: str) -> None:
        """A manager says that no money moved where the terminal's book says so; else the hub asks again."""
        if await self._hands.has_taken(attempt_id):
            await self._unless_over(
                self._till.command("/api/payments/attempts/ask-again", attempt_id=attempt_id)
            )
            return
        body = {"attempt_id": attempt_id, "is_paid": False, "reason": "终端无此笔", "approval": MANAGERS_PIN}
        await self._unless_over(self._till.command("/api/payments/attempts/settle", **body))
        self._record.settled_by_hand += 1

    async def _unless_over(self, command: Awaitable[Any]) -> None:
        try:
            await command
        except CallRefused as refused:
            if refused.code != "payments.attempt_not_in_state":
                raise

    async def _until_over(self, attempt: _Attempt, within_s: float) -> None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + within_s
        while (left_s := until_s - loop.time()) > 0:
            seen = self._screen.payments_moved
            if await self._state(attempt) not in _NOT_OVER:
                return
            await self._screen.payments_news(seen, left_s)

    async def _state(self, attempt: _Attempt) -> str:
        found = await self._till.get(f"/api/payments/orders/{attempt.order_id}/attempts")
        return next(str(one["state"]) for one in found if one["attempt_id"] == attempt.attempt_id)
