"""The cloud as one process: broker, aggregator, projections and console, started and stopped as one."""

import logging
import signal
import threading
import time
from pathlib import Path

import uvicorn
from litestar import Litestar

from cloud_sync.cloud import tables
from cloud_sync.cloud.aggregator import Aggregator
from cloud_sync.cloud.app import TEXTS, create_app
from cloud_sync.cloud.broker import (
    AGGREGATOR,
    BrokerProcess,
    BrokerSettings,
    BrokerUsers,
    reload_users,
    user_of,
)
from cloud_sync.cloud.db import Database
from cloud_sync.cloud.feed import Feed
from cloud_sync.cloud.follower import Follower
from cloud_sync.cloud.keeper import BrokerKeeper
from cloud_sync.cloud.modules import MODULES
from cloud_sync.cloud.pool import Pool
from cloud_sync.cloud.registry import enrol
from cloud_sync.cloud.settings import CloudSettings
from cloud_sync.wire.link import Broker
from cloud_sync.wire.topics import address
from hub.kernel import tables as hub_tables
from hub.kernel.errors import Texts
from hub.kernel.schema import tables_of

log = logging.getLogger(__name__)

_SHUTDOWN_S = 5


def now_ms() -> int:
    """The wall clock."""
    return time.time_ns() // 1_000_000


def open_database(settings: CloudSettings) -> Database:
    """The database with every table in place."""
    database = Database(settings.database_url(), settings.database_key())
    database.create(tables.metadata)
    database.create(hub_tables.metadata, tables_of(MODULES, "projected"))
    return database


def broker_process(settings: CloudSettings) -> BrokerProcess:
    """The embedded broker, not yet started."""
    mqtt = settings.mqtt
    return BrokerProcess(BrokerSettings(settings.broker_folder(), mqtt.port, mqtt.nats_port, mqtt.host))


def broker_of(settings: CloudSettings) -> Broker:
    """The aggregator's way to the broker, embedded or not."""
    mqtt = settings.mqtt
    if mqtt.username is not None:
        user, password = mqtt.username, settings.broker_password()
    else:
        user, password = AGGREGATOR, BrokerUsers(settings.broker_folder()).ensure_aggregator()
    return Broker(mqtt.host, mqtt.port, user, password, mqtt.tls, mqtt.ca_file)


def enrol_hub(settings: CloudSettings, hub_id: str, store_id: str, public_key: bytes) -> tuple[str, str]:
    """Let a hub send for a store; its user name and password at the broker. Raises AlreadyEnrolled."""
    hub = address(settings.tenant, hub_id)
    database = open_database(settings)
    with database.connected() as connection:
        enrol(connection, hub, store_id, public_key)
    password = BrokerUsers(settings.broker_folder()).ensure_hub(hub)
    reload_users(settings.broker_folder())
    return user_of(hub), password


class CloudService:
    """Everything but the web server itself, which `app` is for."""

    def __init__(self, settings: CloudSettings) -> None:
        self.settings = settings
        settings.path.mkdir(parents=True, exist_ok=True)
        self.database = open_database(settings)
        self._keeper = BrokerKeeper(broker_process(settings)) if settings.mqtt.embedded else None
        texts = Texts(TEXTS)
        self._pool = Pool(self.database)
        self.feed = Feed(self._pool, texts, settings.language, now_ms)
        self._follower = Follower(self.database, MODULES, now_ms, self.feed.notice)
        self._aggregator = Aggregator(
            self.database,
            broker_of(settings),
            now_ms,
            self._progress,
            settings.credit_events,
            settings.path if self.database.dialect == "sqlite" else None,
        )
        self.app: Litestar = create_app(
            self._pool, self.feed, texts, now_ms, settings.console.secure_cookie, _static(settings)
        )

    def start(self) -> None:
        """Start broker, projections and aggregator. Raises BrokerFailed."""
        if self._keeper is not None:
            self._keeper.start()
        self._follower.start()
        self._aggregator.start()

    def stop(self) -> None:
        """End them, the last first."""
        self._aggregator.stop()
        self._follower.stop()
        if self._keeper is not None:
            self._keeper.stop()
        self._pool.close()

    def _progress(self, _hub_id: str) -> None:
        self._follower.wake()
        self.feed.wake()


def run(settings: CloudSettings) -> None:
    """Serve until a signal says stop."""
    service = CloudService(settings)
    config = uvicorn.Config(
        service.app,
        host=settings.console.host,
        port=settings.console.port,
        log_level="warning",
        timeout_graceful_shutdown=_SHUTDOWN_S,
        ws_max_size=64 * 1024,
    )
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again once it has stopped: unheard, it would end us before the broker
        signal.signal(number, lambda *_: told_to_stop.set())
    service.start()
    try:
        if not told_to_stop.is_set():
            uvicorn.Server(config).run()
    finally:
        service.stop()


def _static(settings: CloudSettings) -> Path:
    return settings.path / settings.pages if settings.pages else Path(__file__).parent / "static" / "console"
