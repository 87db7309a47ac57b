"""The sale as a cashier and her devices make it, on real wires; and the scans that must not land."""

from __future__ import annotations

import time
from typing import Any

from drivers import messages as wire
from hub.app.demo.seed import Good
from hub.app.frames import AskFrame, BasketFrame, NoticeFrame
from hub.devices.model import LATE_MS
from tests.worlds.stack.bench import PRINTER, SCANNERS
from tests.worlds.stack.hand_gateway import hand_gateway
from tests.worlds.stack.till import Page, Till
from tests.worlds.stack.waiting import eventually
from tests.worlds.stack.world import HUB, World

REFUSED = "devices.scan_refused.v1"
UNKNOWN = "6999999999991"
HID, SERIAL = SCANNERS


def test_a_sale_from_two_scanners_to_paper_and_drawer(
    world: World, till: Till, screen: Page, shelf: list[Good]
) -> None:
    seen = screen.mark()
    for scanner, good in zip(SCANNERS, shelf, strict=False):
        world.bench.scan(scanner, good.barcode)
        screen.until(BasketFrame, lambda frame, good=good: _holds(frame, good), seen)  # type: ignore[misc]
    basket = till.basket()
    assert basket["total_fen"] == shelf[0].price_fen + shelf[1].price_fen
    paid = till.pay()
    assert paid["change_fen"] == 500
    screen.until(BasketFrame, lambda frame: frame.basket is None, seen)
    eventually(lambda: len(world.bench.originals(paid["receipt_no"])) == 1, "the receipt")
    screen.jobs_done(paid["order_id"], seen)
    text = world.bench.originals(paid["receipt_no"])[0]
    assert shelf[0].name in text
    assert "找零" in text
    eventually(lambda: world.bench.device(PRINTER)["drawer"]["open"], "the drawer")


def test_an_unknown_code_asks_and_loses_nothing(
    world: World, till: Till, screen: Page, shelf: list[Good]
) -> None:
    till.type_code(shelf[2])
    seen = screen.mark()
    world.bench.scan(HID, UNKNOWN)
    asked = screen.until(AskFrame, after=seen)
    assert (asked.question, asked.code) == ("unknown_code", UNKNOWN)
    assert [line["code"] for line in till.basket()["lines"]] == [shelf[2].barcode]
    assert UNKNOWN in [row["code"] for row in till.get("/api/orders/unknown-codes")]


def test_a_scan_that_waited_for_a_stalled_hub_never_lands(
    world: World, till: Till, screen: Page, shelf: list[Good]
) -> None:
    """The customer of that scan may be gone: age counts on the wire and before the hub's door too."""
    till.type_code(shelf[2])
    before, seen = world.books.head_seq(), screen.mark()
    with world.paused(HUB):
        world.bench.scan(HID, shelf[3].barcode)
        world.bench.scan(SERIAL, shelf[4].barcode)
        time.sleep(LATE_MS / 1000 + 0.5)  # being late is what is tested
    refused = eventually(lambda: _two(world.books.events(REFUSED, before)), "both refusals")
    assert {event["reason"] for event in refused} == {"devices.scan_late"}
    assert {event["text"] for event in refused} == {shelf[3].barcode, shelf[4].barcode}
    assert all(event["age_ms"] > LATE_MS for event in refused)
    assert screen.until(NoticeFrame, after=seen).code == "devices.scan_late"
    assert [line["code"] for line in till.basket()["lines"]] == [shelf[2].barcode]
    world.bench.scan(HID, shelf[5].barcode)
    screen.until(BasketFrame, lambda frame: _holds(frame, shelf[5]), seen)


def test_an_unbound_scanner_never_lands(world: World, till: Till, screen: Page, shelf: list[Good]) -> None:
    manager = Till.of_manager(world)
    manager.post("/api/devices/bind", device_id=SERIAL, terminal_id=None)
    before, seen = world.books.head_seq(), screen.mark()
    try:
        world.bench.scan(SERIAL, shelf[0].barcode)
        refused = eventually(lambda: world.books.events(REFUSED, before) or None, "the refusal")
        assert [event["reason"] for event in refused] == ["devices.scanner_unbound"]
        assert screen.until(NoticeFrame, after=seen).code == "devices.scanner_unbound"
        assert till.basket() is None
    finally:
        manager.post("/api/devices/bind", device_id=SERIAL, terminal_id="T01")
        manager.close()


def test_a_reading_that_comes_twice_lands_once(world: World, till: Till, shelf: list[Good]) -> None:
    """A gateway sends again what was not acknowledged, on the same link or the next."""
    manager = Till.of_manager(world)
    twice = wire.Reading(
        device_id="scanner-9", boot_id="hand-boot", seq=1, age_ms=0, reading=wire.Scan(text=shelf[6].barcode)
    )
    with hand_gateway(world, "scanner-9") as link:
        manager.post("/api/devices/bind", device_id="scanner-9", terminal_id="T01")
        manager.close()
        assert link.acked(twice) == 1
        assert link.acked(twice) == 1
    with hand_gateway(world, "scanner-9") as link:
        assert link.acked(twice) == 1
    assert [line["qty_milli"] for line in till.basket()["lines"]] == [1000]


def _holds(frame: BasketFrame, good: Good) -> bool:
    return frame.basket is not None and any(line.code == good.barcode for line in frame.basket.lines)


def _two(found: list[Any]) -> list[Any] | None:
    return found if len(found) >= 2 else None
