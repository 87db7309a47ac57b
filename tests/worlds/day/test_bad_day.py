"""A day of trade at speed with faults on every device: no paper twice, no weight unstable, no scan lost."""

from __future__ import annotations

import pytest

from tests.worlds.day.conftest import SEED
from tests.worlds.day.trading import Trading
from tests.worlds.stack.world import CLOUD, GATEWAY, HUB, SIM, World

CUSTOMERS = 14
MOST_GROWTH_KIB = 8 * 1024


@pytest.mark.timeout(300)
def test_a_day_with_faults_on_every_device(bad_day: World) -> None:
    before = {name: bad_day.stack.children.pid(name) for name in (SIM, CLOUD, HUB, GATEWAY)}
    trading = Trading(bad_day, SEED, CUSTOMERS)
    record = trading.play()
    assert record.customers == CUSTOMERS
    assert record.sales >= CUSTOMERS - 2
    assert record.difference_fen == 0
    struck = {name.split()[0] for name in record.faults}
    assert struck >= {"scanner-2", "printer-1", "scale-1", "card-1", "paycode-1", "display-1"}
    assert sum(record.faults.values()) >= 12
    assert {asked.tender for asked in record.asked} == {"card", "code"}
    assert {asked.state for asked in record.asked} > {"booked"}
    assert record.tenders["cash"]
    assert record.unsettled == []
    assert {name: bad_day.stack.children.pid(name) for name in before} == before
    assert all(bad_day.stack.children.is_running(name) for name in before)
    assert trading.growth_kib <= MOST_GROWTH_KIB


@pytest.mark.timeout(300)
def test_a_gateway_killed_in_mid_day_loses_no_paper_and_makes_up_nothing(bad_day: World) -> None:
    trading = Trading(bad_day, SEED + 1, customers=6, kill_after=(2, 4))
    record = trading.play()
    assert record.customers == 6
    assert record.difference_fen == 0
