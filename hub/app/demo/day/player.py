"""Plays a planned day against a running shop: devices by the bench, the till by the hub's API."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import httpx

from hub.app.demo.day.bench import BenchHands, is_copy, number_on
from hub.app.demo.day.calls import Calls
from hub.app.demo.day.cashier import Cashier
from hub.app.demo.day.plan import Customer, Day, minutes
from hub.app.demo.day.record import DayRecord, Paper
from hub.app.demo.day.screen import screen_of
from hub.app.demo.places import Places
from hub.app.demo.seed import CASHIER, TILL

ANSWERS_WITHIN_S = 20.0
PRINTS_WITHIN_S = 30.0
PAYMENTS_WITHIN_S = 90.0
USUAL_CUSTOMER_MS = 1500
LOOK_AGAIN_S = 1.0
UNKNOWN_CODE = "6999999999994"


class Watch(Protocol):
    """Told after each customer."""

    def __call__(self, served: int, of: int, at_min: int, record: DayRecord) -> None: ...


class DayPlayer:
    """One cashier, one till, one day; `speed` times as fast as life, or without a pause at 0."""

    def __init__(self, places: Places, day: Day, customers: Sequence[Customer], speed: float = 0) -> None:
        self._places = places
        self._day = day
        self._customers = customers
        self._speed = speed
        self._shifts_to_come = sorted(minutes(time) for time in day.shifts)
        self._last_paper = 0
        self._booked_before: set[str] = set()
        self.record = DayRecord()

    async def play(self, watch: Watch) -> DayRecord:
        """The whole day, the till's shifts and the drawer's count included."""
        async with self._at_work() as (cashier, hands):
            await self._begin(hands)
            start_s = asyncio.get_running_loop().time()
            for number, customer in enumerate(self._customers, 1):
                await self._let_time_pass(customer, start_s)
                await self._change_shift(cashier, customer.at_min)
                await self._serve(cashier, hands, customer)
                watch(number, len(self._customers), customer.at_min, self.record)
            await hands.mend()
            await self._let_printing_end(cashier, hands)
            await cashier.settle_payments(PAYMENTS_WITHIN_S)
            await cashier.close_shift()
            await self._leave(hands)
        return self.record

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[tuple[Cashier, BenchHands]]:
        ports = self._places.ports
        async with httpx.AsyncClient(timeout=ANSWERS_WITHIN_S, headers={"accept-language": "en"}) as client:
            till = Calls(client, f"http://127.0.0.1:{ports.hub}")
            body = {"terminal_id": TILL, "staff_no": CASHIER.staff_no, "pin": CASHIER.pin}
            await till.command("/api/sign-in", **body)
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            hands = BenchHands(client, f"http://127.0.0.1:{ports.bench}")
            async with screen_of(f"ws://127.0.0.1:{ports.hub}/ws/terminal/{TILL}", cookie) as screen:
                devices = await hands.devices()
                yield Cashier(till, screen, hands, self.record, devices), hands

    async def _begin(self, hands: BenchHands) -> None:
        """What was printed and booked before is not this day's."""
        self._last_paper = max((paper["number"] for paper in await hands.papers(0)), default=0)
        self._booked_before = {taken.request_id for taken in await hands.books()}

    async def _leave(self, hands: BenchHands) -> None:
        """What one may learn of the counter at the day's end; the next customers take their time."""
        await hands.close_drawers()
        await hands.customer_will("approve", USUAL_CUSTOMER_MS)
        self.record.faults = await hands.faults_met()
        self.record.books = [
            taken for taken in await hands.books() if taken.request_id not in self._booked_before
        ]

    async def _let_time_pass(self, customer: Customer, start_s: float) -> None:
        if self._speed:
            due_s = (customer.at_min - self._customers[0].at_min) * 60 / self._speed
            await asyncio.sleep(max(0.0, start_s + due_s - asyncio.get_running_loop().time()))

    async def _change_shift(self, cashier: Cashier, at_min: int) -> None:
        due = [time for time in self._shifts_to_come if time <= at_min]
        if not due:
            return
        if self.record.customers:
            await cashier.close_shift()
        await cashier.open_shift(self._day.float_fen)
        self._shifts_to_come = self._shifts_to_come[len(due) :]

    async def _serve(self, cashier: Cashier, hands: BenchHands, customer: Customer) -> None:
        self.record.customers += 1
        for thing in customer.things:
            await cashier.take(thing)
        if customer.mishap == "unknown_code":
            await cashier.scan(UNKNOWN_CODE)
        elif customer.mishap == "void":
            await cashier.void_last()
        elif customer.mishap == "park":
            await cashier.park_and_resume()
        await cashier.pay(customer.purse)
        if customer.mishap == "no_sale":
            await cashier.open_drawer()
        await hands.close_drawers()
        await self._look_at_the_papers(cashier, hands)

    async def _let_printing_end(self, cashier: Cashier, hands: BenchHands) -> None:
        until_s = asyncio.get_running_loop().time() + PRINTS_WITHIN_S
        while asyncio.get_running_loop().time() < until_s:
            is_done = await cashier.prints_are_done(LOOK_AGAIN_S)
            await self._look_at_the_papers(cashier, hands)
            if is_done:
                return

    async def _look_at_the_papers(self, cashier: Cashier, hands: BenchHands) -> None:
        for paper in await hands.papers(self._last_paper):
            self._last_paper = paper["number"]
            self.record.blank_papers += not paper["text"].strip()
            if (receipt_no := number_on(paper)) is not None:
                self.record.papers.append(Paper(paper["device_id"], receipt_no, is_copy(paper)))
        await cashier.settle_prints()
