"""What of a random day goes by card and code: terminals that approve, refuse, fall silent, come late."""

import random
from collections.abc import Callable
from typing import Any

import msgspec

from hub.kernel.context import SYSTEM, Caller
from hub.kernel.messages import Command
from hub.modules.orders import messages as orders
from hub.modules.payments import messages as payments

Send = Callable[..., Any]
ASKED = {"unknown": "query", "reversing": "reversal"}
ANSWERS = (*["approved"] * 5, "refused", "unknown", "unknown", "pending", "not_started")
OVER = ("booked", "refused", "reversed", "approved")
AT_A_TERMINAL = ("requested", "pending", "unknown", "reversing", "doubtful")
CODES = ("134567890123456789", "281234567890123456", "6212345678901234567", "6901234567892")


class Attempt(msgspec.Struct):
    """One attempt as the people at the till know it."""

    attempt_id: str
    till: str
    order_id: str
    state: str
    amount_fen: int


class Cards:
    """Customers who pay by card and code, and the terminals' answers, all by one seed."""

    def __init__(
        self, send: Send, chance: random.Random, new_id: Callable[[], str], at: Callable[[str], Caller]
    ) -> None:
        self._send = send
        self._random = chance
        self._new_id = new_id
        self._at = at
        self._attempts: list[Attempt] = []

    def start(self, till: str, order_id: str, due_fen: int) -> None:
        """All of it or a part, perhaps more than is due, perhaps over an attempt that is still open."""
        attempt_id, tender = self._new_id(), self._random.choice(("card", "card", "code"))
        amount_fen = self._random.choice((due_fen, due_fen, due_fen, due_fen // 2, due_fen + 1))
        started = self._send(
            orders.StartPayment,
            self._at(till),
            order_id=order_id,
            attempt_id=attempt_id,
            tender=tender,
            due_fen=due_fen,
            amount_fen=amount_fen,
        )
        if started is not None:
            self._attempts.append(Attempt(attempt_id, till, order_id, started.state, amount_fen))
        if tender == "code" and self._random.random() < 0.8:
            self._act(payments.PresentCode, self._pick(), pay_code=self._random.choice(CODES))

    def answer(self, _till: str) -> None:
        """A terminal says something of an attempt, mostly of one that waits."""
        if (found := self._pick()) is None:
            return
        asked = ASKED.get(found.state, "request")
        if self._random.random() < 0.1:
            asked = self._random.choice(("request", "query", "reversal"))
        state = self._random.choice(ANSWERS)
        wrong_amount = self._random.random() < 0.05
        self._tell(found, asked, state, found.amount_fen + 1 if wrong_amount else found.amount_fen)

    def meddle(self, _till: str, approval: Any) -> None:
        """Somebody cancels or presents a code, or takes in hand what a terminal fell silent over."""
        acts: list[tuple[type[Command], dict[str, Any]]] = [
            (payments.CancelAttempt, {}),
            (payments.ReleaseAttempt, {}),
            (payments.AskAgain, {}),
            (payments.PresentCode, {"pay_code": CODES[0]}),
            (payments.SettleAttempt, {"is_paid": True, "reason": "终端小票", "approval": approval}),
            (payments.SettleAttempt, {"is_paid": False, "reason": "终端无流水", "approval": approval}),
        ]
        kind, fields = self._random.choice(acts)
        if kind in (payments.CancelAttempt, payments.PresentCode):
            self._act(kind, self._pick(), **fields)
        elif (found := self._pick(AT_A_TERMINAL)) is not None:
            self._tell(found, "request", "unknown", None)
            self._act(kind, found, **fields)

    def refund(self, till: str, approval: Any) -> None:
        """Money back of something that was paid, or was not."""
        if not self._attempts:
            return
        booked = [found for found in self._attempts if found.state == "approved"]
        paid = self._random.choice(booked or self._attempts)
        refund_id, amount_fen = self._new_id(), self._random.choice((paid.amount_fen, 100, 0))
        started = self._send(
            payments.RefundPayment,
            self._at(till),
            refund_id=refund_id,
            payment_id=paid.attempt_id,
            terminal_id=till,
            amount_fen=amount_fen,
            reason="顾客退货",
            approval=approval,
        )
        if started is not None:
            self._attempts.append(Attempt(refund_id, till, "", "requested", amount_fen))

    def expect(self, till: str, refund_id: str, amount_fen: int) -> None:
        """A refund of a return was asked for; its terminal will answer."""
        self._attempts.append(Attempt(refund_id, till, "", "requested", amount_fen))

    def settle(self, till: str) -> None:
        """A terminal is settled, or falls silent over it; its sums are seldom ours here."""
        settlement_id = self._new_id()
        device_id = self._random.choice(("card-1", "code-1"))
        self._send(
            payments.SettleTerminal,
            self._at(till),
            settlement_id=settlement_id,
            terminal_id=till,
            device_id=device_id,
        )
        state = self._random.choice(ANSWERS)
        told = {"count": 2, "net_fen": self._random.choice((0, 1_290))} if state == "approved" else {}
        self._send(payments.TakeSettlementAnswer, SYSTEM, settlement_id=settlement_id, state=state, **told)

    def paid_fen(self, order_id: str | None) -> int:
        """What terminals have approved of an order."""
        mine = (found for found in self._attempts if found.order_id == order_id)
        return sum(found.amount_fen for found in mine if found.state == "approved")

    def finish(self) -> None:
        """The terminals' last word on everything, so that the shifts can close."""
        for found in self._attempts:
            self._send(payments.CancelAttempt, self._at(found.till), attempt_id=found.attempt_id)
            for asked, state in (("request", "refused"), ("reversal", "approved"), ("query", "refused")):
                self._tell(found, asked, state, None)

    def _pick(self, aim: tuple[str, ...] = ()) -> Attempt | None:
        """Mostly an attempt that waits, in a state that is aimed at if there is such a one."""
        waiting = [found for found in self._attempts if found.state not in OVER]
        waiting = [found for found in waiting if found.state in aim] or waiting
        if waiting and self._random.random() < 0.95:
            return self._random.choice(waiting)
        return self._random.choice(self._attempts) if self._attempts else None

    def _act(self, kind: type[Command], found: Attempt | None, **fields: Any) -> None:
        if found is not None:
            self._noted(found, self._send(kind, self._at(found.till), attempt_id=found.attempt_id, **fields))

    def _tell(self, found: Attempt, asked: str, state: str, amount_fen: int | None) -> None:
        told = {"attempt_id": found.attempt_id, "asked": asked, "state": state, "amount_fen": amount_fen}
        self._noted(found, self._send(payments.TakePayAnswer, SYSTEM, account="1234", **told))

    def _noted(self, found: Attempt, changed: payments.AttemptChanged | None) -> None:
        if changed is not None:
            found.state = changed.state
