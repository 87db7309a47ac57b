"""A cashier at the till: the same calls as the till's page makes, in the order of a person's work."""

import asyncio
from typing import Any

from hub.app.demo.day.bench import BenchHands
from hub.app.demo.day.calls import CallRefused, Calls
from hub.app.demo.day.paying import MANAGERS_PIN, Terminals
from hub.app.demo.day.plan import Purse, Thing
from hub.app.demo.day.record import Attempt, DayRecord, Weighed
from hub.app.demo.day.screen import Screen
from hub.app.demo.seed import TILL
from hub.kernel.ids import new_id

LOOKS_S = 1.0
"""So long a cashier looks for what a scan should bring before trying again."""
WEIGHS_S = 3.0
REACTS_S = 0.3
"""Nobody touches the screen sooner after putting something down."""
TRIES = 2
NOTE_FEN = 10_00


class Cashier:
    """Serves with what stands on the counter; whatever will not work is done by hand."""

    def __init__(
        self, till: Calls, screen: Screen, hands: BenchHands, record: DayRecord, devices: list[Any]
    ) -> None:
        self._till = till
        self._screen = screen
        self._hands = hands
        self._record = record
        self._scanners = [str(one["device_id"]) for one in devices if one["kind"] == "scanner"]
        self._scale = next((one["device_id"] for one in devices if one["kind"] == "scale"), None)
        self._terminals = Terminals(till, screen, hands, record)
        self._cash_fen = 0
        self._shift_id = ""

    async def open_shift(self, float_fen: int) -> None:
        """Start taking money; one that is open already is taken over."""
        current = await self._till.get("/api/payments/shifts/current")
        if current is not None:
            await self._count(current["shift_id"], 0)
        self._shift_id, self._cash_fen = new_id(), float_fen
        body = {"shift_id": self._shift_id, "terminal_id": TILL, "float_fen": float_fen}
        await self._till.command("/api/payments/shifts/open", **body)

    async def close_shift(self) -> None:
        """Count the drawer; what should not differ is kept if it does."""
        await self._put_aside()
        totals = await self._count(self._shift_id, self._cash_fen)
        self._record.difference_fen += totals["difference_fen"]
        self._record.shifts += 1

    async def take(self, thing: Thing) -> None:
        """Onto the basket: scanned or weighed, typed at last."""
        if thing.grams is None:
            await self.scan(thing.item.barcodes[0])
        else:
            await self._weigh(thing.item.item_id, thing.grams)

    async def scan(self, code: str) -> None:
        """Hold a code under the scanners until the till heeds it; else type it."""
        for number in range(TRIES):
            if await self._try_scan(self._scanner(number), code):
                return
        self._record.typed_codes += 1
        await self._till.command("/api/orders/scan", terminal_id=TILL, code=code)

    async def pay(self, purse: Purse) -> None:
        """Take what is due by the customer's card or code, in cash where that comes to nothing."""
        basket = await self._till.get("/api/orders/basket")
        if basket is None or not basket["lines"]:
            return
        tender = purse.tender
        if tender == "cash" or not await self._terminals.take(basket, purse, self._show_code):
            tender = "cash"
            await self._take_cash(basket)
        paid = (await self._till.get(f"/api/orders/{basket['order_id']}"))["order"]
        self._record.sales += 1
        self._record.taken_fen += paid["total_fen"]
        self._record.tenders[tender] += 1
        self._record.lines += len(basket["lines"])
        self._record.receipts[paid["order_id"]] = paid["receipt_no"]

    async def _take_cash(self, basket: Any) -> None:
        """In notes, the next ten above what is due."""
        due_fen = basket["total_fen"]
        body = {"order_id": basket["order_id"], "payment_id": new_id(), "due_fen": due_fen}
        tendered_fen = -(-due_fen // NOTE_FEN) * NOTE_FEN
        paid = await self._till.command("/api/orders/pay-cash", **body, tendered_fen=tendered_fen)
        self._cash_fen += paid["total_fen"]

    async def void_last(self) -> None:
        """The customer does not want the last thing after all."""
        basket = await self._till.get("/api/orders/basket")
        if basket is not None and len(basket["lines"]) > 1:
            line_id = basket["lines"][-1]["line_id"]
            body = {"order_id": basket["order_id"], "line_id": line_id, "approval": MANAGERS_PIN}
            await self._till.command("/api/orders/void-line", **body)
            self._record.voids += 1

    async def park_and_resume(self) -> None:
        """The customer runs back for something; the basket waits."""
        basket = await self._till.get("/api/orders/basket")
        if basket is not None and basket["lines"]:
            await self._till.command("/api/orders/park", order_id=basket["order_id"])
            body = {"order_id": basket["order_id"], "terminal_id": TILL}
            await self._till.command("/api/orders/resume", **body)
            self._record.parks += 1

    async def open_drawer(self) -> None:
        """Somebody wants change for a note."""
        body = {"terminal_id": TILL, "reason": "换零钱", "approval": MANAGERS_PIN}
        await self._till.command("/api/payments/drawer/open", **body)
        self._record.no_sales += 1

    async def prints_are_done(self, within_s: float) -> bool:
        """Whether, after waiting for it a while, no print job of the till is waiting or asks a person."""
        return bool(await self._screen.until(lambda: not self._screen.prints, within_s))

    async def settle_prints(self) -> None:
        """Look at the paper of each job that nobody can tell of, and say whether it is there."""
        for job in self._screen.prints:
            if job.state in ("unknown", "held", "failed"):
                receipt_no = self._record.receipts.get(job.order_id)
                there = any(paper.receipt_no == receipt_no for paper in self._record.papers)
                try:
                    body = {"job_id": job.job_id, "is_printed": there}
                    await self._till.command("/api/devices/prints/settle", **body)
                except CallRefused as refused:
                    if refused.code != "devices.print_job_settled":
                        raise

    async def settle_payments(self, within_s: float) -> None:
        """See to it that every card and code payment of the day has come to its end."""
        await self._terminals.look_after_open(within_s)

    def _scanner(self, number: int = 0) -> str:
        return self._scanners[(len(self._record.attempts) + number) % len(self._scanners)]

    async def _show_code(self, code: str) -> None:
        """The customer's screen under a scanner."""
        seen = self._screen.payments_moved
        await self._hold(self._scanner(), code, "")
        await self._screen.payments_news(seen, LOOKS_S)

    async def _try_scan(self, device_id: str, code: str) -> bool:
        before = self._screen.heeded, self._screen.refused
        await self._hold(device_id, code, code)
        await self._screen.until(lambda: self._screen.heeded > before[0], LOOKS_S)
        return self._screen.heeded > before[0] and self._screen.refused == before[1]

    async def _hold(self, device_id: str, code: str, kept: str) -> None:
        """Hold a code under a scanner, and keep of it what the hub may."""
        faults = await self._hands.faults_of(device_id)
        heard = await self._hands.scan(device_id, code)
        faults = tuple(sorted({*faults, *await self._hands.faults_of(device_id)}))
        self._record.attempts.append(Attempt(device_id, kept, heard, faults))

    async def _weigh(self, item_id: str, grams: int) -> None:
        if self._scale is None:
            await self._type_weight(item_id, grams)
            return
        faults = await self._hands.faults_of(self._scale)
        before_g = await self._hands.drift_g(self._scale)
        await self._hands.put(self._scale, grams)
        await asyncio.sleep(REACTS_S)
        sold_g = await self._sell_by_weight(item_id)
        faults = tuple(sorted({*faults, *await self._hands.faults_of(self._scale)}))
        after_g = await self._hands.drift_g(self._scale)
        await self._hands.put(self._scale, 0)
        self._record.weighings.append(Weighed(grams, sold_g, faults, before_g, after_g))
        if sold_g is None:
            await self._type_weight(item_id, grams)

    async def _sell_by_weight(self, item_id: str) -> int | None:
        """Once the till says that it may be sold; None if it does not say so in time."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + WEIGHS_S
        while (left_s := until_s - loop.time()) > 0:
            await self._screen.until(self._fit_for_sale, left_s)
            try:
                body = {"terminal_id": TILL, "item_id": item_id}
                answer = await self._till.command("/api/devices/weigh-item", **body)
            except CallRefused as refused:
                if not refused.code.startswith("devices."):
                    raise
                self._screen.weight = None  # it speaks of what was there before
                continue
            return int(answer["qty_milli"])
        return None

    def _fit_for_sale(self) -> bool:
        weight = self._screen.weight
        return weight is not None and not weight.reason and bool(weight.grams)

    async def _type_weight(self, item_id: str, grams: int) -> None:
        self._record.typed_weights += 1
        body = {"terminal_id": TILL, "item_id": item_id, "qty_milli": grams, "approval": MANAGERS_PIN}
        await self._till.command("/api/orders/add-item", **body)

    async def _put_aside(self) -> None:
        basket = await self._till.get("/api/orders/basket")
        if basket is not None:
            verb = "park" if basket["lines"] else "clear"
            await self._till.command(f"/api/orders/{verb}", order_id=basket["order_id"])

    async def _count(self, shift_id: str, counted_fen: int) -> Any:
        body = {"shift_id": shift_id, "counted_fen": counted_fen}
        return await self._till.command("/api/payments/shifts/close", **body)
