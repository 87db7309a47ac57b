"""The broker from its wheel: who may say what, and that it comes back."""

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cloud_sync.cloud.broker import BrokerFailed, BrokerProcess, BrokerSettings, running_pid
from cloud_sync.cloud.keeper import BrokerKeeper
from cloud_sync.wire.link import Broker, Link, LinkLost, Message, Waker
from cloud_sync.wire.topics import DOWN_ACK, UP_EVENTS, HubAddress, address, every_hub
from hub.kernel.ids import new_id
from tests.sync.chain import eventually
from tests.sync.fixtures import RunningBroker, free_port


@contextmanager
def joined(broker: Broker, *subscriptions: tuple[str, int]) -> Iterator[Link]:
    """A link that is ready."""
    link = Link(broker, f"test-{new_id()[-8:]}", subscriptions)
    while not link.ready:
        link.pump(1.0)
    yield link
    link.close()


def say(broker: Broker, topic: str, payload: bytes) -> None:
    """One message, confirmed by the broker."""
    with joined(broker) as link:
        link.publish(topic, payload, qos=1)
        while link.free_slots < 20:
            link.pump(1.0)


def hear(link: Link, count: int) -> list[Message]:
    """The next messages, acknowledged."""
    heard: list[Message] = []

    def enough() -> bool:
        heard.extend(link.pump(0.1))
        return len(heard) >= count

    eventually(enough, f"{count} messages")
    for message in heard:
        link.acknowledge(message)
    return heard


@pytest.fixture
def hubs(broker: RunningBroker) -> tuple[HubAddress, HubAddress]:
    tenant = f"t{new_id()[-8:]}"
    return address(tenant, "hub-1"), address(tenant, "hub-2")


def test_what_a_hub_says_reaches_the_aggregator_and_back(
    broker: RunningBroker, hubs: tuple[HubAddress, HubAddress]
) -> None:
    mine, _ = hubs
    with (
        joined(broker.aggregator(), (every_hub(UP_EVENTS), 1)) as cloud,
        joined(broker.hub(mine), (mine.topic(DOWN_ACK), 0)) as hub,
    ):
        hub.publish(mine.topic(UP_EVENTS), b"batch", qos=1)
        (message,) = hear(cloud, 1)
        assert (message.topic, message.payload) == (mine.topic(UP_EVENTS), b"batch")
        cloud.publish(mine.topic(DOWN_ACK), b"ack", qos=0)
        assert [word.payload for word in hear(hub, 1)] == [b"ack"]


def test_a_hub_cannot_speak_for_another(broker: RunningBroker, hubs: tuple[HubAddress, HubAddress]) -> None:
    mine, other = hubs
    with (
        joined(broker.aggregator(), (every_hub(UP_EVENTS), 1)) as cloud,
        joined(broker.hub(mine)) as hub,
    ):
        hub.publish(other.topic(UP_EVENTS), b"forged", qos=1)
        hub.publish(mine.topic(UP_EVENTS), b"honest", qos=1)
        assert [message.payload for message in hear(cloud, 1)] == [b"honest"]


def test_a_hub_cannot_listen_to_another(broker: RunningBroker, hubs: tuple[HubAddress, HubAddress]) -> None:
    mine, other = hubs
    with pytest.raises(LinkLost, match="refused"), joined(broker.hub(mine), (other.topic(DOWN_ACK), 0)):
        pytest.fail("the subscription was granted")


@pytest.mark.parametrize("password", ["wrong", None])
def test_a_wrong_password_is_refused(broker: RunningBroker, password: str | None) -> None:
    known = broker.aggregator()
    stranger = Broker(known.host, known.port, known.username, password)
    with pytest.raises(LinkLost, match="refused"), joined(stranger):
        pytest.fail("let in")


def test_a_message_beyond_the_bound_costs_only_the_link(
    broker: RunningBroker, hubs: tuple[HubAddress, HubAddress]
) -> None:
    mine, _ = hubs
    with pytest.raises(LinkLost):
        say(broker.hub(mine), mine.topic(UP_EVENTS), bytes(300_000))
    with joined(broker.hub(mine)) as again:
        assert again.free_slots == 20


def test_outstanding_messages_are_counted(broker: RunningBroker, hubs: tuple[HubAddress, HubAddress]) -> None:
    mine, _ = hubs
    with joined(broker.hub(mine)) as hub:
        for _ in range(20):
            hub.publish(mine.topic(UP_EVENTS), b"x", qos=1)
        assert hub.free_slots == 0
        eventually(lambda: hub.pump(0.1) == [] and hub.free_slots == 20, "all confirmed")


def test_a_broker_that_is_not_there_is_a_lost_link() -> None:
    with pytest.raises(LinkLost):
        Link(Broker(port=free_port()), "test", ())


def test_a_waker_ends_the_wait(broker: RunningBroker) -> None:
    waker = Waker()
    with joined(broker.aggregator()) as link:
        for _ in range(100_000):
            waker.wake()
        assert link.pump(60.0, waker) == []
        assert link.pump(0.0, waker) == []
    waker.close()


def test_passwords_are_readable_by_their_owner_alone(own_broker: RunningBroker) -> None:
    own_broker.hub(address("chain", "hub-1"))
    for name in ("users.json", "users.conf", "broker.conf"):
        mode = (own_broker.process.settings.directory / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_a_killed_broker_is_started_again(tmp_path: Path) -> None:
    process = BrokerProcess(BrokerSettings(tmp_path, free_port(), free_port()))
    keeper = BrokerKeeper(process)
    keeper.start()
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    eventually(lambda: process.pid not in (None, first), "another one")
    keeper.stop()
    assert running_pid(tmp_path) is None


def test_a_broker_left_behind_is_ended_before_the_next_starts(tmp_path: Path) -> None:
    settings = BrokerSettings(tmp_path, free_port(), free_port())
    left_behind = BrokerProcess(settings)
    left_behind.start()
    old = left_behind.pid
    following = BrokerProcess(settings)
    following.start()
    assert following.pid != old
    assert left_behind.pid is None
    following.stop()


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path, own_broker: RunningBroker) -> None:
    taken = own_broker.process.settings.mqtt_port
    process = BrokerProcess(BrokerSettings(tmp_path / "second", taken, free_port()))
    with pytest.raises(BrokerFailed, match=f"port {taken}: see "):
        process.start()
    assert process.pid is None
