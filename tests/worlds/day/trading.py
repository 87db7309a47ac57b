"""A day played against the real processes, watched from beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress

import msgspec

from hub.app.demo.day.plan import customers_of, read_day
from hub.app.demo.day.player import DayPlayer
from hub.app.demo.day.record import DayRecord
from hub.kernel.money import yuan
from hub.modules.orders.events import OrderPaid
from tests.worlds.day.evidence import Evidence
from tests.worlds.day.memory import resident_kib
from tests.worlds.stack.waiting import eventually
from tests.worlds.stack.world import GATEWAY, World

SETTLED_AFTER = 0.3
"""Share of the day after which a gateway has met everything once."""


def tell_nobody(served: int, record: DayRecord) -> None:
    """For those who only want the end."""


class Trading:
    """One day: who comes is decided by the seed; the gateway dies after the customers named."""

    Told = Callable[[int, DayRecord], None]

    def __init__(
        self,
        world: World,
        seed: int,
        customers: int,
        kill_after: Collection[int] = (),
        told: Told = tell_nobody,
    ) -> None:
        short = msgspec.structs.replace(
            read_day("saturday"),
            weighed_percent=30,
            things=(1, 4),
            tenders={"cash": 1, "card": 1, "code": 1},
            at_terminal={"decline": 8, "cancel": 8},
        )
        self._world = world
        self._kill_after = set(kill_after)
        self._told = told
        self._player = DayPlayer(world.places, short, customers_of(short, seed, customers))
        self.memory_kib: list[int] = []

    def play(self) -> DayRecord:
        """The whole day; what the journal says of it fits what was done."""
        self._world.mend()
        after = self._world.books.head_seq()
        record = asyncio.run(self._player.play(self._watch))
        eventually(lambda: self._world.books.head_seq() > after, "the day in the journal")
        Evidence(record, self._world.books, after).check()
        last_fen = self._world.books.events(OrderPaid.type_name(), after)[-1]["total_fen"]
        eventually(lambda: yuan(last_fen) in self._on_display(), "the last total on the customer's display")
        return record

    def _on_display(self) -> str:
        return "".join(self._world.bench.device("display-1")["display"]["lines"])

    @property
    def growth_kib(self) -> int:
        """How much the gateway holds at the end beyond what it held when it had settled."""
        settled = self.memory_kib[int(len(self.memory_kib) * SETTLED_AFTER)]
        return self.memory_kib[-1] - settled

    def _watch(self, served: int, of: int, at_min: int, record: DayRecord) -> None:
        if served in self._kill_after:
            self._world.kill(GATEWAY)
            self._world.start_again(GATEWAY)
        with suppress(FileNotFoundError):
            self.memory_kib.append(resident_kib(self._world.stack.children.pid(GATEWAY)))
        self._told(served, record)
