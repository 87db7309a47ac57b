"""The evidence finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from hub.app.demo.day.record import Attempt, DayRecord, Paper, Taken, Weighed
from hub.devices.events import PrintFinished, PrintQueued, ScanRead, ScanRefused
from hub.modules.orders.events import LineAdded, OrderPaid
from hub.modules.payments.events import AttemptMoved, AttemptOpened, PaymentTaken
from tests.worlds.day.evidence import Evidence
from tests.worlds.stack.books import Books

NO = "S001-T01-20261126-0001"
QUEUED = {"job_id": "j1", "document": "receipt", "order_id": "o1", "is_copy": False}
PRINTED = {"job_id": "j1", "state": "printed"}
FRAME = "0230312e3235300d"


class FakeBooks:
    """A journal of what a test says."""

    def __init__(self, **events: list[Any]) -> None:
        self._events = events

    def events(self, kind: str, after: int) -> list[Any]:
        return self._events.get(kind.replace(".", "_"), [])


def evidence(record: DayRecord, *told: tuple[type[Any], Any]) -> Evidence:
    events: dict[str, list[Any]] = {}
    for kind, event in told:
        events.setdefault(kind.type_name().replace(".", "_"), []).append(event)
    return Evidence(record, cast(Books, FakeBooks(**events)), 0)


def paid(*papers: Paper) -> DayRecord:
    return DayRecord(receipts={"o1": NO}, papers=list(papers))


ORIGINAL, A_COPY = Paper("printer-1", NO, is_copy=False), Paper("printer-1", NO, is_copy=True)


def test_a_confirmed_receipt_is_there_once() -> None:
    told = (PrintQueued, QUEUED), (PrintFinished, PRINTED)
    evidence(paid(ORIGINAL), *told).check_prints()
    for papers in ((), (ORIGINAL, ORIGINAL), (ORIGINAL, A_COPY)):
        with pytest.raises(AssertionError):
            evidence(paid(*papers), *told).check_prints()


def test_a_blank_piece_of_paper_is_found() -> None:
    told = (PrintQueued, QUEUED), (PrintFinished, PRINTED)
    with pytest.raises(AssertionError):
        evidence(replace(paid(ORIGINAL), blank_papers=1), *told).check_prints()


def test_a_receipt_of_which_nobody_can_tell_may_be_missing_and_not_double() -> None:
    told = (PrintQueued, QUEUED), (PrintFinished, {"job_id": "j1", "state": "unknown"})
    evidence(paid(), *told).check_prints()
    evidence(paid(ORIGINAL), *told).check_prints()
    with pytest.raises(AssertionError):
        evidence(paid(ORIGINAL, ORIGINAL), *told).check_prints()


def test_a_job_that_never_ends_and_a_sale_without_one_are_found() -> None:
    with pytest.raises(AssertionError, match="never ended"):
        evidence(paid(ORIGINAL), (PrintQueued, QUEUED)).check_prints()
    with pytest.raises(AssertionError):
        evidence(paid()).check_prints()


def payment(order_id: str, payment_id: str, tender: str = "card", fen: int = 700) -> tuple[type[Any], Any]:
    told = {"order_id": order_id, "payment_id": payment_id, "tender": tender, "amount_fen": fen}
    return PaymentTaken, told


def line(request_id: str, state: str, *moved_fen: int) -> Taken:
    return Taken("card-1", request_id, "sale", 700, state, moved_fen)


def opened(attempt_id: str) -> tuple[type[Any], Any]:
    return AttemptOpened, {"attempt_id": attempt_id, "state": "requested"}


def moved(attempt_id: str, state: str) -> tuple[type[Any], Any]:
    return AttemptMoved, {"attempt_id": attempt_id, "state": state}


ORDER = OrderPaid, {"order_id": "o1", "total_fen": 700}


def test_what_an_acquirer_took_is_booked_once_or_asks_a_person() -> None:
    by_card = (ORDER, opened("a1"), payment("o1", "a1"))
    evidence(DayRecord(sales=1, books=[line("a1", "taken", 700)]), *by_card).check_money()
    cash_after_all = (ORDER, opened("a1"), moved("a1", "reversed"), payment("o1", "c1", "cash"))
    undone = line("a1", "reversed", 700, -700)
    evidence(DayRecord(sales=1, books=[undone]), *cash_after_all).check_money()
    in_doubt = (ORDER, opened("a1"), moved("a1", "doubtful"), payment("o1", "c1", "cash"))
    known = DayRecord(sales=1, books=[line("a1", "taken", 700)], unsettled=["a1"])
    evidence(known, *in_doubt).check_money()


@pytest.mark.parametrize(
    ("books", "told"),
    [
        ([], (ORDER, opened("a1"), payment("o1", "a1"))),
        ([line("a1", "taken", 700, 700)], (ORDER, opened("a1"), payment("o1", "a1"))),
        ([line("a1", "taken", 700), line("a9", "taken", 700)], (ORDER, opened("a1"), payment("o1", "a1"))),
        (
            [line("a1", "taken", 700)],
            (ORDER, opened("a1"), moved("a1", "refused"), payment("o1", "c", "cash")),
        ),
        (
            [line("a1", "taken", 700)],
            (ORDER, opened("a1"), moved("a1", "doubtful"), payment("o1", "c", "cash")),
        ),
        ([line("a1", "taken", 700)], (ORDER, opened("a1"), payment("o1", "a1"), payment("o1", "c", "cash"))),
        ([line("a1", "taken", 700)], (ORDER, ORDER, opened("a1"), payment("o1", "a1"))),
    ],
    ids=[
        "booked and not taken",
        "moved twice",
        "taken and asked for by nobody",
        "taken and called refused",
        "taken, in doubt, and nobody is asked",
        "an order paid twice",
        "two orders of one sale",
    ],
)
def test_money_that_does_not_fit_is_found(
    books: list[Taken], told: tuple[tuple[type[Any], Any], ...]
) -> None:
    with pytest.raises(AssertionError):
        evidence(DayRecord(sales=1, books=books), *told).check_money()


def sold(grams: int, raw_hex: str = FRAME) -> tuple[type[Any], Any]:
    return LineAdded, {"weighing": {"grams": grams, "raw_hex": raw_hex}}


def test_a_weight_is_what_lay_there_at_rest() -> None:
    lay = Weighed(1251, 1250, ())
    evidence(DayRecord(weighings=[lay]), sold(1250)).check_weights()
    for drifted in (Weighed(1200, 1250, (), after_g=60), Weighed(700, 1250, (), before_g=1245)):
        evidence(DayRecord(weighings=[drifted]), sold(1250)).check_weights()
    for weighings, line in (
        ([Weighed(1300, 1250, ())], sold(1250)),
        ([Weighed(1246, 1250, ())], sold(1250)),
        ([Weighed(1251, 1250, ("shaken_pan",))], sold(1250)),
        ([lay], sold(1255)),
        ([lay], sold(1250, "023f410d")),
        ([Weighed(1251, None, ())], sold(1250)),
        ([Weighed(1200, 1250, (), after_g=40)], sold(1250)),
        ([Weighed(700, 1250, (), before_g=500)], sold(1250)),
    ):
        with pytest.raises(AssertionError):
            evidence(DayRecord(weighings=weighings), line).check_weights()


def test_a_scan_is_on_a_basket_or_refused_and_never_made_up() -> None:
    sent = [Attempt("scanner-2", "111", True, ()), Attempt("scanner-2", "222", True, ("noise",))]
    read = ScanRead, {"device_id": "scanner-2", "text": "111"}
    refused = ScanRefused, {"device_id": "scanner-2", "text": "111"}
    made_up = ScanRead, {"device_id": "scanner-2", "text": "333"}
    evidence(DayRecord(attempts=sent), read).check_scans()
    evidence(DayRecord(attempts=sent), refused).check_scans()
    for told in ((), (read, read), (read, made_up)):
        with pytest.raises(AssertionError):
            evidence(DayRecord(attempts=sent), *told).check_scans()
