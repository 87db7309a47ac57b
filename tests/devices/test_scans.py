"""Every scan lands on its own till's basket, or in the list of refused ones; never anywhere else."""

import pytest
from sqlalchemy import select

from hub.devices.events import ScanRead, ScanRefused
from hub.devices.messages import BindDevice, TakeMisread
from hub.devices.model import LATE_MS
from hub.devices.tables import refused_scans
from hub.kernel.context import SYSTEM
from hub.kernel.messages import View
from hub.kernel.sql import Query
from hub.modules.orders import store as orders
from hub.modules.orders.events import LineAdded, UnknownCodeScanned
from tests.devices.counter import SCANNER, Counter
from tests.modules.shop import STORE, TILL, by_piece

CODE = by_piece().barcodes[0]


class Kept(View, frozen=True):
    """A refused scan as its table has it."""

    text: str
    symbology: str | None


_REFUSED = Query(select(refused_scans.c.text, refused_scans.c.symbology), Kept)


def basket_lines(counter: Counter) -> int:
    basket = orders.basket_at(counter.read, STORE, TILL)
    return len(basket.lines) if basket else 0


def test_a_scan_lands_on_its_tills_basket_in_one_command(counter: Counter) -> None:
    outcome = counter.scan(CODE)

    assert outcome.refusal is None
    assert basket_lines(counter) == 1
    read, added = counter.events(ScanRead)[-1], counter.events(LineAdded)[-1]
    assert (read.text, read.terminal_id) == (CODE, TILL)
    assert added.line.code == CODE
    commands = {record.command_id for record in counter.records()[-3:]}
    assert len(commands) == 1


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"age_ms": LATE_MS + 1}, "devices.scan_late"),
        ({"device_id": "stranger"}, "devices.scanner_unbound"),
        ({"signed_in": False}, "auth.sign_in_first"),
    ],
)
def test_a_late_strange_or_nobodys_scan_is_kept_and_lands_nowhere(
    counter: Counter, how: dict[str, object], reason: str
) -> None:
    counter.scan(CODE, **how)  # type: ignore[arg-type]

    assert basket_lines(counter) == 0
    assert [refused.reason for refused in counter.events(ScanRefused)] == [reason]
    assert counter.events(ScanRefused)[0].text == CODE


def test_a_scan_just_in_time_is_sold(counter: Counter) -> None:
    counter.scan(CODE, age_ms=LATE_MS)

    assert basket_lines(counter) == 1


def test_a_reading_sent_twice_lands_once_even_after_a_restart(counter: Counter) -> None:
    counter.scan(CODE, gateway_seq=7)
    counter.scan(CODE, gateway_seq=7)
    counter.scan(CODE, gateway_seq=6)
    counter.engine.close()
    counter.reopen()
    counter.scan(CODE, gateway_seq=7)

    assert len(counter.events(ScanRead)) == 1
    assert orders.basket_at(counter.read, STORE, TILL).lines[0].qty_milli == 1000  # type: ignore[union-attr]


def test_a_gateway_that_was_started_anew_counts_from_one_again(counter: Counter) -> None:
    counter.scan(CODE, gateway_seq=50)
    counter.scan(CODE, gateway_seq=1, boot_id="boot-2")

    assert len(counter.events(ScanRead)) == 2


def test_a_scanner_that_is_unbound_sells_no_more(counter: Counter) -> None:
    counter.do(BindDevice, SYSTEM, device_id=SCANNER, terminal_id=None)
    counter.scan(CODE)

    assert basket_lines(counter) == 0


@pytest.mark.parametrize("text", ["69\x0012", "x" * 201, "e\u0301"])
def test_unclean_text_is_refused_without_being_kept(counter: Counter, text: str) -> None:
    counter.scan(text)

    refused = counter.events(ScanRefused)[-1]
    assert (refused.reason, refused.text) == ("text.invalid", "")


def test_an_unknown_code_asks_and_is_kept(counter: Counter) -> None:
    outcome = counter.scan("6900000000000")

    assert outcome.answer.outcome == "unknown"
    assert counter.events(UnknownCodeScanned)[-1].code == "6900000000000"


def test_two_scanners_serve_two_lanes_and_never_each_others(counter: Counter) -> None:
    counter.till("T02")
    counter.see("scanner-2", "scanner")
    counter.do(BindDevice, SYSTEM, device_id="scanner-2", terminal_id="T02")
    lanes = {SCANNER: (TILL, CODE), "scanner-2": ("T02", by_piece(2_000).barcodes[0])}

    for number, device_id in enumerate([SCANNER, "scanner-2", "scanner-2", SCANNER, "scanner-2"], start=1):
        outcome = counter.scan(lanes[device_id][1], device_id=device_id, gateway_seq=number)
        assert outcome.refusal is None

    for device_id, (terminal_id, code) in lanes.items():
        basket = orders.basket_at(counter.read, STORE, terminal_id)
        assert basket is not None
        assert [(line.code, line.qty_milli) for line in basket.lines] == [
            (code, 2000 if device_id == SCANNER else 3000)
        ]
    read = [(scan.device_id, scan.terminal_id) for scan in counter.events(ScanRead)]
    assert set(read) == {(device_id, lane[0]) for device_id, lane in lanes.items()}


def test_a_scans_symbology_reaches_the_basket(counter: Counter) -> None:
    """Without the mark of its symbol this text would be no element string."""
    counter.scan(f"17261231010{CODE}10B7", symbology="d2")

    basket = orders.basket_at(counter.read, STORE, TILL)
    assert basket is not None
    assert [(line.batch, line.expires_on) for line in basket.lines] == [("B7", "2026-12-31")]
    assert [line.symbology for line in basket.lines] == ["d2"]


@pytest.mark.parametrize(
    ("text", "told", "kept"),
    [
        (CODE, "E0", "E0"),
        (CODE, None, None),
        (f"]E0{CODE}", None, "E0"),  # its profile says that it sends none, and it does
    ],
)
def test_a_scans_symbol_is_kept_and_unknown_stays_unknown(
    counter: Counter, text: str, told: str | None, kept: str | None
) -> None:
    counter.scan(text, symbology=told)
    counter.scan(text, symbology=told, age_ms=LATE_MS + 1)
    stranger = "6900000000000"
    counter.scan(text.replace(CODE, stranger), symbology=told)

    basket = orders.basket_at(counter.read, STORE, TILL)
    assert basket is not None
    assert [(line.code, line.symbology) for line in basket.lines] == [(CODE, kept)]
    read, refused = counter.events(ScanRead)[0], counter.events(ScanRefused)[0]
    assert (read.text, read.symbology) == (refused.text, refused.symbology) == (CODE, kept)
    unknown = counter.events(UnknownCodeScanned)[0]
    assert (unknown.code, unknown.symbology) == (stranger, kept)
    with counter.engine.readers.session() as session:
        assert session.all(_REFUSED) == [Kept(CODE, kept)]


def test_an_expired_piece_is_refused_with_a_reason_and_kept(counter: Counter) -> None:
    outcome = counter.scan(f"010{CODE}17261121", symbology="d2")

    assert outcome.refusal is not None
    assert outcome.refusal.code == counter.events(ScanRefused)[-1].reason == "catalogue.goods_expired"
    assert basket_lines(counter) == 0


PAY_CODE = "134567890123456789"


@pytest.mark.parametrize(
    "how", [{}, {"age_ms": LATE_MS + 1}, {"device_id": "stranger"}, {"signed_in": False}]
)
def test_a_payment_code_out_of_place_lands_nowhere_and_is_kept_nowhere(
    counter: Counter, how: dict[str, object]
) -> None:
    outcome = counter.scan(PAY_CODE, **how)  # type: ignore[arg-type]

    assert basket_lines(counter) == 0
    assert counter.events(UnknownCodeScanned) == []
    (refused,) = counter.events(ScanRefused)
    assert refused.text == ""
    if not how:
        assert outcome.refusal is not None
        assert outcome.refusal.code == refused.reason == "orders.pay_code_not_awaited"
    assert all(PAY_CODE not in str(record) for record in counter.records())


def test_a_misread_is_kept_once(counter: Counter) -> None:
    for _ in range(2):
        counter.do(
            TakeMisread,
            SYSTEM,
            device_id=SCANNER,
            boot_id="boot-1",
            gateway_seq=1,
            reason="unterminated",
        )

    assert [refused.reason for refused in counter.events(ScanRefused)] == ["devices.misread_unterminated"]


@pytest.mark.parametrize("terminal_id", ["T\0", "T" * 201])
def test_a_device_is_bound_to_nothing_that_cannot_be_kept(counter: Counter, terminal_id: str) -> None:
    refusal = counter.refused(
        BindDevice, counter.caller("manager"), device_id=SCANNER, terminal_id=terminal_id
    )

    assert refusal.code == "text.invalid"
    assert counter.scan(CODE).refusal is None
