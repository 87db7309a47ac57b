"""A payment terminal and the acquirer behind it: asks its customer, keeps its ledger, answers on its wire."""

import asyncio
from typing import ClassVar, get_args

import msgspec

from hardware_sim.devices.device import Audience, Device, Label, OwnViews
from hardware_sim.devices.pay_ledger import Ledger
from hardware_sim.devices.terminal_wires import Asked, Reply, Result, TerminalWire
from hardware_sim.faults import AnswerLost, Fault, TerminalFault, WireFault, WrongAmount
from hardware_sim.views import (
    Choice,
    CustomerPlan,
    DeviceKind,
    EntryState,
    LedgerEntry,
    TerminalView,
)

ANSWERS_KEPT = 64
ENTRIES_SHOWN = 12
_RESULTS: dict[EntryState, Result] = {
    "waiting": "pending",
    "taken": "approved",
    "declined": "declined",
    "cancelled": "cancelled",
    "reversed": "reversed",
}
_TEXTS: dict[Result, str] = {
    "approved": "交易成功",
    "pending": "等待顾客确认",
    "declined": "余额不足",
    "cancelled": "交易已取消",
    "not_found": "无此交易",
    "reversed": "交易已撤销",
}
_STATES: dict[Choice, EntryState] = {"approve": "taken", "decline": "declined", "cancel": "cancelled"}


class PaymentTerminal(Device):
    """One customer at a time; the ledger is the acquirer's and outlives the terminal's power."""

    kind: ClassVar[DeviceKind] = "payment_terminal"
    suffers: ClassVar[tuple[type[Fault], ...]] = get_args(WireFault | TerminalFault)

    def __init__(
        self, label: Label, audience: Audience, seed: int, speech: TerminalWire, plan: CustomerPlan
    ) -> None:
        super().__init__(label, audience, seed)
        self.ledger = Ledger()
        self.plan = plan
        self._speech = speech
        self._asked: dict[str, Asked] = {}
        self._customer: Asked | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._answers: asyncio.Queue[bytes] = asyncio.Queue(ANSWERS_KEPT)

    def own_views(self) -> OwnViews:
        customer = self._customer
        view = TerminalView(
            plan=self.plan,
            asking=self.ledger.entries[customer.request_id] if customer else None,
            ledger=tuple(self.ledger.entries.values())[-ENTRIES_SHOWN:],
            movements=len(self.ledger.movements),
            held_fen=self.ledger.held_fen,
        )
        return OwnViews(terminal=view)

    async def run(self) -> None:
        while True:
            answer = await self._answers.get()
            noise = self.faults.noise(self._speech.noise)
            await self.transmit((noise + self._speech.after_noise if noise else b"") + answer)

    def heard(self, data: bytes) -> None:
        crossing = self.faults.crossing(len(data))
        for item in self._speech.hear(data[:crossing]):
            if isinstance(item, bytes):
                self._queue(item)
            else:
                self._serve(item)
        self.count("bytes_in", crossing)
        if self.faults.spent:
            self.unplug()
        self.line_changed()

    def unplug(self) -> None:
        """Without power the customer leaves; what the acquirer has booked stays booked."""
        self._leave("cancelled")
        self._speech.forget()
        while not self._answers.empty():
            self._answers.get_nowait()
        super().unplug()

    def set_plan(self, plan: CustomerPlan) -> None:
        """What the next customers do, and the one who stands there now."""
        self.plan = plan
        self._begin_to_wait()
        self.line_changed()

    def choose(self, choice: Choice) -> bool:
        """The customer's hand; False if nobody is asked anything."""
        asked = self._leave(_STATES[choice])
        if asked is not None:
            self._tell(asked)
        self.line_changed()
        return asked is not None

    def _serve(self, asked: Asked) -> None:
        match asked.act:
            case "sale":
                self._sell(asked)
            case "refund":
                self._refund(asked)
            case "reversal":
                self._reverse(asked)
            case "query":
                self._look_up(asked)
            case "progress":
                if asked.request_id in self._asked:
                    self._tell(self._asked[asked.request_id])
            case "settlement":
                self._say(Reply(asked=asked, result="approved", batch=self.ledger.settle()))

    def _sell(self, asked: Asked) -> None:
        if asked.request_id in self.ledger.entries:
            self._tell(asked)
        elif self.ledger.is_barred(asked.request_id):
            self._say(Reply(asked=asked, result="reversed", text=_TEXTS["reversed"]))
        elif self._customer is not None:
            self._say(Reply(asked=asked, result="declined", text="终端忙"))
        else:
            self._book(asked, "waiting")
            self._customer = asked
            if self.plan.choice == "hand" or self.plan.after_ms:
                self._tell(asked)
            self._begin_to_wait()

    def _refund(self, asked: Asked) -> None:
        if asked.request_id not in self.ledger.entries:
            if asked.original_id not in self.ledger.entries:
                self._say(Reply(asked=asked, result="not_found", text=_TEXTS["not_found"]))
                return
            enough = asked.amount_fen <= self.ledger.refundable_fen(asked.original_id)
            self._book(asked, "waiting")
            self.ledger.close(asked.request_id, "taken" if enough else "declined")
        self._tell(asked)

    def _reverse(self, asked: Asked) -> None:
        if self._customer is not None and self._customer.request_id == asked.original_id:
            self._leave("cancelled")
        entry = self.ledger.entries.get(asked.original_id)
        self.ledger.bar(asked.original_id)
        if entry is None:
            self._say(Reply(asked=asked, result="not_found", text=_TEXTS["not_found"]))
            return
        if entry.state == "taken":
            self.ledger.close(asked.original_id, "reversed")
        self._say(Reply(asked=asked, result="approved", amount_fen=entry.amount_fen, text=_TEXTS["reversed"]))

    def _look_up(self, asked: Asked) -> None:
        entry = self.ledger.entries.get(asked.original_id)
        if entry is None:
            found: Result = "reversed" if self.ledger.is_barred(asked.original_id) else "not_found"
            self._say(Reply(asked=asked, result=found, text=_TEXTS[found]))
        else:
            self._say(_reply(asked, entry))

    def _book(self, asked: Asked, state: EntryState) -> None:
        self._asked[asked.request_id] = asked
        self.ledger.open(
            LedgerEntry(
                request_id=asked.request_id,
                act="refund" if asked.act == "refund" else "sale",
                amount_fen=asked.amount_fen,
                state=state,
                number=self.ledger.next_number(),
                original_id=asked.original_id,
                scheme=_scheme(asked.code),
                account="" if asked.code else "622848******1234",
            )
        )

    def _begin_to_wait(self) -> None:
        """Let the customer who stands there do as planned, or walk away when the time is up."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if self._customer is None:
            return
        choice, after_s = self.plan.choice, self.plan.after_ms / 1000
        if choice == "hand" or after_s > self._customer.customer_s:
            choice, after_s = "cancel", float(self._customer.customer_s)
        if after_s == 0:
            self.choose(choice)
        else:
            self._patience = asyncio.get_running_loop().call_later(after_s, self.choose, choice)

    def _leave(self, state: EntryState) -> Asked | None:
        asked, self._customer = self._customer, None
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if asked is not None:
            self.ledger.close(asked.request_id, state)
        return asked

    def _tell(self, asked: Asked) -> None:
        self._say(_reply(asked, self.ledger.entries[asked.request_id]))

    def _say(self, reply: Reply) -> None:
        if (wrong := self.faults.get(WrongAmount)) and reply.amount_fen is not None:
            reply = msgspec.structs.replace(reply, amount_fen=reply.amount_fen + wrong.by_fen)
        moves_money = reply.asked.act in {"sale", "refund", "reversal"} and reply.result != "pending"
        if moves_money and self.faults.get(AnswerLost):
            return
        self._queue(self._speech.say(reply))

    def _queue(self, answer: bytes) -> None:
        if not self._answers.full():
            self._answers.put_nowait(answer)


def _reply(asked: Asked, entry: LedgerEntry) -> Reply:
    result = _RESULTS[entry.state]
    taken = result == "approved"
    return Reply(
        asked=asked,
        result=result,
        amount_fen=entry.amount_fen if taken else None,
        number=entry.number if taken else "",
        scheme=entry.scheme if taken else "",
        account=entry.account if taken else "",
        text=_TEXTS[result],
    )


def _scheme(code: str) -> str:
    """By the look of a payment code; a card terminal has none."""
    if not code or code.startswith("62"):
        return "unionpay"
    return "wechat" if code.startswith("1") else "alipay"
