"""A random day of trade: seeded, through the bus alone, so that any hub can live through it.

`Day(dispatch, seed).trade(steps)` sends commands as a shop's people would, sensible and foolish ones;
the same seed sends the same commands as long as the rules answer the same.
"""

import random
from collections.abc import Callable
from typing import Any

import msgspec

from hub.kernel.context import SYSTEM, Actor, Caller
from hub.kernel.messages import Command
from hub.kernel.writer import Outcome
from hub.modules.audit.messages import Approval
from hub.modules.catalogue import demo
from hub.modules.catalogue.messages import LiftRecall, RecallGoods
from hub.modules.catalogue.model import check_digit
from hub.modules.gateways.messages import OpenPairing, PairGateway
from hub.modules.identity.messages import AddStaff, ErasePerson, RegisterTerminal, SignIn
from hub.modules.identity.model import permissions_of
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock
from hub.modules.orders import messages as orders
from hub.modules.payments.messages import CloseShift, OpenDrawer, OpenShift, TakeXReport
from hub.modules.returns.messages import LineWanted, RetryRefund, ReturnGoods
from tests.modules.day_of_cards import Cards

Dispatch = Callable[[Command, Caller], Outcome]
TILLS = ("T01", "T02", "T03")
PINS = {"cashier": "135790", "manager": "246801"}
NUMBERS = {"cashier": "1001", "manager": "9001"}
BATCHES = ("B1", "B2", "")
OPENING_MILLI = 30_000
"""Little enough that some things run out."""


class Day:
    """One shop's people at work. The catalogue of the demo must be active before it begins."""

    def __init__(self, dispatch: Dispatch, seed: int) -> None:
        self._dispatch = dispatch
        self._random = random.Random(seed)
        self._items = demo.items()
        self._staff = {role: self.new_id() for role in PINS}
        self._shifts: dict[str, str] = {}
        self._open: dict[str, orders.Scanned] = {}
        self._parked: list[str] = []
        self._lines: dict[str, dict[str, int]] = {}
        self._returned: list[tuple[str, str]] = []
        self._cards = Cards(self.send, self._random, self.new_id, self._at)
        self.outcomes: dict[str, int] = {}
        """How often each command came out how, by "PayCash" or "PayCash orders.total_changed"."""

    def new_id(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def open_shop(self) -> None:
        """Staff, tills, a little stock, a shift at each till, a gateway on another computer."""
        for role, pin in PINS.items():
            name = {"cashier": "收银员 01", "manager": "店长 01"}[role]
            self.send(
                AddStaff,
                SYSTEM,
                staff_id=self._staff[role],
                staff_no=NUMBERS[role],
                name=name,
                role=role,
                pin=pin,
            )
        for till in TILLS:
            self.send(RegisterTerminal, SYSTEM, terminal_id=till, name=f"收银台 {till}")
        lines = [ReceivedLine(item_id=item.item_id, qty_milli=OPENING_MILLI) for item in self._items]
        self.send(ReceiveStock, SYSTEM, receipt_id=self.new_id(), kind="opening", lines=lines)
        for till in TILLS:
            self._open_shift(till)
        self.send(OpenPairing, SYSTEM, gateway_id="gateway-2", code_digest="a code's digest")
        self.send(PairGateway, SYSTEM, code_digest="a code's digest", token_digest="a token's digest")

    def trade(self, steps: int) -> None:
        """Do so many things, one after another."""
        acts: dict[Callable[[str], None], int] = {
            self._scan: 60,
            self._scan_dated: 6,
            self._scan_label: 3,
            self._weigh: 8,
            self._scan_unknown: 2,
            self._set_quantity: 5,
            self._void: 5,
            self._park: 3,
            self._resume: 4,
            self._clear: 2,
            self._pay: 20,
            self._ask: 14,
            self._cards.answer: 18,
            self._meddle: 10,
            self._refund: 3,
            self._return: 6,
            self._cards.settle: 2,
            self._retry_refund: 2,
            self._place: 10,
            self._deliver: 6,
            self._recall: 1,
            self._lift_recall: 1,
            self._drawer: 3,
            self._x_report: 2,
            self._change_shift: 1,
            self._sign_in: 1,
        }
        for act in self._random.choices(list(acts), list(acts.values()), k=steps):
            act(self._random.choice(TILLS))

    def close_shop(self) -> None:
        """End what the terminals still owe an answer for, and count every drawer."""
        self._cards.finish()
        for till in TILLS:
            self._close_shift(till)

    def forget_the_cashier(self) -> None:
        """Erase the person who sold all day."""
        self.send(ErasePerson, SYSTEM, person_id=self._staff["cashier"])

    def send(self, kind: type[Command], caller: Caller, /, **fields: Any) -> Any:
        """Send a command; its answer, or None when it was refused."""
        outcome = self._dispatch(kind(command_id=self.new_id(), **fields), caller)
        ending = f" {outcome.refusal.code}" if outcome.refusal else ""
        name = kind.__name__ + ending
        self.outcomes[name] = self.outcomes.get(name, 0) + 1
        return None if outcome.refusal else outcome.answer

    def _at(self, till: str) -> Caller:
        role = "cashier"
        return Caller(Actor(self._staff[role], role, permissions_of(role), "0" * 32), till)

    def _approval(self) -> Approval | None:
        chance = self._random.random()
        if chance < 0.2:
            return None
        return Approval(staff_no=NUMBERS["manager"], pin=PINS["manager"] if chance < 0.9 else "000000")

    def _seen(self, till: str, answer: orders.Scanned | None) -> None:
        if answer is not None and answer.outcome in ("added", "raised"):
            self._open[till] = answer
            self._lines.setdefault(answer.order_id or "", {})[answer.line_id or ""] = answer.qty_milli

    def _scan(self, till: str) -> None:
        item = self._random.choice(self._items[:80])
        code = item.barcodes[0] if item.barcodes else item.sku
        self._seen(till, self.send(orders.ScanCode, self._at(till), terminal_id=till, code=code))

    def _scan_dated(self, till: str) -> None:
        item = self._random.choice([item for item in self._items[:80] if item.barcodes])
        last_day = self._random.choice(("261231", "261122", "200101"))
        batch, serial = self._random.choice(BATCHES[:2]), self._random.choice(("", "\x1d21S1"))
        code = f"010{item.barcodes[0]}17{last_day}10{batch}{serial}"
        self._seen(till, self.send(orders.ScanCode, self._at(till), terminal_id=till, code=code))

    def _scan_label(self, till: str) -> None:
        item = self._random.choice([item for item in self._items if item.sold_by == "weight"])
        digits = f"26{item.sku}{self._random.randint(0, 9_999):05d}{self._random.randint(0, 3_000):05d}"
        code = digits + check_digit(digits)
        self._seen(till, self.send(orders.ScanCode, self._at(till), terminal_id=till, code=code))

    def _recall(self, _till: str) -> None:
        item = self._random.choice(self._items[:80])
        batch = self._random.choice(BATCHES)
        self.send(RecallGoods, SYSTEM, item_id=item.item_id, batch=batch, reason="供应商通知")

    def _lift_recall(self, _till: str) -> None:
        item = self._random.choice(self._items[:80])
        self.send(LiftRecall, SYSTEM, item_id=item.item_id, batch=BATCHES[0], reason="复检合格")

    def _weigh(self, till: str) -> None:
        item = self._random.choice([item for item in self._items if item.sold_by == "weight"])
        qty_milli = self._random.randint(50, 4_000)
        added = self.send(
            orders.AddItem, self._at(till), terminal_id=till, item_id=item.item_id, qty_milli=qty_milli
        )
        self._seen(till, added)

    def _scan_unknown(self, till: str) -> None:
        code = self._random.choice(("6999999999991", "6999999999984", "会员卡", "x" * 161))
        self.send(orders.ScanCode, self._at(till), terminal_id=till, code=code)

    def _set_quantity(self, till: str) -> None:
        if (last := self._open.get(till)) is not None:
            changed = self.send(
                orders.SetQuantity,
                self._at(till),
                order_id=last.order_id,
                line_id=last.line_id,
                qty_milli=self._random.choice((1_000, 2_000, 5_000, 12_000, 500, 0)),
                approval=self._approval(),
            )
            self._summed(till, last, changed)

    def _void(self, till: str) -> None:
        if (last := self._open.get(till)) is not None:
            voided = self.send(
                orders.VoidLine,
                self._at(till),
                order_id=last.order_id,
                line_id=last.line_id,
                approval=self._approval(),
            )
            self._summed(till, last, voided)

    def _summed(
        self, till: str, last: orders.Scanned, changed: orders.BasketChanged | orders.Scanned | None
    ) -> None:
        if changed is not None:
            self._open[till] = msgspec.structs.replace(last, total_fen=changed.total_fen)

    def _park(self, till: str) -> None:
        if (last := self._open.get(till)) is not None and last.order_id is not None:
            label = self._random.choice(("", "红衣顾客", "Mr. 12"))
            if self.send(orders.ParkBasket, self._at(till), order_id=last.order_id, label=label):
                self._parked.append(last.order_id)
                del self._open[till]

    def _resume(self, till: str) -> None:
        if self._parked:
            order_id = self._random.choice(self._parked)
            answer = self.send(orders.ResumeBasket, self._at(till), order_id=order_id, terminal_id=till)
            if answer is not None:
                self._parked.remove(order_id)
                self._open[till] = orders.Scanned(
                    outcome="added", order_id=order_id, line_id="0" * 32, total_fen=answer.total_fen
                )

    def _clear(self, till: str) -> None:
        if (last := self._open.get(till)) is not None and self.send(
            orders.ClearBasket, self._at(till), order_id=last.order_id, approval=self._approval()
        ):
            del self._open[till]

    def _pay(self, till: str) -> None:
        last = self._open.get(till)
        if last is None:
            return
        due_fen = self._looked_up_fen(till, last)
        tendered_fen = due_fen + self._random.choice((0, 0, 0, 350, 5_000, -1))
        paid = self.send(
            orders.PayCash,
            self._at(till),
            order_id=last.order_id,
            payment_id=self.new_id(),
            due_fen=due_fen,
            tendered_fen=tendered_fen,
        )
        if paid is not None:
            del self._open[till]

    def _looked_up_fen(self, till: str, last: orders.Scanned) -> int:
        """What is left to pay of the basket, with one more thing on it."""
        looked = self.send(
            orders.ScanCode,
            self._at(till),
            terminal_id=till,
            code=self._items[200].barcodes[0],
            order_id=last.order_id,
        )
        self._summed(till, last, looked)
        return self._open[till].total_fen - self._cards.paid_fen(last.order_id)

    def _ask(self, till: str) -> None:
        if (last := self._open.get(till)) is not None and last.order_id is not None:
            self._cards.start(till, last.order_id, self._looked_up_fen(till, last))

    def _meddle(self, till: str) -> None:
        """Often while a payment is under way."""
        if self._random.random() < 0.5:
            self._ask(till)
        self._cards.meddle(till, self._approval())

    def _refund(self, till: str) -> None:
        self._cards.refund(till, self._approval())

    def _return(self, till: str) -> None:
        """Some lines of some order, whether it is paid or not; first the till learns what goes back."""
        if not self._lines:
            return
        order_id = self._random.choice(list(self._lines))
        lines = [
            LineWanted(line_id=line_id, qty_milli=self._random.choice((qty, qty, 1_000, 300)))
            for line_id, qty in self._lines[order_id].items()
            if self._random.random() < 0.7
        ]
        sent = ReturnGoods(
            command_id=self.new_id(),
            return_id=self.new_id(),
            order_id=order_id,
            terminal_id=till,
            lines=lines,
            refund_fen=0,
            reason="质量问题",
            approval=self._approval(),
        )
        asked = self._dispatch(sent, self._at(till)).refusal
        refund_fen = asked.facts.get("refund_fen", 0) if asked else 0
        fields = {name: getattr(sent, name) for name in sent.__struct_fields__ if name != "command_id"}
        taken = self.send(ReturnGoods, self._at(till), **{**fields, "refund_fen": refund_fen})
        for refund in taken.refunds if taken is not None else ():
            if refund.tender != "cash":
                self._returned.append((till, refund.refund_id))
                self._cards.expect(till, refund.refund_id, refund.amount_fen)

    def _retry_refund(self, _till: str) -> None:
        if self._returned:
            till, refund_id = self._random.choice(self._returned)
            new_id = self.new_id()
            asked = self.send(
                RetryRefund, self._at(till), refund_id=refund_id, new_refund_id=new_id, terminal_id=till
            )
            if asked is not None:
                self._returned.append((till, new_id))
                self._cards.expect(till, new_id, 0)

    def _place(self, till: str) -> None:
        items = self._random.sample(self._items, self._random.randint(1, 10))
        lines = [
            orders.PlacedLine(
                line_id=self.new_id(),
                item_id=item.item_id,
                qty_milli=1000 * self._random.randint(1, 3)
                if item.sold_by == "piece"
                else self._random.randint(1, 3_000),
            )
            for item in items
        ]
        order_id = self.new_id()
        self._lines[order_id] = {line.line_id: line.qty_milli for line in lines}
        cash = orders.PlacedPayment(payment_id=self.new_id(), tender="cash", amount_fen=1_000_000)
        self.send(
            orders.PlaceOrder,
            self._at(till),
            order_id=order_id,
            terminal_id=till,
            lines=lines,
            payments=[cash],
        )

    def _deliver(self, _till: str) -> None:
        items = [self._items[200], *self._random.sample(self._items[:200], 5)]
        lines = [
            ReceivedLine(item_id=item.item_id, qty_milli=1000 * self._random.randint(1, 24)) for item in items
        ]
        self.send(ReceiveStock, SYSTEM, receipt_id=self.new_id(), kind="delivery", lines=lines)

    def _drawer(self, till: str) -> None:
        self.send(OpenDrawer, self._at(till), terminal_id=till, reason="换零钱", approval=self._approval())

    def _x_report(self, till: str) -> None:
        self.send(TakeXReport, self._at(till), shift_id=self._shifts[till], approval=self._approval())

    def _change_shift(self, till: str) -> None:
        self._close_shift(till)
        self._open_shift(till)

    def _close_shift(self, till: str) -> None:
        counted_fen = self._random.randint(0, 1_000_000)
        self.send(CloseShift, self._at(till), shift_id=self._shifts[till], counted_fen=counted_fen)

    def _open_shift(self, till: str) -> None:
        shift_id = self.new_id()
        float_fen = self._random.choice((0, 20_000, 50_000))
        opened = self.send(
            OpenShift, self._at(till), shift_id=shift_id, terminal_id=till, float_fen=float_fen
        )
        if opened is not None:
            self._shifts[till] = shift_id

    def _sign_in(self, till: str) -> None:
        pin = self._random.choice((PINS["cashier"], PINS["cashier"], "000000"))
        self.send(SignIn, Caller(), terminal_id=till, staff_no=NUMBERS["cashier"], pin=pin)
