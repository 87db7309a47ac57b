"""Printers that fail: the sale is paid all the same, and no receipt ever comes out twice as an original."""

from __future__ import annotations

from typing import Any

import pytest

from hub.app.demo.seed import Good
from hub.app.frames import DevicesFrame
from hub.devices.events import PrintFinished
from hub.kernel.ids import new_id
from tests.worlds.stack.bench import PRINTER
from tests.worlds.stack.till import Page, Till
from tests.worlds.stack.waiting import eventually
from tests.worlds.stack.world import GATEWAY, World

FINISHED = PrintFinished.type_name()
INTO_THE_RECEIPT_BYTES = 200
SLOWLY_BYTES_PER_S = 300


def test_offline_before_the_sale_prints_once_when_back(
    world: World, till: Till, screen: Page, shelf: list[Good]
) -> None:
    world.bench.suffer(PRINTER, "offline")
    _health_is(screen, "attention")
    seen = screen.mark()
    paid = till.sell(shelf[0])
    screen.job(paid["order_id"], "queued", seen)
    assert world.bench.papers(paid["receipt_no"]) == []
    world.bench.heal(PRINTER)
    screen.jobs_done(paid["order_id"], screen.mark())
    assert len(world.bench.originals(paid["receipt_no"])) == 1
    assert _ends(world, paid) == ["printed"]


def test_paper_out_in_mid_receipt_goes_on_after_a_new_roll(
    world: World, till: Till, screen: Page, shelf: list[Good]
) -> None:
    world.bench.suffer(PRINTER, "paper_out", after_lines=6)
    seen = screen.mark()
    paid = till.sell(shelf[0], shelf[1])
    eventually(lambda: world.bench.device(PRINTER)["printer"]["paper"] == "out", "the end of the paper")
    screen.job(paid["order_id"], "queued", seen)
    assert world.bench.papers(paid["receipt_no"]) == []
    again = till.ready().sell(shelf[2])
    waiting = screen.mark()
    world.bench.heal(PRINTER)
    for sale in (paid, again):
        eventually(lambda sale=sale: _ends(world, sale) == ["printed"], "both receipts")  # type: ignore[misc]
        assert len(world.bench.originals(sale["receipt_no"])) == 1
    screen.jobs_done(again["order_id"], waiting)


def test_a_receipt_at_a_tear_bar_is_one_piece_of_paper(world: World, shelf: list[Good]) -> None:
    till = Till.of_manager(world).ready()
    before = len(world.bench.pieces("printer-2"))
    paid = till.sell(shelf[0])
    eventually(lambda: _ends(world, paid) == ["printed"], "the receipt")
    assert len(world.bench.pieces("printer-2")) == before + 1
    till.close()


@pytest.mark.parametrize("accident", ["unplugged", "gateway killed"])
def test_torn_off_in_mid_receipt_asks_a_person_and_a_copy_says_so(
    accident: str, world: World, till: Till, screen: Page, shelf: list[Good]
) -> None:
    seen = screen.mark()
    paid = _sell_into_accident(accident, world, till, shelf)
    job_id = screen.job(paid["order_id"], "unknown", seen)
    world.mend()
    after = screen.mark()
    copy = till.post("/api/devices/prints/settle", job_id=job_id, is_printed=False)
    assert copy["job_id"] not in (None, job_id)
    eventually(lambda: world.bench.copies(paid["receipt_no"]), "the copy")
    screen.jobs_done(paid["order_id"], after)
    assert len(world.bench.originals(paid["receipt_no"])) <= 1
    assert len(world.bench.copies(paid["receipt_no"])) == 1
    assert _ends(world, paid) == ["unknown", "settled", "printed"]


def test_a_person_who_found_the_paper_settles_it(
    world: World, till: Till, screen: Page, shelf: list[Good]
) -> None:
    seen = screen.mark()
    paid = _sell_into_accident("gateway killed", world, till, shelf)
    job_id = screen.job(paid["order_id"], "unknown", seen)
    world.mend()
    after = screen.mark()
    assert till.post("/api/devices/prints/settle", job_id=job_id, is_printed=True)["job_id"] is None
    screen.jobs_done(paid["order_id"], after)
    refused = till.ask("/api/devices/prints/settle", job_id=job_id, is_printed=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "devices.print_job_settled")
    assert world.bench.copies(paid["receipt_no"]) == []


def test_a_reprint_is_marked(world: World, till: Till, screen: Page, shelf: list[Good]) -> None:
    paid = till.sell(shelf[0])
    eventually(lambda: world.bench.originals(paid["receipt_no"]), "the receipt")
    job_id, command_id = new_id(), new_id()
    for _ in range(2):
        body = {"command_id": command_id, "job_id": job_id, "order_id": paid["order_id"]}
        till.post("/api/devices/prints/reprint", **body)
    eventually(lambda: _ends(world, paid) == ["printed", "printed"], "the copy's end")
    copies = world.bench.copies(paid["receipt_no"])
    assert len(copies) == 1
    assert "副本" in copies[0]
    assert len(world.bench.originals(paid["receipt_no"])) == 1


def _sell_into_accident(accident: str, world: World, till: Till, shelf: list[Good]) -> Any:
    """Paid; the receipt has begun and will not end."""
    if accident == "unplugged":
        world.bench.suffer(PRINTER, "unplugged", after_bytes=INTO_THE_RECEIPT_BYTES)
        return till.sell(shelf[0], shelf[1])
    before = world.bench.device(PRINTER)["printer"]["lines_printed"]
    world.bench.suffer(PRINTER, "slow_drain", bytes_per_s=SLOWLY_BYTES_PER_S)
    paid = till.sell(shelf[0], shelf[1])
    eventually(lambda: world.bench.device(PRINTER)["printer"]["lines_printed"] > before, "the first lines")
    world.kill(GATEWAY)
    world.bench.heal(PRINTER)
    world.start_again(GATEWAY)
    return paid


def _ends(world: World, paid: Any) -> list[str]:
    """How the order's print jobs ended, in the journal's order."""
    return [event["state"] for event in world.books.events(FINISHED) if event["order_id"] == paid["order_id"]]


def _health_is(screen: Page, health: str) -> None:
    screen.until(
        DevicesFrame,
        lambda frame: any(one.device_id == PRINTER and one.health == health for one in frame.devices),
    )
