"""What waits for the hub: bounded, aged, re-sent until acked."""

from __future__ import annotations

import asyncio

from drivers.gateway.outbox import MAX_ANSWERS, MAX_READINGS, Outbox
from drivers.messages import Ack, DeviceChanged, DeviceInfo, DrawerReleased, JobAnswer, Reading, Scan


class Clock:
    """Time under the test's hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def scans(frames: list[object]) -> list[Reading]:
    return [frame for frame in frames if isinstance(frame, Reading)]


def next_frames(outbox: Outbox) -> list[object]:
    async def run() -> list[object]:
        async with asyncio.timeout(5):
            return list(await outbox.next_frames())

    return asyncio.run(run())


def test_a_scan_with_no_hub_carries_its_age_when_it_goes() -> None:
    clock = Clock()
    outbox = Outbox("boot", clock)
    outbox.add_reading("scanner-1", Scan(text="1"))
    clock.now_s += 7.5
    outbox.add_reading("scanner-1", Scan(text="2"))
    first, second = scans(next_frames(outbox))
    assert (first.seq, first.age_ms, second.seq, second.age_ms) == (1, 7500, 2, 0)


def test_unacked_readings_go_again_older_on_the_next_link() -> None:
    clock = Clock()
    outbox = Outbox("boot", clock)
    for text in "123":
        outbox.add_reading("scanner-1", Scan(text=text))
    assert len(scans(next_frames(outbox))) == 3
    outbox.acked(Ack(boot_id="boot", seq=1))
    outbox.acked(Ack(boot_id="an earlier boot", seq=3))
    clock.now_s += 1
    outbox.greet()
    assert [(frame.seq, frame.age_ms) for frame in scans(next_frames(outbox))] == [(2, 1000), (3, 1000)]


def test_too_many_readings_give_up_the_oldest_and_the_gap_shows() -> None:
    outbox = Outbox("boot", Clock())
    for number in range(MAX_READINGS + 5):
        outbox.add_reading("scanner-1", Scan(text=str(number)))
    frames = scans(next_frames(outbox))
    assert len(frames) == MAX_READINGS
    assert frames[0].seq == 6
    assert outbox.overflowed == 5


def test_a_state_is_told_once_and_only_when_it_changed() -> None:
    outbox = Outbox("boot", Clock())
    info = DeviceInfo(device_id="d", kind="scanner", model="m", link="l")
    outbox.set_device(info)
    assert outbox.greet() == (info,)
    outbox.set_device(info)
    outbox.add_reading("d", Scan(text="1"))
    assert not [frame for frame in next_frames(outbox) if isinstance(frame, DeviceChanged)]


def test_answers_are_bounded_the_latest_counts_and_unsent_ones_come_back() -> None:
    outbox = Outbox("boot", Clock())
    for number in range(MAX_ANSWERS + 3):
        outbox.add_answer(JobAnswer(job_id=f"j{number}", state="printing"))
    outbox.add_answer(JobAnswer(job_id="j9", state="printed"))
    outbox.add_answer(DrawerReleased(release_id="r", ok=True))
    frames = next_frames(outbox)
    assert len(frames) == MAX_ANSWERS
    assert frames[-2:] == [
        JobAnswer(job_id="j9", state="printed"),
        DrawerReleased(release_id="r", ok=True),
    ]
    outbox.add_answer(JobAnswer(job_id="j8", state="printed"))
    outbox.give_back([JobAnswer(job_id="j8", state="printing"), JobAnswer(job_id="j9", state="printed")])
    assert next_frames(outbox) == [
        JobAnswer(job_id="j8", state="printed"),
        JobAnswer(job_id="j9", state="printed"),
    ]


def test_a_device_that_babbles_pushes_out_nobody_elses_scan() -> None:
    clock = Clock()
    outbox = Outbox("boot", clock)
    outbox.add_reading("scanner-1", Scan(text="mine"))
    for number in range(3 * MAX_READINGS):
        outbox.add_reading("scanner-2", Scan(text=str(number)))
    outbox.add_reading("scanner-1", Scan(text="mine too"))
    frames = [frame for frame in next_frames(outbox) if isinstance(frame, Reading)]
    assert len(frames) == MAX_READINGS
    assert [frame.seq for frame in frames if frame.device_id == "scanner-1"] == [1, 3 * MAX_READINGS + 2]
