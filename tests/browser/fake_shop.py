"""A shop in memory: enough of the hub's rules to show every screen of the till without a hub."""

from dataclasses import dataclass, field
from typing import Any

from tests.browser.fake_devices import DevicesAtTill
from tests.browser.fake_goods import items
from tests.browser.fake_manager import FakeManager
from tests.browser.fake_payments import FakePayments
from tests.browser.fake_scale import Answer, Json, refusal

APPROVAL_LIMIT_FEN = 3000


@dataclass
class FakeShop(DevicesAtTill, FakeManager, FakePayments):
    """What the hub would know; `frame` messages made by changes wait in `outbox`."""

    items: list[Json] = field(default_factory=items)
    parked: list[Json] = field(default_factory=list)
    shift: Json | None = None
    sync: Json = field(default_factory=lambda: sync_state(0, 0, connected=True))
    clock_trusted: bool = True
    commands: list[Json] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    outbox: list[Json] = field(default_factory=list)
    orders_paid: int = 0

    def sign_in_and_open(self) -> None:
        """A cashier is signed in and the shift is open."""
        self.do_SignIn({"pin": "2468", "staff_no": "0001", "terminal_id": "T01"})
        self.do_OpenShift({"shift_id": "5f" * 16, "float_fen": 300_00})
        self.outbox.clear()

    def fill(self, count: int) -> None:
        """Put so many different items on the basket."""
        for item in self.items[:count]:
            self.add(item, 1000)

    def snapshot(self) -> Json:
        """The first frame of a connection."""
        return {
            "type": "snapshot",
            "terminal_id": "T01",
            "clock_trusted": self.clock_trusted,
            "basket": self.basket,
            "parked": self.parked,
            "shift": self.shift,
            "sync": self.sync,
            "devices": self.devices,
            "prints": self.prints,
            "paying": self.paying(),
        }

    def command(self, body: Json) -> Answer:
        """The same id is answered once and the same for ever."""
        command_id = body["command_id"]
        if command_id not in self.answers:
            self.commands.append(body)
            self.answers[command_id] = getattr(self, f"do_{body['type']}")(body)
        return self.answers[command_id]

    def shop(self) -> Json:
        """What a page asks before anybody signs in."""
        return {
            "store_id": "S001",
            "name": "店枢演示店",
            "name_en": "Dianshu demo store",
            "terminals": [
                {"terminal_id": "T01", "name": "1 号收银台"},
                {"terminal_id": "T02", "name": "2 号收银台"},
            ],
            "is_demo": True,
            "demo_logins": [
                {"staff_no": "0001", "pin": "2468", "role": "cashier"},
                {"staff_no": "0009", "pin": "2468", "role": "manager"},
            ],
        }

    def by_code(self, code: str) -> Json:
        """The item that a barcode belongs to."""
        return next(item for item in self.items if item["code"] == code)

    def find(self, item_id: str) -> Json:
        """One item."""
        return next(item for item in self.items if item["item_id"] == item_id)

    def page(self, category: str | None, query: str | None, limit: int) -> Json:
        """One page of the catalogue."""
        found = [
            item
            for item in self.items
            if (
                query
                and (
                    query in item["name"] or query.lower() in item["name_en"].lower() or query == item["code"]
                )
            )
            or (not query and item["category"] == category)
        ]
        return {"version": 1, "items": found[:limit], "more": len(found) > limit}

    def do_SignIn(self, body: Json) -> Answer:
        """Cashier 0001 and manager 0009, both with 2468."""
        if body["pin"] != "2468":
            return refusal("identity.sign_in_refused", "工号或密码不正确，请重新输入")
        self.who = {
            "session_id": "5e" * 16,
            "staff_id": "st" * 16,
            "staff_no": body["staff_no"],
            "role": "cashier",
            "terminal_id": body["terminal_id"],
            "permissions": ["orders.sell", "payments.shift"],
        }
        return 200, self.who

    def do_SignOut(self, _body: Json) -> Answer:
        """Nothing is left of a session."""
        self.who = None
        return 200, None

    def do_OpenShift(self, body: Json) -> Answer:
        """A shift with its float."""
        self.shift = {
            "shift_id": body["shift_id"],
            "terminal_id": "T01",
            "business_date": "2026-11-22",
            "state": "open",
            "opened_by": "st" * 16,
            "opened_ms": 1_795_000_000_000,
            "float_fen": body["float_fen"],
        }
        self.say("shift", shift=self.shift)
        return 200, {"shift_id": body["shift_id"], "terminal_id": "T01", "business_date": "2026-11-22"}

    def do_CloseShift(self, body: Json) -> Answer:
        """The blind count is compared only now."""
        totals = self._totals()
        self.shift = None
        self.say("shift", shift=None)
        counted_fen = body["counted_fen"]
        return 200, totals | {
            "counted_fen": counted_fen,
            "difference_fen": counted_fen - totals["expected_fen"],
        }

    def do_TakeXReport(self, body: Json) -> Answer:
        """Only with a manager."""
        return self._denied(body) or (200, self._totals())

    def do_OpenDrawer(self, body: Json) -> Answer:
        """Only with a manager."""
        return self._denied(body) or (200, {"release_id": "0" * 32, "terminal_id": "T01"})

    def do_ScanCode(self, body: Json) -> Answer:
        """A known code is added; an unknown one asks."""
        item = next((item for item in self.items if item["code"] == body["code"]), None)
        if item is None:
            return 200, {"outcome": "unknown", "code": body["code"], "item_id": None}
        return self.add(item, 1000)

    def do_AddItem(self, body: Json) -> Answer:
        """A tile was touched; a weight typed beside a working scale needs a manager."""
        item = self.find(body["item_id"])
        if item["sold_by"] == "weight" and self.devices and (denied := self._denied(body)):
            return denied
        return self.add(item, body["qty_milli"])

    def add(self, item: Json, qty_milli: int) -> Answer:
        """Raise the item's line, or make one."""
        if self.basket is None:
            self.basket = {
                "order_id": f"{len(self.commands):032x}",
                "terminal_id": "T01",
                "state": "open",
                "tax_fen": 0,
                "lines": [],
            }
        lines = self.basket["lines"]
        line = next(
            (line for line in lines if line["item_id"] == item["item_id"] and line["state"] == "live"), None
        )
        if line is None:
            line = {
                "line_id": f"line-{len(lines) + 1}",
                "line_no": len(lines) + 1,
                **{
                    name: item[name]
                    for name in ("item_id", "sku", "code", "name", "name_en", "unit", "sold_by")
                },
                "unit_price_fen": item["price_fen"],
                "qty_milli": 0,
                "tax_rate_bp": 1300,
                "tax_fen": 0,
                "state": "live",
                "weighed_by": None,
                "tare_g": None,
            }
            lines.append(line)
        line["qty_milli"] += qty_milli
        self.changed(line["line_id"])
        return 200, {"outcome": "added", "order_id": self.basket["order_id"], "line_id": line["line_id"]}

    def do_SetQuantity(self, body: Json) -> Answer:
        """A lower quantity above the limit needs a manager."""
        line = self._line(body["line_id"])
        lowered_fen = (line["qty_milli"] - body["qty_milli"]) * line["unit_price_fen"] // 1000
        if lowered_fen > APPROVAL_LIMIT_FEN and (denied := self._denied(body)):
            return denied
        line["qty_milli"] = body["qty_milli"]
        return self.changed(line["line_id"])

    def do_VoidLine(self, body: Json) -> Answer:
        """A void above the limit needs a manager."""
        line = self._line(body["line_id"])
        if line["amount_fen"] > APPROVAL_LIMIT_FEN and (denied := self._denied(body)):
            return denied
        line["state"] = "voided"
        return self.changed(None)

    def do_ParkBasket(self, _body: Json) -> Answer:
        """Put the basket aside."""
        assert self.basket
        self.parked.append(self._row() | {"basket": self.basket})
        return self._emptied()

    def do_ResumeBasket(self, body: Json) -> Answer:
        """Take a basket back."""
        row = next(row for row in self.parked if row["order_id"] == body["order_id"])
        self.parked.remove(row)
        self.basket = row["basket"]
        self.say("parked", parked=self.parked)
        return self.changed(None)

    def do_ClearBasket(self, body: Json) -> Answer:
        """Give the basket up; above the limit with a manager."""
        assert self.basket
        if self.basket["total_fen"] > APPROVAL_LIMIT_FEN and (denied := self._denied(body)):
            return denied
        return self._emptied()

    def do_PayCash(self, body: Json) -> Answer:
        """Take the money; the receipt goes to the printer."""
        assert self.basket
        due_fen = self.due_fen()
        if body["due_fen"] != due_fen:
            return refusal("orders.total_changed", "合计已变")
        parts = self.payments_of(
            [one for one in self.attempts if one["holds"] and one["state"] == "approved"]
        )
        return 200, self.placed(body["tendered_fen"] - due_fen, parts)

    def placed(self, change_fen: int, payments: list[Json]) -> Json:
        """The basket becomes an order."""
        assert self.basket
        self.orders_paid += 1
        order = {
            "order_id": self.basket["order_id"],
            "receipt_no": f"S001-T01-20261122-{self.orders_paid:04d}",
            "business_date": "2026-11-22",
            "total_fen": self.basket["total_fen"],
            "change_fen": change_fen,
            "payments": payments,
        }
        self._emptied()
        return order

    def do_SettlePrint(self, body: Json) -> Answer:
        """A person has looked at the paper."""
        self.prints = [job for job in self.prints if job["job_id"] != body["job_id"]]
        self.say("prints", prints=self.prints)
        return 200, {"job_id": None}

    def say(self, kind: str, **parts: Any) -> None:
        """A frame for every open page."""
        self.outbox.append({"type": kind, **parts})

    def changed(self, touched_line_id: str | None) -> Answer:
        """Add the basket up again and show it."""
        assert self.basket
        for line in self.basket["lines"]:
            line["amount_fen"] = line["unit_price_fen"] * line["qty_milli"] // 1000
        live = [line for line in self.basket["lines"] if line["state"] == "live"]
        self.basket["total_fen"] = sum(line["amount_fen"] for line in live)
        self.basket["item_count"] = sum(
            1 if line["sold_by"] == "weight" else line["qty_milli"] // 1000 for line in live
        )
        self.basket["touched_line_id"] = touched_line_id
        self.say("basket", basket=self.basket)
        return 200, {
            "order_id": self.basket["order_id"],
            "state": "open",
            "total_fen": self.basket["total_fen"],
        }

    def _emptied(self) -> Answer:
        assert self.basket
        answer = {
            "order_id": self.basket["order_id"],
            "state": "parked",
            "total_fen": self.basket["total_fen"],
        }
        self.basket = None
        self.say("basket", basket=None)
        self.say("parked", parked=self.parked)
        return 200, answer

    def _line(self, line_id: str) -> Json:
        assert self.basket
        return next(line for line in self.basket["lines"] if line["line_id"] == line_id)

    def _row(self) -> Json:
        assert self.basket
        return {
            "order_id": self.basket["order_id"],
            "terminal_id": "T01",
            "state": "parked",
            "opened_ms": 1_795_000_000_000,
            "changed_ms": 1_795_000_060_000,
            "total_fen": self.basket["total_fen"],
            "tax_fen": 0,
            "line_count": len(self.basket["lines"]),
            "label": "",
            "cashier_id": None,
            "receipt_no": None,
            "business_date": None,
            "shift_id": None,
            "paid_ms": None,
            "change_fen": 0,
        }

    def _totals(self) -> Json:
        assert self.shift
        return {
            "shift_id": self.shift["shift_id"],
            "terminal_id": "T01",
            "business_date": "2026-11-22",
            "float_fen": self.shift["float_fen"],
            "cash_fen": 128_50,
            "expected_fen": self.shift["float_fen"] + 128_50,
            "payment_count": 4,
            "no_sale_count": 1,
            "counted_fen": None,
            "difference_fen": None,
        }

    def _denied(self, body: Json) -> Answer | None:
        approval = body.get("approval")
        if not approval:
            return refusal("audit.approval_needed", "此操作需要店长授权")
        if approval["pin"] != "2468":
            return refusal("audit.approval_pin_wrong", "店长工号或密码不正确，请重新输入")
        return None


def sync_state(pending: int, oldest_age_s: int, connected: bool) -> Json:
    return {
        "connected": connected,
        "state": "ok",
        "reason": None,
        "head_seq": 100,
        "applied": 100 - pending,
        "pending_events": pending,
        "pending_money_fen": None,
        "oldest_age_s": oldest_age_s,
        "last_ack_at_ms": None,
    }
