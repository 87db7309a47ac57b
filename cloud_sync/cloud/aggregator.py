"""The aggregator: one thread that takes batches off the broker, commits them, and only then answers.

Order of things: database commit, MQTT acknowledgement, our own acknowledgement. Dying between any two of
them loses nothing, because the hub sends again whatever it was not told is committed.
"""

import logging
import random
import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from cloud_sync.cloud.db import Connection, Database, DatabaseError
from cloud_sync.cloud.devices import keep_telemetry
from cloud_sync.cloud.heard import keep_heartbeat
from cloud_sync.cloud.ingest import Ingest, Standing, standing_of
from cloud_sync.cloud.registry import every_hub, find_hub
from cloud_sync.wire import ack as acks
from cloud_sync.wire import heartbeat as heartbeats
from cloud_sync.wire import telemetry as telemetries
from cloud_sync.wire.ack import Ack
from cloud_sync.wire.frame import BadFrame
from cloud_sync.wire.link import Broker, Link, LinkLost, Message, Waker
from cloud_sync.wire.topics import DOWN_ACK, UP_EVENTS, UP_STATUS, UP_TELEMETRY, HubAddress, parse
from cloud_sync.wire.topics import every_hub as topics_of_every_hub
from hub.kernel.ids import new_id

log = logging.getLogger(__name__)

CLIENT_ID = "aggregator-0"
"""One consumer owns every shard for now; a second of the same name would evict it."""
MIN_FREE_BYTES = 200 * 1024 * 1024
"""Below this the cloud grants no credit: hubs keep their journals until there is room."""
_PUMP_S = 0.5
_RETRY_S = 0.5


class Aggregator:
    """Start it once. `on_progress` is told, on its thread, that a hub's standing or heartbeat is new."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        now_ms: Callable[[], int],
        on_progress: Callable[[str], None],
        credit_events: int = 10_000,
        room: Path | None = None,
    ) -> None:
        self._database = database
        self._broker = broker
        self._now_ms = now_ms
        self._on_progress = on_progress
        self._credit_events = credit_events
        self._room = room
        self._boot_id = new_id()
        self._serial = 0
        self._waker = Waker()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="aggregator", daemon=True)
        self.connected = False

    def start(self) -> None:
        """Begin to take batches."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the transaction at hand and end the thread."""
        self._stopping.set()
        self._waker.wake()
        self._thread.join(timeout=15)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._database.connected() as connection:
                    self._live(connection)
            except LinkLost as error:
                log.info("broker lost: %s", error)
            except DatabaseError as error:
                log.error("database: %s", error)
            except Exception:  # supervisor: a fault of any kind ends in new connections
                log.exception("aggregator failed")
            self.connected = False
            self._stopping.wait(_RETRY_S * (0.5 + random.random()))

    def _live(self, connection: Connection) -> None:
        """One connection to the broker from its first packet to its end."""
        kinds = ((UP_EVENTS, 1), (UP_STATUS, 0), (UP_TELEMETRY, 0))
        subscriptions = [(topics_of_every_hub(kind), qos) for kind, qos in kinds]
        link = Link(self._broker, CLIENT_ID, subscriptions, durable=True)
        try:
            while not self._stopping.is_set():
                messages = link.pump(_PUMP_S, self._waker)
                if link.ready and not self.connected:
                    self.connected = True
                    self._say(link, map(standing_of, every_hub(connection)))
                if messages:
                    self._take(link, connection, messages)
        finally:
            link.close()

    def _take(self, link: Link, connection: Connection, messages: list[Message]) -> None:
        batches: list[tuple[HubAddress, bytes]] = []
        words: list[tuple[HubAddress, str, bytes]] = []
        for message in messages:
            named = parse(message.topic)
            if named is None:
                continue
            sender, kind = named
            if kind == UP_EVENTS:
                batches.append((sender, message.payload))
            else:
                words.append((sender, kind, message.payload))
        standings: list[Standing] = []
        if batches:
            standings = Ingest(connection).take(batches, self._now_ms()).standings
        for message in messages:
            link.acknowledge(message)
        self._say(link, standings)
        for sender, kind, payload in words:
            if kind == UP_TELEMETRY:
                self._keep_telemetry(connection, sender, payload)
            else:
                self._hear(link, connection, sender, payload)
        for standing in standings:
            self._on_progress(standing.hub.hub)

    def _hear(self, link: Link, connection: Connection, sender: HubAddress, payload: bytes) -> None:
        try:
            beat = heartbeats.decode(payload)
        except BadFrame as error:
            log.warning("a heartbeat of %s could not be read: %s", sender.hub, error)
            return
        hub = find_hub(connection, sender.hub)
        if hub is None or beat.hub != sender.hub or hub.tenant != sender.tenant:
            return
        keep_heartbeat(connection, beat, self._now_ms())
        if beat.asks:
            self._say(link, [standing_of(hub)])
        self._on_progress(hub.hub_id)

    def _keep_telemetry(self, connection: Connection, sender: HubAddress, payload: bytes) -> None:
        try:
            telemetry = telemetries.decode(payload)
        except BadFrame as error:
            log.warning("telemetry of %s could not be read: %s", sender.hub, error)
            return
        hub = find_hub(connection, sender.hub)
        if hub is not None and telemetry.hub == sender.hub and hub.tenant == sender.tenant:
            keep_telemetry(connection, telemetry, self._now_ms())

    def _say(self, link: Link, standings: Iterable[Standing]) -> None:
        for standing in standings:
            self._serial += 1
            ack = Ack(
                hub=standing.hub.hub,
                boot_id=self._boot_id,
                serial=self._serial,
                epoch=standing.epoch,
                applied=standing.applied,
                applied_hash=standing.applied_hash,
                credit=self._credit(),
                cloud_time_ms=self._now_ms(),
                verdict=standing.verdict,
                want=standing.want,
                reason=standing.reason,
            )
            link.publish(standing.hub.topic(DOWN_ACK), acks.encode(ack), qos=0)

    def _credit(self) -> int:
        if self._room is not None and shutil.disk_usage(self._room).free < MIN_FREE_BYTES:
            log.error("less than %s MiB free at %s: no credit is granted", MIN_FREE_BYTES >> 20, self._room)
            return 0
        return self._credit_events
