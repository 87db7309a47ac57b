"""What devices have done, as a gateway tells it: the newest word, and none of it in the journal."""

import asyncio

from drivers import messages as wire
from hub.app.statistics import MAX_DEVICES, Tallies
from hub.devices import store as devices
from tests.devices.counter import SCANNER, Counter
from tests.devices.test_links import WITHIN_S, Desk
from tests.modules.shop import STORE, by_piece


def test_a_gateways_word_is_kept_and_journaled_nowhere(counter: Counter) -> None:
    async def run() -> None:
        desk, tallies = Desk(counter), Tallies(counter.clock)
        arrived = asyncio.Event()

        def take(device_id: str, counts: dict[str, int], scans_a_minute: int) -> None:
            tallies.take(device_id, counts, scans_a_minute)
            arrived.set()

        desk.gateways.on_statistics(take)
        async with desk.gateway() as socket:
            before = len(counter.records())
            told = wire.DeviceStatistics(device_id=SCANNER, counts={"GoodScanCount": 3}, scans_a_minute=7)
            await socket.say(wire.Statistics(devices=(told,)))
            await asyncio.wait_for(arrived.wait(), WITHIN_S)
            assert len(counter.records()) == before
        (view,) = tallies.all()
        assert (view.device_id, view.counts, view.scans_a_minute) == (SCANNER, {"GoodScanCount": 3}, 7)

    asyncio.run(run())


def test_the_newest_word_counts(counter: Counter) -> None:
    tallies = Tallies(counter.clock)
    for device_id, scans in (("scanner-2", 1), (SCANNER, 1), (SCANNER, 2)):
        tallies.take(device_id, {"GoodScanCount": scans}, 0)
    assert [(one.device_id, one.counts) for one in tallies.figures()] == [
        (SCANNER, {"GoodScanCount": 2}),
        ("scanner-2", {"GoodScanCount": 1}),
    ]


def test_reads_that_the_hub_refused_stand_beside_what_the_gateway_told(counter: Counter) -> None:
    counter.scan(by_piece().barcodes[0], age_ms=9_000)
    before = devices.refused_reads(counter.read, STORE)
    tallies = Tallies(counter.clock, before)
    counter.engine.listen(tallies.committed)
    tallies.take(SCANNER, {"GoodScanCount": 5}, 0)
    tallies.take("scanner-2", {"GoodScanCount": 1}, 0)
    counter.scan(by_piece().barcodes[0], age_ms=9_000)
    counter.scan(by_piece().barcodes[0])
    told = {one.device_id: one.counts for one in tallies.figures()}
    assert before == {SCANNER: 1}
    assert told == {SCANNER: {"GoodScanCount": 5, "ReadsRefusedCount": 2}, "scanner-2": {"GoodScanCount": 1}}
    assert devices.refused_reads(counter.read, STORE) == {SCANNER: 2}


def test_of_too_many_devices_the_first_are_kept(counter: Counter) -> None:
    tallies = Tallies(counter.clock)
    for number in range(MAX_DEVICES + 10):
        tallies.take(f"d-{number}", {}, 0)
    assert len(tallies.all()) == MAX_DEVICES
