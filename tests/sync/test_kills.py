"""kill -9 of the broker and the aggregator while a store sells: nothing lost, nothing doubled."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloud_sync.cloud.db import Database
from cloud_sync.wire.link import Broker
from tests.architecture.house import ROOT
from tests.sync.chain import Chain, assert_same_journal, enrol_shop, eventually, prepare
from tests.sync.fixtures import RunningBroker
from tests.sync.shop import Shop

EVENTS = 4_000
KILLS = 4


class AggregatorProcess:
    """The aggregator as a child, killed and started again."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self._arguments = [database.url, str(broker.port), str(broker.password)]
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.sync.aggregator_process", *self._arguments]
        self._child = subprocess.Popen(command, cwd=ROOT)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait(10)


@pytest.fixture
def aggregator(database: Database, own_broker: RunningBroker) -> Iterator[AggregatorProcess]:
    child = AggregatorProcess(database, own_broker.aggregator())
    child.start()
    yield child
    child.kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_random_moments_lose_and_double_nothing(
    seed: int, shop: Shop, database: Database, own_broker: RunningBroker, aggregator: AggregatorProcess
) -> None:
    dice = random.Random(seed)
    prepare(database)
    enrol_shop(database, shop)
    shop.plug(own_broker.hub(shop.hub))
    seen = Chain(database, own_broker.aggregator())  # only looks: its threads are never started
    selling = threading.Thread(target=shop.sell_many, args=(EVENTS,))
    selling.start()
    for moment in sorted(dice.randrange(1, EVENTS) for _ in range(KILLS)):
        eventually(lambda at=moment: seen.hub(shop).applied >= at, f"event {moment}")  # type: ignore[misc]
        for victim in dice.sample(_victims(own_broker, aggregator), k=dice.choice([1, 1, 2])):
            victim()
    selling.join()
    seen.settled(shop)
    assert_same_journal(shop, seen)
    assert seen.tables(shop) == shop.tables()
    seen.read.close()


def _victims(broker: RunningBroker, aggregator: AggregatorProcess) -> list[Callable[[], None]]:
    def broker_dies() -> None:
        broker.process.kill()
        broker.process.start()

    def aggregator_dies() -> None:
        aggregator.kill()
        aggregator.start()

    return [broker_dies, aggregator_dies]


def test_a_broker_that_lost_all_it_had_confirmed_costs_nothing(
    shop: Shop, database: Database, own_broker: RunningBroker
) -> None:
    """The broker's memory is no promise: with its whole store gone, the journal still is the outbox."""
    chain = Chain(database, own_broker.aggregator())
    enrol_shop(database, shop)
    shop.plug(own_broker.hub(shop.hub))
    chain.start()
    shop.sell_many(500)
    eventually(lambda: chain.hub(shop).applied >= 100, "some of it")
    own_broker.process.kill()
    forget(own_broker.process.settings.directory / "jetstream")
    own_broker.process.start()
    chain.settled(shop)
    assert_same_journal(shop, chain)
    chain.stop()


def forget(folder: Path) -> None:
    """Every message and session that the broker kept."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
