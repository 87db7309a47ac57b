"""A played day against the hub's journal: what must be true of it whatever the devices suffered."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from hub.app.demo.day.record import Attempt, DayRecord, Weighed
from hub.devices.events import PrintFinished, PrintQueued, ScanRead, ScanRefused
from hub.modules.orders.events import LineAdded, OrderPaid
from hub.modules.payments.attempt_model import OPEN
from hub.modules.payments.events import AttemptMoved, AttemptOpened, PaymentTaken
from tests.worlds.stack.books import Books

DIVISION_G = 5
DESTROYS = {"noise", "garbage_at_power_up", "wrong_parity", "split_frames", "unplugged", "silent", "away"}
"""Faults with which a code may reach nobody whole, though the scanner has sent it."""


class Evidence:
    """What the journal says of a day, beside what its hands did and saw."""

    def __init__(self, record: DayRecord, books: Books, after: int) -> None:
        self._record = record
        self._books = books
        self._after = after

    def check(self) -> None:
        """Prints, money, weights and scans."""
        self.check_prints()
        self.check_money()
        self.check_weights()
        self.check_scans()

    def check_prints(self) -> None:
        """A sale has one original at most, and just one where its printer confirmed it; so have copies.

        No paper is blank.
        """
        assert self._record.blank_papers == 0
        ends = self._ends()
        paper = Counter((one.receipt_no, one.is_copy) for one in self._record.papers)
        promised: Counter[tuple[str, bool]] = Counter()
        possible: Counter[tuple[str, bool]] = Counter()
        jobs = self._events(PrintQueued)
        for job in jobs:
            receipt_no = self._record.receipts.get(job["order_id"])
            if job["document"] != "receipt" or receipt_no is None:
                continue
            assert ends[job["job_id"]], f"never ended: {job}"
            possible[receipt_no, job["is_copy"]] += 1
            promised[receipt_no, job["is_copy"]] += "printed" in ends[job["job_id"]]
        assert len(self._record.receipts) == sum(not is_copy for _, is_copy in possible)
        assert {key: (paper[key], most) for key, most in possible.items() if paper[key] > most} == {}
        assert {key: (paper[key], least) for key, least in promised.items() if paper[key] < least} == {}
        assert set(paper) <= set(possible)

    def check_money(self) -> None:
        """An order is paid once and in full; what an acquirer took is booked, or asks a person by name."""
        paid = {order["order_id"]: order["total_fen"] for order in self._events(OrderPaid)}
        assert len(paid) == len(self._events(OrderPaid)) == self._record.sales
        booked: Counter[str] = Counter()
        for payment in self._events(PaymentTaken):
            booked[payment["order_id"]] += payment["amount_fen"]
        assert booked == paid
        self._check_acquirers()

    def _check_acquirers(self) -> None:
        """The acquirers' books are the hub's, but for the attempts that nobody knows the end of."""
        stands = self.attempts()
        unsettled = {attempt_id for attempt_id, state in stands.items() if state in OPEN}
        assert unsettled == set(self._record.unsettled), {one: stands.get(one) for one in unsettled}
        sales = [line for line in self._record.books if line.act == "sale"]
        assert {line.request_id for line in sales} <= set(stands), "asked for by nobody"
        for line in sales:
            one_way = (line.amount_fen,) if line.state == "taken" else ()
            and_back = (line.amount_fen, -line.amount_fen)
            assert line.moved_fen == one_way or (line.state, line.moved_fen) == ("reversed", and_back), line
        taken = {line.request_id: line.amount_fen for line in sales if line.state == "taken"}
        booked = {
            payment["payment_id"]: payment["amount_fen"]
            for payment in self._events(PaymentTaken)
            if payment["tender"] != "cash"
        }
        settled = {key: fen for key, fen in taken.items() if key not in unsettled}
        assert settled == booked
        assert {key for key, state in stands.items() if state == "booked"} == set(booked)

    def attempts(self) -> dict[str, str]:
        """Where each card or code payment of the day stands."""
        opened = [(event["attempt_id"], event["state"]) for event in self._events(AttemptOpened)]
        moved = [(event["attempt_id"], event["state"]) for event in self._events(AttemptMoved)]
        ids = {attempt_id for attempt_id, _ in opened}
        booked = {event["payment_id"] for event in self._events(PaymentTaken)} & ids
        return dict([*opened, *(one for one in moved if one[0] in ids)]) | dict.fromkeys(booked, "booked")

    def check_weights(self) -> None:
        """What was sold lay there, at rest, and the scale said so in the frame that was kept."""
        for weighed in self._record.weighings:
            if "shaken_pan" in weighed.faults or "away" in weighed.faults:
                assert weighed.sold_g is None or "away" in weighed.faults, weighed
            if weighed.sold_g is not None:
                assert lay_there(weighed, weighed.sold_g), weighed
        said = [event["weighing"] for event in self._events(LineAdded) if event.get("weighing")]
        assert len(said) == sum(weighed.sold_g is not None for weighed in self._record.weighings)
        for weighing in said:
            frame = f"\x02{weighing['grams'] // 1000:02d}.{weighing['grams'] % 1000:03d}\r"
            assert bytes.fromhex(weighing["raw_hex"]) == frame.encode()

    def check_scans(self) -> None:
        """Each code that came whole over the wire is a line or a refused scan; none was made up."""
        for device_id in {attempt.device_id for attempt in self._record.attempts}:
            sent = [one for one in self._record.attempts if one.device_id == device_id]
            taken = Counter(one["text"] for one in self._of(device_id, ScanRead))
            refused = Counter(one["text"] for one in self._of(device_id, ScanRefused))
            whole = Counter(one.code for one in sent if is_whole(one))
            assert whole - (taken + refused) == Counter(), device_id
            del refused[""]  # misread
            assert (taken + refused) - Counter(one.code for one in sent) == Counter(), device_id

    def _ends(self) -> dict[str, list[str]]:
        ends = defaultdict(list)
        for event in self._events(PrintFinished):
            ends[event["job_id"]].append(event["state"])
        return ends

    def _of(self, device_id: str, kind: type[Any]) -> list[Any]:
        return [event for event in self._events(kind) if event["device_id"] == device_id]

    def _events(self, kind: type[Any]) -> list[Any]:
        return self._books.events(kind.type_name(), self._after)


def is_whole(attempt: Attempt) -> bool:
    """Whether nothing was in a scan's way."""
    return attempt.heard and not DESTROYS & set(attempt.faults)


def lay_there(weighed: Weighed, sold_g: int) -> bool:
    """Whether the pan showed this, drift and all.

    What a drifting pan showed while empty is at rest too, and fresh for a moment after.
    """
    drifts = sorted((0, weighed.before_g, weighed.after_g))
    least_g, most_g = weighed.load_g + drifts[0], weighed.load_g + drifts[-1]
    off_g = DIVISION_G if any(drifts) else DIVISION_G / 2
    if least_g - off_g <= sold_g <= most_g + off_g:
        return True
    return weighed.before_g != 0 and abs(sold_g - weighed.before_g) <= 2 * DIVISION_G
