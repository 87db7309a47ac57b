"""Tills that sell on and on while something dies: what each was told, and whether it is true."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import msgspec

from hub.app.demo.seed import Good
from tests.worlds.stack.books import Books
from tests.worlds.stack.till import Till, answer_of
from tests.worlds.stack.waiting import WAIT_S, eventually

PAID = "orders.order_paid.v1"
PLACE, PAY = "/api/orders/place", "/api/orders/pay-cash"
BY_BASKET = 0.5


class Told(msgspec.Struct, frozen=True):
    """A till sent an order and was answered."""

    path: str
    command: dict[str, Any]
    receipt_no: str
    total_fen: int


class Trade:
    """Some tills at once, each one order after the other, every order sent until it is answered."""

    def __init__(self, tills: list[Till], shelf: list[Good], seed: int) -> None:
        self.told: list[Told] = []
        self._tills = tills
        self._shelf = shelf
        self._seed = seed
        self._enough = threading.Event()
        self._news = threading.Condition()

    @contextmanager
    def going_on(self) -> Iterator[Trade]:
        """Selling, until the end of the block; what went wrong at a till comes out there."""
        with ThreadPoolExecutor(len(self._tills)) as people:
            working = [people.submit(self._sell_on, till, number) for number, till in enumerate(self._tills)]
            try:
                yield self
            finally:
                self._enough.set()
        for one in working:
            one.result()

    def sold(self, more: int) -> None:
        """Wait until so many more orders were answered."""
        with self._news:
            until = len(self.told) + more
            assert self._news.wait_for(lambda: len(self.told) >= until, WAIT_S), "nothing is sold any more"

    def check(self, books: Books, after: int) -> None:
        """Everything that was answered is in the journal, under its number, once."""
        paid = books.events(PAID, after)
        by_order = Counter(event["order_id"] for event in paid)
        told = {one.command["order_id"]: one for one in self.told}
        assert [order_id for order_id in told if by_order[order_id] != 1] == []
        for event in paid:
            if (one := told.get(event["order_id"])) is not None:
                assert (event["receipt_no"], event["total_fen"]) == (one.receipt_no, one.total_fen)
        assert max(Counter(event["receipt_no"] for event in paid).values()) == 1

    def ask_again(self) -> None:
        """The last orders are sent once more: the same answer, no other sale."""
        for one in self.told[-len(self._tills) :]:
            again = self._tills[0].post(one.path, **one.command)
            assert (again["receipt_no"], again["total_fen"]) == (one.receipt_no, one.total_fen)

    def _sell_on(self, till: Till, number: int) -> None:
        dice = random.Random(f"{self._seed}/{number}")
        while not self._enough.is_set():
            things = dice.sample(self._shelf, dice.randint(1, 4))
            if dice.random() < BY_BASKET:
                path, (command, answer) = PAY, till.sell_patiently(*things)
            else:
                path, command = PLACE, till.order_of(*things)
                answer = answer_of(till.insist(PLACE, **command))
            with self._news:
                self.told.append(Told(path, command, answer["receipt_no"], answer["total_fen"]))
                self._news.notify_all()


def all_is_in_the_cloud(till: Till, books: Books) -> None:
    """Wait until the cloud has acknowledged the whole journal."""

    def done() -> bool:
        sync = till.sync()
        return bool(sync["connected"] and sync["pending_events"] == 0 and sync["applied"] == books.head_seq())

    eventually(done, "the acknowledgement of everything", 2 * WAIT_S)
