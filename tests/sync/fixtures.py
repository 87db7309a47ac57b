"""A real broker, a real PostgreSQL and both kinds of database, for any test that needs them.

Use them with `from tests.sync.fixtures import *` in a conftest.py.
"""

import contextlib
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.cloud.broker import BrokerProcess, BrokerSettings, BrokerUsers, user_of
from cloud_sync.cloud.db import Database
from cloud_sync.wire.link import Broker, Link, LinkLost
from cloud_sync.wire.topics import HubAddress
from tests.sync.postgres import Postgres

__all__ = ["broker", "database", "own_broker", "postgres", "sqlite_database"]


class RunningBroker:
    """A broker on free ports of the loopback."""

    def __init__(self, folder: Path) -> None:
        self._users = BrokerUsers(folder)
        self.process = BrokerProcess(BrokerSettings(folder, free_port(), free_port()))

    def aggregator(self) -> Broker:
        """The aggregator's way in."""
        return self._as("aggregator", self._users.ensure_aggregator())

    def hub(self, hub: HubAddress) -> Broker:
        """A hub's way in, enrolled at first use."""
        known = self._users.password(user_of(hub))
        password = known or self._users.ensure_hub(hub)
        way_in = self._as(user_of(hub), password)
        if known is None:
            self.process.reload_users()
            while not _lets_in(way_in):
                time.sleep(0.02)
        return way_in

    def _as(self, user: str, password: str) -> Broker:
        return Broker("127.0.0.1", self.process.settings.mqtt_port, user, password)


def _lets_in(broker: Broker) -> bool:
    """Whether the broker has read its users anew: it does so in its own time after the signal."""
    try:
        link = Link(broker, "fixture-probe", ())
        while not link.ready:
            link.pump(1.0)
        link.close()
    except LinkLost:
        return False
    return True


def free_port() -> int:
    """A port that nobody has now, below those that the system gives to connections."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    """One broker for the whole run; tests keep apart by tenant."""
    running = RunningBroker(tmp_path_factory.mktemp("broker"))
    running.process.start()
    yield running
    running.process.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[RunningBroker]:
    """A broker of the test's own, to be killed."""
    running = RunningBroker(tmp_path / "broker")
    running.process.start()
    yield running
    running.process.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for the whole run."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Database:
    """A fresh SQLite database."""
    return Database(str(tmp_path / "cloud.db"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A fresh database of either kind."""
    if request.param == "sqlite":
        return Database(str(tmp_path / "cloud.db"))
    server: Postgres = request.getfixturevalue("postgres")
    return Database(server.database())
