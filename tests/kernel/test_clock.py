"""Whether to trust the time, and never to go back below the journal."""

from datetime import datetime
from pathlib import Path

from hub.kernel.clock import CHINA_TIME, SystemClock, business_date
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine, Folder
from hub.kernel.ids import new_id
from hub.kernel.journal import read_page
from tests.kernel.conftest import NOW_MS, ORIGIN, OpenHub, OwnClock
from tests.kernel.jars import Fill, manifest


def clock_at(wall_s: list[float], mark: Path, battery_backed: bool = False) -> SystemClock:
    return SystemClock(battery_backed, lambda: wall_s[0], lambda: 5.0, mark)


def test_a_clock_without_a_battery_is_not_trusted_until_the_machine_is_in_step(tmp_path: Path) -> None:
    mark = tmp_path / "synchronized"
    clock = clock_at([100.0], mark)
    clock.look_for_sync()
    assert not clock.read().trusted
    mark.touch()
    clock.look_for_sync()
    assert clock.read().trusted


def test_a_battery_is_trusted_at_once(tmp_path: Path) -> None:
    assert clock_at([100.0], tmp_path / "none", battery_backed=True).read().trusted


def test_the_cloud_confirms_only_a_time_within_a_minute(tmp_path: Path) -> None:
    clock = clock_at([1_000.0], tmp_path / "none")
    clock.confirm(1_000_000 + 60_001)
    assert not clock.read().trusted
    clock.confirm(1_000_000 - 60_000)
    assert clock.read().trusted


def test_how_far_it_is_off_is_known_once_the_cloud_has_told_its_time(tmp_path: Path) -> None:
    clock = clock_at([1_000.0], tmp_path / "none")
    heard = [clock.ahead_ms]
    for cloud_ms in (1_060_001, 940_000):
        clock.confirm(cloud_ms)
        heard.append(clock.ahead_ms)
    assert heard == [None, -60_001, 60_000]


def test_below_the_floor_the_floor_is_read_and_trust_is_withdrawn(tmp_path: Path) -> None:
    wall_s = [1_000.0]
    clock = clock_at(wall_s, tmp_path / "none", battery_backed=True)
    clock.hold_above(2_000_000)
    clock.hold_above(1_500_000)
    assert (clock.read().wall_ms, clock.read().trusted) == (2_000_000, False)
    wall_s[0] = 2_000.5
    assert (clock.read().wall_ms, clock.read().trusted) == (2_000_500, True)


def test_a_shop_s_night_belongs_to_the_day_before() -> None:
    four_o_clock_ms = int(datetime(2026, 11, 23, 4, tzinfo=CHINA_TIME).timestamp() * 1000)
    assert business_date(four_o_clock_ms) == "2026-11-23"
    assert business_date(four_o_clock_ms - 1) == "2026-11-22"


def test_the_journal_never_goes_back_in_time(hub: Engine, clock: OwnClock) -> None:
    for seconds in (0, -3_600, 0):
        clock.jump(seconds)
        assert hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM).refusal is None
    records = [hub.types.decode(entry.body) for entry in read_page(hub.readers, 0, 10)]
    assert [record.at_ms for record in records] == [NOW_MS] * 3
    assert [record.clock_trusted for record in records] == [True, False, False]


def test_a_hub_that_starts_with_its_clock_behind_holds_above_its_journal(
    open_hub: OpenHub, folder: Folder
) -> None:
    first = open_hub()
    first.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM)
    first.close()
    behind = SystemClock(True, lambda: 1_000.0)
    Engine(folder, ORIGIN, (manifest,), behind).close()
    assert behind.read().wall_ms == NOW_MS
    assert not behind.read().trusted
