"""Card and code payments of the shop in memory; a test is the terminal."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from tests.browser.fake_scale import Answer, Json, device, refusal

CARD = device("card-1", "payment_terminal", "enabled") | {"model": "bank_ecr", "ability": "card"}
CODE = CARD | {"device_id": "code-1", "model": "pay_code_box", "ability": "code"}


@dataclass
class FakePayments(ABC):
    """What the hub would know of electronic payments."""

    basket: Json | None = None
    attempts: list[Json] = field(default_factory=list)
    loose: list[Json] = field(default_factory=list)
    settlements: list[Json] = field(default_factory=list)

    def paying(self) -> Json:
        """The payments that the page is told of."""
        return {"attempts": self.attempts, "loose": self.loose}

    def do_StartPayment(self, body: Json) -> Answer:
        """A new attempt; its terminal is the test."""
        assert self.basket
        if body["due_fen"] != self.due_fen():
            return refusal("orders.total_changed", "合计已变")
        attempt = {
            "attempt_id": body["attempt_id"],
            "order_id": self.basket["order_id"],
            "terminal_id": "T01",
            "shift_id": "5f" * 16,
            "act": "sale",
            "tender": body["tender"],
            "amount_fen": body["amount_fen"],
            "original_id": None,
            "state": "awaiting_code" if body["tender"] == "code" else "requested",
            "tries": 0,
            "holds": 1,
            "is_open": 1,
            **dict.fromkeys(("reason", "text", "reference", "scheme", "account", "note"), ""),
            "asked_by": None,
            "approver_id": None,
            "settled_by": None,
            "opened_ms": 1_795_000_000_000,
            "changed_ms": 1_795_000_000_000,
        }
        self.attempts.append(attempt)
        self.basket["state"] = "paying"
        self.say("basket", basket=self.basket)
        self.say("paying", paying=self.paying())
        return 200, {k: attempt[k] for k in ("attempt_id", "order_id", "state")}

    def do_PresentCode(self, body: Json) -> Answer:
        """The customer's code."""
        return self.terminal_says("requested", body["attempt_id"])

    def do_CancelAttempt(self, body: Json) -> Answer:
        """Without a code at once; else it is being undone."""
        waits = self._attempt(body["attempt_id"])["state"] == "awaiting_code"
        return self.terminal_says("refused" if waits else "reversing", body["attempt_id"])

    def do_ReleaseAttempt(self, body: Json) -> Answer:
        """The basket goes on without it."""
        return self.terminal_says("reversing", body["attempt_id"], holds=0)

    def do_AskAgain(self, body: Json) -> Answer:
        """Another round of questions."""
        return self.terminal_says("unknown", body["attempt_id"])

    def do_SettleAttempt(self, body: Json) -> Answer:
        """Only with a manager."""
        if denied := self._denied(body):
            return denied
        state = "approved" if body["is_paid"] else "refused"
        return self.terminal_says(state, body["attempt_id"], settled_by="ma" * 16)

    def terminal_says(self, state: str, attempt_id: str = "", **told: Any) -> Answer:
        """What becomes of an attempt, the newest unless another is named."""
        attempt = self._attempt(attempt_id or self.attempts[-1]["attempt_id"])
        attempt |= {"state": state, **told}
        attempt["is_open"] = int(state not in ("refused", "reversed", "booked"))
        held = [one for one in self.attempts if one["holds"] and one["is_open"]]
        if self.basket and not held:
            self.basket["state"] = "open"
            self.say("basket", basket=self.basket)
        self.say("paying", paying=self.paying())
        if self.basket and state == "approved" and self.due_fen() == 0:
            self._book(held)
        return 200, {k: attempt[k] for k in ("attempt_id", "order_id", "state")}

    def do_SettleTerminal(self, body: Json) -> Answer:
        """A new settlement, the newest first; its terminal is the test."""
        sides = ("sale_count", "sale_fen", "refund_count", "refund_fen")
        settlement = {
            "settlement_id": body["settlement_id"],
            "device_id": body["device_id"],
            "terminal_id": "T01",
            "shift_id": "5f" * 16,
            "state": "requested",
            **dict.fromkeys(("reason", "text", "reference"), ""),
            "since_ms": 0,
            "asked_ms": 1_795_000_000_000,
            "ended_ms": None,
            "unknown_before": 0,
            **{f"our_{side}": 0 for side in sides},
            "our_fen": 0,
            **dict.fromkeys([f"their_{side}" for side in sides]),
            **dict.fromkeys(("their_count", "their_fen", "their_reversal_count", "their_reversal_fen")),
            "difference_fen": None,
        }
        self.settlements.insert(0, settlement)
        return 200, {"settlement_id": body["settlement_id"], "device_id": body["device_id"]}

    def settles(self, state: str, **told: Any) -> None:
        """What becomes of the newest settlement."""
        self.settlements[0] |= {"state": state, **told}

    def due_fen(self) -> int:
        """What the approved parts leave."""
        assert self.basket
        paid = [one for one in self.attempts if one["holds"] and one["state"] == "approved"]
        total_fen: int = self.basket["total_fen"]
        return total_fen - sum(int(one["amount_fen"]) for one in paid)

    def payments_of(self, held: list[Json]) -> list[Json]:
        """Attempts as the order's payments."""
        kept = ("tender", "amount_fen", "reference", "scheme", "account", "settled_by")
        return [
            {"payment_id": one["attempt_id"], "tendered_fen": one["amount_fen"], "change_fen": 0}
            | {name: one[name] for name in kept}
            for one in held
        ]

    def _book(self, held: list[Json]) -> None:
        order = self.placed(0, self.payments_of(held))
        self.say("paid", order=order)

    def _attempt(self, attempt_id: str) -> Json:
        return next(one for one in [*self.attempts, *self.loose] if one["attempt_id"] == attempt_id)

    @abstractmethod
    def say(self, kind: str, **parts: Any) -> None: ...
    @abstractmethod
    def placed(self, change_fen: int, payments: list[Json]) -> Json: ...
    @abstractmethod
    def _denied(self, body: Json) -> Answer | None: ...
