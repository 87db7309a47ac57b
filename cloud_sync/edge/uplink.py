"""The uplink: one thread that carries the journal to the cloud and knows how far it has come.

It owns its MQTT connection outright, so there is no library thread to die unseen, and a fault of any kind
ends in the same place: a new connection after a jittered wait. Selling never waits for it.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cloud_sync.edge.outbox import Outbox
from cloud_sync.edge.pace import Backoff, TokenBucket
from cloud_sync.edge.status import SyncStatus
from cloud_sync.edge.window import Limits, UplinkState, Window
from cloud_sync.wire import ack as acks
from cloud_sync.wire import heartbeat as heartbeats
from cloud_sync.wire import telemetry as telemetries
from cloud_sync.wire.envelope import MAX_EVENTS
from cloud_sync.wire.frame import BadFrame
from cloud_sync.wire.heartbeat import Heartbeat, LiveTotals
from cloud_sync.wire.link import Broker, Link, LinkLost, Message, Waker, Will
from cloud_sync.wire.telemetry import MAX_DEVICES, DeviceFigures, Telemetry
from cloud_sync.wire.topics import DOWN_ACK, UP_EVENTS, UP_STATUS, UP_TELEMETRY, HubAddress
from hub.kernel.db import DatabaseError, Readers
from hub.kernel.heads import acknowledged_head, remember_acknowledged
from hub.kernel.journal import Head, read_entry, read_head
from hub.kernel.keystore import Keystore

log = logging.getLogger(__name__)

_PUMP_S = 0.25
"""How long one turn waits for something to happen: the NORMAL tail becomes durable without a wake."""
_STATUS_EVERY_S = 0.25
_REMEMBER_EVERY_S = 1.0
_STUMBLE_S = 1.0
"""A wait that may fail no more."""
_BUSY_FOR_S = 0.2
"""Tills are selling while the last commit is not older than this."""
_BATCHES_A_TURN = 2
"""Between these the thread listens, and lets others have the processor."""
_BUSY_EVENTS = 200
"""A batch while tills sell: reading 500 events takes longer than a scan may wait for the processor."""


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """Where to and as whom; `rate` is events a second for a backlog, `busy_rate` while tills sell."""

    hub: HubAddress
    broker: Broker = field(default_factory=Broker)
    epoch: int = 1
    version: str = ""
    rate: float = 20_000.0
    busy_rate: float = 2_000.0
    heartbeat_s: float = 10.0
    telemetry_s: float = 60.0
    limits: Limits = field(default_factory=Limits)


def _no_totals() -> LiveTotals | None:
    return None


def _no_money(_after_seq: int) -> int | None:
    return None


def _no_telemetry() -> tuple[DeviceFigures, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the hub lends the uplink. Every function is called on the uplink's thread and must be quick."""

    readers: Readers
    keystore: Keystore
    durable_seq: Callable[[], int]
    """How far a power cut cannot reach back; nothing past it is sent."""
    now_ms: Callable[[], int]
    on_change: Callable[[SyncStatus], None] = lambda _status: None
    on_cloud_time: Callable[[int], None] = lambda _cloud_ms: None
    live_totals: Callable[[], LiveTotals | None] = _no_totals
    pending_money_fen: Callable[[int], int | None] = _no_money
    telemetry: Callable[[], tuple[DeviceFigures, ...]] = _no_telemetry


class Uplink:
    """Start it once; `status` may be read from any thread at any time."""

    def __init__(
        self,
        settings: UplinkSettings,
        surroundings: Surroundings,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._around = surroundings
        self._jitter = jitter
        self._window = Window(settings.hub.hub, settings.epoch, settings.limits)
        self._outbox = Outbox(surroundings.readers, surroundings.keystore, settings.hub.hub, settings.epoch)
        self._bucket = TokenBucket(settings.rate, burst=2_000)
        self._backoff = Backoff()
        self._waker = Waker()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        self._link: Link | None = None
        self._announced = False
        self._last_commit_s = 0.0
        self._next_beat_s = 0.0
        self._next_status_s = 0.0
        self._next_telemetry_s = 0.0
        self._remember_due_s = 0.0
        self._memory_failed = False
        self._oldest: tuple[int, int] = (0, 0)
        self._last_ack_at_ms: int | None = None
        known = acknowledged_head(surroundings.keystore)
        self._remembered_seq = known.seq if known else 0
        self.status = SyncStatus(applied=self._remembered_seq)

    def start(self) -> None:
        """Begin; a journal that ends below what the cloud once acknowledged raises the alarm at once."""
        self._compare_with_memory()
        self._refresh_status(0.0)
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye and end the thread."""
        self._stopping.set()
        self._waker.wake()
        if self._thread.is_alive():
            self._thread.join(timeout=15)

    def wake(self) -> None:
        """There is something new in the journal, so somebody sells. From any thread, never blocks."""
        self._last_commit_s = time.monotonic()
        self._waker.wake()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._live()
            except LinkLost as error:
                log.info("uplink lost: %s", error)
            except Exception:  # supervisor: a fault of any kind ends in a new connection
                log.exception("uplink failed")
            try:
                self._drop_link()
                self._wait(self._backoff.failed(self._jitter()))
            except Exception:  # supervisor: a journal that cannot be read just now is no end either
                log.exception("uplink cannot tell where it stands")
                self._stopping.wait(_STUMBLE_S)

    def _live(self) -> None:
        """One connection from its first packet to its end."""
        hub = self._settings.hub
        will = heartbeats.encode(Heartbeat(hub=hub.hub, epoch=self._settings.epoch, online=False))
        link = self._link = Link(
            self._settings.broker,
            client_id=f"{hub.tenant}-{hub.hub}",
            subscriptions=[(hub.topic(DOWN_ACK), 0)],
            will=Will(hub.topic(UP_STATUS), will),
        )
        while not self._stopping.is_set():
            for message in link.pump(self._turn_s(), self._waker):
                self._hear(message)
            now_s = time.monotonic()
            if link.ready:
                self._serve(link, now_s)
            self._refresh_status(now_s)
        self._beat(link, asks=False, online=False)
        link.pump(0.0)

    def _serve(self, link: Link, now_s: float) -> None:
        if not self._announced:
            self._announced, self._next_beat_s = True, now_s
            self._window.on_connected(now_s)
        self._window.on_tick(now_s)
        self._send(link, now_s)
        if self._window.wants_to_ask(now_s) or now_s >= self._next_beat_s:
            self._next_beat_s = now_s + self._settings.heartbeat_s
            self._beat(link, asks=True, online=True)
        self._send_telemetry(link, now_s)

    def _send(self, link: Link, now_s: float) -> None:
        selling = now_s - self._last_commit_s < _BUSY_FOR_S
        self._bucket.rate = min(self._settings.rate, self._settings.busy_rate if selling else float("inf"))
        at_most = _BUSY_EVENTS if selling else MAX_EVENTS
        for _ in range(1 if selling else _BATCHES_A_TURN):
            span = self._window.next_span(self._around.durable_seq())
            if span is None or link.free_slots <= 0 or self._bucket.wait_s(now_s) > 0:
                return
            try:
                made = self._outbox.next_batch(span.first(at_most))
            except BadFrame as error:
                log.error("an event after %s is too large to send: %s", span.after, error)
                self._window.stop(UplinkState.OVERSIZE, "sync.oversize")
                return
            if made is None:
                return
            batch, frame = made
            link.publish(self._settings.hub.topic(UP_EVENTS), frame, qos=1)
            self._window.on_sent(batch.head.seq, now_s)
            self._bucket.spend(len(batch.bodies))

    def _send_telemetry(self, link: Link, now_s: float) -> None:
        """Now and then, and only when no event waits: telemetry is what is shed first."""
        waits = self._window.in_flight or self._window.next_span(self._around.durable_seq()) is not None
        if now_s < self._next_telemetry_s or waits or not self._window.heard:
            return
        devices = self._around.telemetry()[:MAX_DEVICES]
        if devices:
            self._next_telemetry_s = now_s + self._settings.telemetry_s
            hub, epoch = self._settings.hub, self._settings.epoch
            frame = telemetries.encode(Telemetry(hub=hub.hub, epoch=epoch, devices=devices))
            link.publish(hub.topic(UP_TELEMETRY), frame, qos=0)

    def _hear(self, message: Message) -> None:
        try:
            ack = acks.decode(message.payload)
        except BadFrame as error:
            log.warning("an acknowledgement could not be read: %s", error)
            return
        if not self._window.is_news(ack):
            return
        self._backoff.succeeded()
        self._window.on_ack(ack, self._outbox.hash_at(ack.applied), time.monotonic())
        self._around.on_cloud_time(ack.cloud_time_ms)
        if self._window.state is UplinkState.OK:
            self._last_ack_at_ms = self._around.now_ms()
        self._next_status_s = 0.0

    def _beat(self, link: Link, asks: bool, online: bool) -> None:
        status = self.status
        beat = Heartbeat(
            hub=self._settings.hub.hub,
            epoch=self._settings.epoch,
            online=online,
            asks=asks,
            head_seq=status.head_seq,
            pending_events=status.pending_events,
            pending_money_fen=status.pending_money_fen,
            oldest_age_s=status.oldest_age_s,
            live=self._around.live_totals(),
            version=self._settings.version,
            state=status.state,
        )
        link.publish(self._settings.hub.topic(UP_STATUS), heartbeats.encode(beat), qos=0)

    def _turn_s(self) -> float:
        """How long to wait for the network: not at all while batches may go, else until they may."""
        if self._window.next_span(self._around.durable_seq()) is None or self._link_is_full():
            return _PUMP_S
        return min(self._bucket.wait_s(time.monotonic()), _PUMP_S)

    def _link_is_full(self) -> bool:
        return self._link is None or not self._link.ready or self._link.free_slots <= 0

    def _drop_link(self) -> None:
        link, self._link = self._link, None
        self._announced = False
        self._window.on_disconnected()
        if link is not None:
            link.close()

    def _wait(self, wait_s: float) -> None:
        """Wait to connect again, keeping the badge's figures moving."""
        until_s = time.monotonic() + wait_s
        while not self._stopping.is_set() and (left_s := until_s - time.monotonic()) > 0:
            self._refresh_status(time.monotonic())
            self._stopping.wait(min(left_s, 1.0))

    def _refresh_status(self, now_s: float) -> None:
        if now_s < self._next_status_s:
            return
        self._next_status_s = now_s + _STATUS_EVERY_S
        fresh = self._measure()
        self._remember(fresh, now_s)
        if fresh != self.status:
            self.status = fresh
            self._around.on_change(fresh)

    def _measure(self) -> SyncStatus:
        applied = max(self._window.applied, 0 if self._window.heard else self.status.applied)
        with self._around.readers.session() as read:
            head = read_head(read) or Head(self._settings.epoch, 0, b"", 0)
            pending = max(head.seq - applied, 0)
            if pending and self._oldest[0] != applied + 1:
                oldest = read_entry(read, applied + 1)
                self._oldest = (applied + 1, oldest.at_ms if oldest else head.at_ms)
        age_ms = self._around.now_ms() - self._oldest[1] if pending else 0
        return SyncStatus(
            connected=self._link is not None and self._link.ready and self._window.heard,
            state=self._window.state.value,
            reason=self._window.reason,
            head_seq=head.seq,
            applied=applied,
            pending_events=pending,
            pending_money_fen=self._around.pending_money_fen(applied) if pending else 0,
            oldest_age_s=max(age_ms, 0) // 1000,
            last_ack_at_ms=self._last_ack_at_ms,
        )

    def _remember(self, status: SyncStatus, now_s: float) -> None:
        """Keep the newest acknowledged head where the database's editor does not reach."""
        newer = self._window.heard and self._window.applied > self._remembered_seq
        if not newer or (now_s < self._remember_due_s and (status.pending_events or self._memory_failed)):
            return
        seq = self._window.applied
        entry_hash = self._outbox.hash_at(seq)
        if entry_hash is None:
            return
        self._remember_due_s = now_s + _REMEMBER_EVERY_S
        try:
            remember_acknowledged(self._around.keystore, self._outbox.signed(seq, entry_hash))
            self._remembered_seq, self._memory_failed = seq, False
        except DatabaseError as error:  # a full disk is all the more reason to go on sending
            log.warning("the acknowledged head cannot be kept: %s", error)
            self._memory_failed = True

    def _compare_with_memory(self) -> None:
        known = acknowledged_head(self._around.keystore)
        if known is None or known.epoch != self._settings.epoch:
            return
        own = self._outbox.hash_at(known.seq)
        if own is None:
            self._window.stop(UplinkState.CLOUD_AHEAD, "sync.cloud_ahead")
        elif own != known.hash:
            self._window.stop(UplinkState.DIVERGED, "sync.diverged")
