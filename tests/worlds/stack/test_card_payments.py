"""Cards and pay codes on the whole demo shop: money moves once, whatever is killed while it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.app.demo.seed import Good
from hub.kernel.ids import new_id
from hub.modules.orders.events import OrderPaid
from tests.worlds.stack.bench import Bench
from tests.worlds.stack.till import Till, answer_of
from tests.worlds.stack.waiting import eventually
from tests.worlds.stack.world import GATEWAY, HUB, World

CARD, CODE = "card-1", "paycode-1"
WECHAT_CODE = "134567890123456789"


@pytest.fixture
def ready(world: World, till: Till) -> Iterator[Till]:
    """The first till with its terminals at work and an empty basket; customers approve again after."""
    eventually(lambda: {CARD, CODE} <= _enabled(till), "both terminals at work")
    yield till.ready()
    for device_id in (CARD, CODE):
        world.bench.heal(device_id)
        world.bench.plan(device_id, "approve")


def _enabled(till: Till) -> set[str]:
    return {device["device_id"] for device in till.get("/api/devices/") if device["state"] == "enabled"}


def start(till: Till, good: Good, tender: str) -> dict[str, Any]:
    """A basket, and its whole total asked for."""
    till.type_code(good)
    basket = till.basket()
    body = {"order_id": basket["order_id"], "attempt_id": new_id(), "tender": tender}
    fen = basket["total_fen"]
    till.post("/api/orders/start-payment", **body, due_fen=fen, amount_fen=fen)
    return {**body, "total_fen": fen}


def state_of(till: Till, asked: dict[str, Any]) -> str:
    """Where the attempt stands."""
    path = f"/api/payments/orders/{asked['order_id']}/attempts"
    attempts = answer_of(till._until_answered(lambda: till.http.get(path), "the attempts"))
    return next(str(one["state"]) for one in attempts if one["attempt_id"] == asked["attempt_id"])


def comes_to(till: Till, asked: dict[str, Any], *states: str) -> None:
    """Wait until the attempt stands so."""
    eventually(lambda: state_of(till, asked) in states, f"a payment that is {states}")


def moved_fen(bench: Bench, device_id: str, asked: dict[str, Any]) -> int:
    """What the acquirer's book says moved for this payment."""
    ledger = bench.device(device_id)["terminal"]["ledger"]
    mine = (one for one in ledger if one["request_id"] == asked["attempt_id"])
    return sum(one["amount_fen"] for one in mine if one["state"] == "taken")


def paid_once(world: World, till: Till, device_id: str, asked: dict[str, Any]) -> None:
    """The order is paid by this payment alone, and the acquirer moved its money once."""
    (payment,) = till.get(f"/api/payments/orders/{asked['order_id']}")
    assert (payment["payment_id"], payment["amount_fen"]) == (asked["attempt_id"], asked["total_fen"])
    assert payment["reference"]
    assert moved_fen(world.bench, device_id, asked) == asked["total_fen"]
    trail = till.get(f"/api/orders/{asked['order_id']}")
    assert trail["order"]["state"] == "paid"


def test_a_card_pays_and_the_receipt_says_so(world: World, ready: Till, shelf: list[Good]) -> None:
    asked = start(ready, shelf[0], "card")
    comes_to(ready, asked, "booked")
    paid_once(world, ready, CARD, asked)
    receipt_no = ready.get(f"/api/orders/{asked['order_id']}")["order"]["receipt_no"]
    (paper,) = eventually(lambda: world.bench.originals(receipt_no), "the receipt")
    assert "刷卡" in paper


def test_a_scanned_code_pays_and_is_nowhere_in_the_journal(
    world: World, ready: Till, shelf: list[Good]
) -> None:
    asked = start(ready, shelf[1], "code")
    world.bench.scan("scanner-1", WECHAT_CODE)
    comes_to(ready, asked, "booked")
    paid_once(world, ready, CODE, asked)
    assert not any(WECHAT_CODE.encode() in entry.body for entry in world.books.entries())


def test_a_lost_answer_is_asked_about_and_paid_once(world: World, ready: Till, shelf: list[Good]) -> None:
    world.bench.suffer(CARD, "answer_lost")
    world.bench.plan(CARD, "hand")
    asked = start(ready, shelf[2], "card")
    comes_to(ready, asked, "pending")
    world.bench.choose(CARD, "approve")
    eventually(lambda: moved_fen(world.bench, CARD, asked), "the money at the acquirer")
    world.kill(GATEWAY)  # nobody need wait for the terminal's own time-out
    world.bench.heal(CARD)
    comes_to(ready, asked, "unknown")
    world.start_again(GATEWAY)
    comes_to(ready, asked, "booked")
    paid_once(world, ready, CARD, asked)


def test_a_gateway_killed_before_the_customer_is_done_pays_once(
    world: World, ready: Till, shelf: list[Good]
) -> None:
    world.bench.plan(CARD, "hand")
    asked = start(ready, shelf[3], "card")
    comes_to(ready, asked, "pending")
    world.kill(GATEWAY)
    comes_to(ready, asked, "unknown")
    world.bench.choose(CARD, "approve")
    world.start_again(GATEWAY)
    comes_to(ready, asked, "booked")
    paid_once(world, ready, CARD, asked)


def test_a_hub_killed_in_mid_payment_asks_and_pays_once(world: World, ready: Till, shelf: list[Good]) -> None:
    world.bench.plan(CARD, "hand")
    asked = start(ready, shelf[4], "card")
    comes_to(ready, asked, "pending")
    world.kill(HUB)
    world.bench.choose(CARD, "approve")
    world.start_again(HUB)
    comes_to(ready, asked, "booked")
    paid_once(world, ready, CARD, asked)
    paid = world.books.events(OrderPaid.type_name())
    assert [one["order_id"] for one in paid].count(asked["order_id"]) == 1


def test_a_cancelled_card_moves_no_money_and_cash_does(world: World, ready: Till, shelf: list[Good]) -> None:
    world.bench.plan(CARD, "hand")
    asked = start(ready, shelf[5], "card")
    comes_to(ready, asked, "pending")
    ready.post("/api/payments/attempts/cancel", attempt_id=asked["attempt_id"])
    comes_to(ready, asked, "reversed", "refused")
    assert moved_fen(world.bench, CARD, asked) == 0
    assert ready.pay()["total_fen"] == asked["total_fen"]
