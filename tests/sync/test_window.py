"""The sender under everything that a network and a cloud can do to it."""

import random
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.edge.window import Limits, UplinkState, Window
from cloud_sync.wire.ack import Ack

LIMITS = Limits(batches=5, events=200, timeout_s=5.0, ask_every_s=1.0, ask_at_most_every_s=8.0)


def hash_of(seq: int) -> bytes:
    return seq.to_bytes(32)


def ack(applied: int, serial: int = 1, boot_id: str = "boot", **changes: object) -> Ack:
    fields = {
        "hub": "hub-1", "boot_id": boot_id, "serial": serial, "epoch": 1, "applied": applied,
        "applied_hash": hash_of(applied), "credit": 1000, "cloud_time_ms": 0,
    }  # fmt: skip
    return Ack(**(fields | changes))  # type: ignore[arg-type]


def heard(applied: int = 0, limits: Limits = LIMITS) -> Window:
    window = Window("hub-1", 1, limits)
    window.on_connected(0.0)
    window.on_ack(ack(applied), hash_of(applied), 0.0)
    return window


@dataclass
class World:
    """A journal that grows, a link that loses, doubles and shuffles, a cloud that restarts and forgets."""

    seed: int
    length: int
    window: Window = field(init=False)
    cloud: int = 0
    kept: int = 0
    serial: int = 0
    boot: int = 0
    now_s: float = 0.0
    next_beat_s: float = 0.0
    up: list[tuple[int, int]] = field(default_factory=list)
    down: list[Ack] = field(default_factory=list)
    sent_past: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.window = Window("hub-1", 1, LIMITS)
        self.window.on_connected(0.0)
        self.fsynced = self.length // 2

    def step(self, calm: bool) -> None:
        self.now_s += self.dice.uniform(0.0, 1.0)
        self.fsynced = min(self.length, self.fsynced + self.dice.randrange(20))
        self._send(calm)
        self._deliver_up(calm)
        self._deliver_down(calm)
        if not calm and self.dice.random() < 0.02:
            self._restart_cloud()

    def _send(self, calm: bool) -> None:
        self.window.on_tick(self.now_s)
        beats = self.now_s >= self.next_beat_s
        self.next_beat_s += 10.0 if beats else 0.0
        if (self.window.wants_to_ask(self.now_s) or beats) and (calm or self.dice.random() < 0.8):
            self._say(None)
        while (span := self.window.next_span(self.fsynced)) is not None:
            last = min(span.up_to, span.after + self.dice.randint(1, 30))
            self.sent_past = max(self.sent_past, last - self.fsynced)
            assert self.window.in_flight < LIMITS.batches
            self.window.on_sent(last, self.now_s)
            for _ in range(1 if calm else self.dice.choice([0, 1, 1, 2])):
                self.up.append((span.after, last))

    def _deliver_up(self, calm: bool) -> None:
        if not calm:
            self.dice.shuffle(self.up)
        for _ in range(len(self.up) if calm else self.dice.randrange(len(self.up) + 1)):
            after, last = self.up.pop(0)
            if after <= self.cloud:
                self.cloud = max(self.cloud, last)
                self._say(None)
            else:
                self._say(self.cloud + 1)

    def _deliver_down(self, calm: bool) -> None:
        if not calm:
            self.dice.shuffle(self.down)
        for word in self.down:
            if calm or self.dice.random() < 0.7:
                self.window.on_ack(word, hash_of(word.applied), self.now_s)
        self.down.clear()

    def _say(self, want: int | None) -> None:
        self.serial += 1
        self.down.append(ack(self.cloud, self.serial, f"boot-{self.boot}", want=want))

    def _restart_cloud(self) -> None:
        """Now and then its database comes back from an older copy."""
        self.boot += 1
        self.kept = self.dice.choice([self.cloud, self.kept])
        self.cloud = self.kept
        self._say(None)


@given(st.integers(0, 2**32), st.integers(1, 400))
@settings(max_examples=200, deadline=None)
def test_everything_arrives_whatever_the_network_does(seed: int, length: int) -> None:
    world = World(seed, length)
    for _ in range(60):
        world.step(calm=False)
    for _ in range(400):
        world.step(calm=True)
        if world.window.applied == world.cloud == length:
            break
    assert world.cloud == world.window.applied == length
    assert world.window.state is UplinkState.OK
    assert world.sent_past <= 0, "nothing past the last fsync was ever sent"


def test_nothing_goes_before_the_clouds_first_word() -> None:
    window = Window("hub-1", 1, LIMITS)
    window.on_connected(0.0)
    assert window.next_span(100) is None
    window.on_ack(ack(40), hash_of(40), 0.0)
    span = window.next_span(100)
    assert span is not None
    assert (span.after, span.up_to) == (40, 100)


def test_silence_stops_the_batches_and_asks_ever_more_rarely() -> None:
    window = heard()
    window.on_sent(10, 1.0)
    window.on_tick(5.9)
    assert window.in_flight == 1
    window.on_tick(6.0)
    assert window.next_span(100) is None
    asked_s = [now_s for now_s in range(6, 60) if window.wants_to_ask(float(now_s))]
    assert asked_s == [6, 7, 9, 13, 21, 29, 37, 45, 53]


def test_the_window_and_the_credit_bound_what_is_on_its_way() -> None:
    window = heard()
    for last in range(1, LIMITS.batches + 1):
        window.on_sent(last, 0.0)
    assert window.next_span(100) is None
    poor = Window("hub-1", 1, LIMITS)
    poor.on_connected(0.0)
    poor.on_ack(ack(0, credit=7), hash_of(0), 0.0)
    span = poor.next_span(100)
    assert span is not None
    assert span.up_to == 7


def test_no_credit_sends_nothing_but_asks_again() -> None:
    window = Window("hub-1", 1, LIMITS)
    window.on_connected(0.0)
    window.on_ack(ack(0, credit=0), hash_of(0), 0.0)
    assert window.next_span(100) is None
    assert window.wants_to_ask(0.0)


def test_a_gap_is_sent_again_at_once_but_only_once() -> None:
    window = heard()
    for last in (10, 20, 30):
        window.on_sent(last, 0.0)
    window.on_ack(ack(10, 2, want=11), hash_of(10), 0.1)
    span = window.next_span(100)
    assert span is not None
    assert span.after == 10
    window.on_sent(20, 0.2)
    window.on_ack(ack(10, 3, want=11), hash_of(10), 0.3)
    span = window.next_span(100)
    assert span is not None
    assert span.after == 20


def test_a_cloud_that_fell_back_is_sent_the_rest_again() -> None:
    window = heard(90)
    window.on_ack(ack(30, 1, "another boot"), hash_of(30), 1.0)
    span = window.next_span(100)
    assert span is not None
    assert span.after == 30


def test_a_late_answer_of_the_same_cloud_changes_nothing() -> None:
    window = heard(0)
    window.on_ack(ack(50, 9), hash_of(50), 1.0)
    window.on_ack(ack(20, 8), hash_of(20), 1.0)
    assert window.applied == 50


def test_a_cloud_that_knows_more_than_the_hub_stops_the_uplink() -> None:
    window = heard(10)
    window.on_ack(ack(80, 2), None, 1.0)
    assert window.state is UplinkState.CLOUD_AHEAD
    assert window.next_span(200) is None


def test_another_hash_at_the_same_number_stops_the_uplink() -> None:
    window = heard(10)
    window.on_ack(ack(20, 2), b"x" * 32, 1.0)
    assert window.state is UplinkState.DIVERGED
    assert window.reason == "sync.diverged"


def test_quarantine_and_fence_stop_the_uplink_and_a_release_starts_it() -> None:
    window = heard(10)
    window.on_sent(20, 0.5)
    window.on_ack(ack(10, 2, verdict="quarantined", reason="sync.fork"), hash_of(10), 1.0)
    assert (window.state, window.reason) == (UplinkState.QUARANTINED, "sync.fork")
    window.on_ack(ack(10, 3), hash_of(10), 2.0)
    span = window.next_span(100)
    assert span is not None
    assert span.after == 10
    window.on_ack(ack(10, 4, epoch=2), hash_of(10), 3.0)
    assert window.state is UplinkState.FENCED


def test_what_is_meant_for_another_hub_is_not_heard() -> None:
    window = Window("hub-1", 1, LIMITS)
    window.on_connected(0.0)
    window.on_ack(ack(5, hub="hub-2"), hash_of(5), 0.0)
    assert not window.heard
