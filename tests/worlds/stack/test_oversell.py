"""Fifty tills want the last ten pieces."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from hub.app.demo.seed import Good
from hub.modules.catalogue import demo
from tests.worlds.stack.till import Till
from tests.worlds.stack.world import MANY_TILLS, World

LAST = 10
OPENING_PIECES = 500


def test_fifty_tills_sell_ten(world: World, scarce: Good) -> None:
    item = next(item for item in demo.items() if scarce.barcode in item.barcodes)
    assert (item.stock_policy, item.sold_by) == ("forbid", "piece")
    with ThreadPoolExecutor(8) as opening:
        tills = list(opening.map(lambda name: Till(world, name).ready(), MANY_TILLS))
    tills[0].post("/api/orders/place", **tills[0].order_of(scarce, pieces=OPENING_PIECES - LAST))
    together = Barrier(len(tills))

    def buy(till: Till) -> str:
        order = till.order_of(scarce)
        together.wait()
        response = till.insist("/api/orders/place", **order)
        return "sold" if response.status_code == 200 else str(response.json()["code"])

    with ThreadPoolExecutor(len(tills)) as buying:
        outcomes = Counter(buying.map(buy, tills))
    assert outcomes["sold"] == LAST
    assert len(outcomes) == 2, outcomes
    assert next(code for code in outcomes if code != "sold").startswith("inventory.")
    balances = tills[0].get(f"/api/inventory/balances?after={_just_before(item.item_id)}&limit=1")
    assert [(row["item_id"], row["qty_milli"]) for row in balances] == [(item.item_id, 0)]
    for till in tills:
        till.close()


def _just_before(item_id: str) -> str:
    """The greatest id below this one."""
    return f"{int(item_id, 16) - 1:032x}"
