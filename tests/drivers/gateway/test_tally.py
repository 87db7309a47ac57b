"""What devices have done, counted over restarts, and written down seldom enough for an SD card."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from drivers.document import Columns, Cut, Feed, Label, LabelText, Text, content_hash
from drivers.gateway import tally as tallies
from drivers.gateway.tally import STATISTICS_FILE, CountingOutbox, Tally
from drivers.messages import (
    AnyBlock,
    Cell,
    DeviceInfo,
    DeviceStatistics,
    DrawerReleased,
    JobAnswer,
    Misread,
    Print,
    ReleaseDrawer,
    Scan,
    Statistics,
    Weight,
)

DEVICES = ("scanner-1", "scale-1", "receipt-1", "drawer-1")
RECEIPT: tuple[AnyBlock, ...] = (
    Text(text="店枢\n便利店"),
    Columns(cells=(Cell(text="水"),)),
    Feed(lines=3),
    Cut(),
)


class Clock:
    """Seconds as the test says."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Counted:
    """A tally with its outbox."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.folder = folder
        self.start()

    def start(self) -> None:
        """The gateway's process starts."""
        self.tally = Tally(self.folder, DEVICES, self.clock)
        self.outbox = CountingOutbox("boot", self.clock, self.tally)

    def of(self, device_id: str) -> DeviceStatistics:
        (found,) = [one for one in self.tally.statistics().devices if one.device_id == device_id]
        return found

    def counts(self, device_id: str) -> dict[str, int]:
        """What has happened, without what never did."""
        return {name: count for name, count in self.of(device_id).counts.items() if count}

    def see(self, device_id: str, state: str, reason: str = "", identity: str = "") -> None:
        info = DeviceInfo(device_id=device_id, kind="scanner", model="any", link="")
        facts = {"state": state, "reason": reason, "identity": identity}
        self.outbox.set_device(msgspec.structs.replace(info, **facts))

    def print(self, job_id: str, document: tuple[AnyBlock, ...] = RECEIPT) -> None:
        order = Print(
            job_id=job_id, device_id="receipt-1", content_hash=content_hash(document), document=document
        )
        self.tally.ordered(order)

    def answer(self, job_id: str, *states: str) -> None:
        for state in states:
            self.outbox.add_answer(msgspec.convert({"job_id": job_id, "state": state}, JobAnswer))

    def kept(self) -> object:
        """What the file says."""
        path = self.folder / STATISTICS_FILE
        return msgspec.json.decode(path.read_bytes()) if path.exists() else None


@pytest.fixture
def counted(tmp_path: Path) -> Counted:
    """A gateway that has counted nothing yet."""
    return Counted(tmp_path)


def test_scans_good_and_bad_and_how_fast(counted: Counted) -> None:
    for _ in range(3):
        counted.outbox.add_reading("scanner-1", Scan(text="6901234567892"))
    counted.outbox.add_reading("scanner-1", Misread(reason="garbled"))
    assert counted.counts("scanner-1") == {"GoodScanCount": 3, "MisreadCount": 1}
    assert counted.of("scanner-1").scans_a_minute == 3
    counted.clock.now_s += 61
    assert counted.of("scanner-1").scans_a_minute == 0


def test_a_load_counts_once_when_it_comes_to_rest(counted: Counted) -> None:
    for stable, grams in ((False, 500), (True, 500), (True, 500), (True, 0), (False, 300), (True, 300)):
        weight = Weight(value=Decimal(grams) / 1000, unit="kg", stable=stable)
        counted.outbox.add_reading("scale-1", weight)
    assert counted.counts("scale-1") == {"GoodWeightReadCount": 2}


def test_a_receipt_counts_when_it_is_on_paper_and_once(counted: Counted) -> None:
    counted.print("job-1")
    counted.answer("job-1", "printing")
    assert counted.counts("receipt-1") == {}
    counted.answer("job-1", "printed")
    on_paper = {"ReceiptLinePrintedCount": 3, "ReceiptLineFeedCount": 3, "PaperCutCount": 1}
    assert counted.counts("receipt-1") == on_paper
    counted.print("job-1")  # sent again: the log answers, nothing is printed
    counted.answer("job-1", "printed")
    assert counted.counts("receipt-1") == on_paper


def test_a_receipt_that_nobody_saw_come_out_is_a_failed_cut(counted: Counted) -> None:
    counted.print("job-1")
    counted.answer("job-1", "not_started")
    counted.print("job-1")
    counted.answer("job-1", "printing", "unknown")
    assert counted.counts("receipt-1") == {"FailedPaperCutCount": 1}


def test_labels_by_their_copies(counted: Counted) -> None:
    label = Label(width_mm=40, height_mm=30, fields=(LabelText(text="苹果"),), copies=5)
    counted.print("job-1", (label,))
    counted.answer("job-1", "printing", "printed")
    assert counted.counts("receipt-1") == {"LabelPrintedCount": 5}


@pytest.mark.parametrize(("ok", "name"), [(True, "DrawerGoodOpenCount"), (False, "DrawerFailedOpenCount")])
def test_kicks(counted: Counted, ok: bool, name: str) -> None:
    counted.tally.ordered(ReleaseDrawer(release_id="r", device_id="drawer-1", expires_in_ms=1))
    counted.outbox.add_answer(DrawerReleased(release_id="r", ok=ok))
    assert counted.counts("drawer-1") == {name: 1}


def test_links_lost_and_found_hours_and_troubles(counted: Counted) -> None:
    counted.see("receipt-1", "closed", "link.absent")
    counted.see("receipt-1", "enabled")
    counted.clock.now_s += 3600
    counted.see("receipt-1", "closed", "link.gone")
    counted.clock.now_s += 7200
    for reason in ("", "printer.cover_open", "printer.paper_out", "printer.paper_out"):
        counted.see("receipt-1", "enabled", reason)
    assert counted.counts("receipt-1") == {
        "CommunicationErrorCount": 1,
        "ReconnectCount": 1,
        "HoursPoweredCount": 1,
        "ReceiptCoverOpenCount": 1,
        "PaperOutCount": 1,
    }


def test_another_unit_in_its_place_begins_at_nothing(counted: Counted) -> None:
    counted.see("scanner-1", "enabled", identity="usb:1:2:OLD")
    counted.outbox.add_reading("scanner-1", Scan(text="1"))
    counted.see("scanner-1", "closed")
    counted.see("scanner-1", "enabled", identity="usb:1:2:NEW")
    assert "GoodScanCount" not in counted.counts("scanner-1")


def test_counts_live_over_a_restart_and_a_kill_costs_a_minute_at_most(counted: Counted) -> None:
    counted.outbox.add_reading("scanner-1", Scan(text="1"))
    counted.tally.close()
    counted.start()
    counted.outbox.add_reading("scanner-1", Scan(text="2"))
    counted.clock.now_s += tallies.KEEP_EVERY_S
    asyncio.run(counted.tally.keep())
    counted.outbox.add_reading("scanner-1", Scan(text="3"))
    counted.start()  # killed: nobody closed it
    assert counted.counts("scanner-1") == {"GoodScanCount": 2}


def test_it_is_written_at_most_once_a_minute_and_seldom_when_nothing_happens(counted: Counted) -> None:
    async def run() -> None:
        counted.outbox.add_reading("scanner-1", Scan(text="1"))
        await counted.tally.keep()
        assert counted.kept() is None
        counted.clock.now_s += tallies.KEEP_EVERY_S
        await counted.tally.keep()
        first = counted.kept()
        assert first is not None
        (counted.folder / STATISTICS_FILE).unlink()
        counted.clock.now_s += tallies.KEEP_EVERY_S
        await counted.tally.keep()
        assert counted.kept() is None
        counted.clock.now_s += tallies.KEEP_HOURS_EVERY_S
        await counted.tally.keep()
        assert counted.kept() == first

    asyncio.run(run())


def test_rubbish_in_the_file_counts_as_nothing(counted: Counted) -> None:
    (counted.folder / STATISTICS_FILE).write_text("[1, 2")
    counted.start()
    assert counted.counts("scanner-1") == {}


def test_only_the_newest_statistics_go_out_and_again_on_a_new_link(counted: Counted) -> None:
    async def run() -> None:
        counted.outbox.set_statistics(Statistics())
        counted.outbox.set_statistics(counted.tally.statistics())
        frames = await counted.outbox.next_frames()
        assert frames == [counted.tally.statistics()]
        counted.outbox.greet()
        assert await counted.outbox.next_frames() == frames

    asyncio.run(run())
