"""One MQTT connection, driven by the caller's own thread: no library thread that could die unseen.

Each connection is a fresh client with an empty queue: what was on its way is sent again by the
acknowledgement above, never by MQTT, so a message that the broker refuses cannot come back for ever.
"""

import logging
import os
import select
import ssl
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

log = logging.getLogger(__name__)

MAX_OUTSTANDING = 20
"""QoS 1 messages without a PUBACK; beyond this the library slows down, and a resend ignores its limit."""
MAX_INBOX = 64
_CONNECT_TIMEOUT_S = 5.0
_READY_TIMEOUT_S = 10.0
_PUBACK_TIMEOUT_S = 20.0
_SUBACK_FAILURE = 0x80


class LinkLost(Exception):
    """The connection is gone or was never ready; connect again."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are to it."""

    host: str = "127.0.0.1"
    port: int = 8740
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: str | None = None
    keepalive_s: int = 20


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we vanish."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What came in; `mid` is for `Link.acknowledge` when `qos` is 1."""

    topic: str
    payload: bytes
    mid: int
    qos: int


class Waker:
    """Ends a `Link.pump` from another thread."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fileno(self) -> int:
        """The end to wait on."""
        return self._read

    def wake(self) -> None:
        """Wake whoever waits; many wakes count as one."""
        try:
            os.write(self._write, b"\0")
        except BlockingIOError:
            return  # it is awake already

    def clear(self) -> None:
        """Forget the wakes so far."""
        try:
            while os.read(self._read, 4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        """Give the pipe back; nobody may wake after this."""
        os.close(self._read)
        os.close(self._write)


def _buffered(sock: Any) -> bool:
    """Whether TLS already holds decrypted bytes that no poll would show."""
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0


def _wait(sock: Any, writing: bool, waker: Waker | None, timeout_s: float) -> dict[int, int]:
    poll = select.poll()
    poll.register(sock, select.POLLIN | (select.POLLOUT if writing else 0))
    if waker is not None:
        poll.register(waker, select.POLLIN)
    return dict(poll.poll(timeout_s * 1000))


class Link:
    """Connected and subscribed once `ready`. Any method may raise LinkLost: close it and make another."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        subscriptions: Sequence[tuple[str, int]],
        will: Will | None = None,
        durable: bool = False,
    ) -> None:
        self._subscriptions = tuple(subscriptions)
        self._unconfirmed: set[int] = set()
        self._outstanding: dict[int, float] = {}
        self._inbox: deque[Message] = deque()
        self._failure: str | None = None
        self._connected = False
        self.ready = False
        self._client = self._configured(broker, client_id, will, durable)
        self._started_s = time.monotonic()
        try:
            self._client.connect(broker.host, broker.port, keepalive=broker.keepalive_s)
        except (OSError, ValueError) as error:
            raise LinkLost(str(error)) from error

    def _configured(self, broker: Broker, client_id: str, will: Will | None, durable: bool) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=not durable,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        client.connect_timeout = _CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(MAX_OUTSTANDING)
        client.max_queued_messages_set(4 * MAX_OUTSTANDING)
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
        if will is not None:
            client.will_set(will.topic, will.payload, qos=0)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    @property
    def free_slots(self) -> int:
        """How many QoS 1 messages may be published now."""
        return MAX_OUTSTANDING - len(self._outstanding)

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """Hand one message to the connection."""
        info = self._client.publish(topic, payload, qos=qos)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise LinkLost(f"publish: {info.rc}")
        if qos:
            self._outstanding[info.mid] = time.monotonic()

    def acknowledge(self, message: Message) -> None:
        """Let the broker forget a message, after the commit that holds what it carried."""
        if message.qos and self._client.ack(message.mid, message.qos) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise LinkLost("acknowledge")

    def pump(self, timeout_s: float, waker: Waker | None = None) -> list[Message]:
        """Move bytes both ways, waiting at most `timeout_s` or until woken; the messages that came."""
        sock = self._client.socket()
        if sock is None:
            raise LinkLost(self._failure or "closed")
        pending = _buffered(sock) or bool(self._inbox)
        ready = _wait(sock, self._client.want_write(), waker, 0.0 if pending else timeout_s)
        if waker is not None and ready.get(waker.fileno()):
            waker.clear()
        events = ready.get(sock.fileno(), 0)
        if events & select.POLLOUT:
            self._check(self._client.loop_write())
        if events & ~select.POLLOUT or pending:
            self._read_all(sock)
        self._check(self._client.loop_misc())
        self._watch()
        messages = list(self._inbox)
        self._inbox.clear()
        return messages

    def close(self) -> None:
        """Say goodbye if anybody listens, and let go."""
        self._client.disconnect()
        self._client.loop_misc()

    def _read_all(self, sock: Any) -> None:
        """Read packets while there are any, up to a full inbox."""
        while len(self._inbox) < MAX_INBOX:
            self._check(self._client.loop_read())
            if not (_buffered(sock) or _wait(sock, False, None, 0.0)):
                return

    def _check(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._failure is not None:
            raise LinkLost(self._failure or str(code))

    def _watch(self) -> None:
        """The watchdog: a connection that is never ready, or a broker that stops answering."""
        now_s = time.monotonic()
        if self._failure is not None:
            raise LinkLost(self._failure)
        if not self.ready and now_s - self._started_s > _READY_TIMEOUT_S:
            raise LinkLost("not ready in time")
        oldest_s = next(iter(self._outstanding.values()), now_s)
        if now_s - oldest_s > _PUBACK_TIMEOUT_S:
            raise LinkLost("no PUBACK in time")

    # Callbacks run inside pump; they only take notes, so that none can raise into the library.

    def _on_connect(self, client: Client, userdata: object, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._failure = f"refused: {reason}"
            return
        self._connected = True
        for topic, qos in self._subscriptions:
            _, mid = client.subscribe(topic, qos)
            if mid is not None:
                self._unconfirmed.add(mid)
        self.ready = not self._subscriptions

    def _on_subscribe(
        self, client: Client, userdata: object, mid: int, reasons: Any, properties: Any
    ) -> None:
        if any(reason.value >= _SUBACK_FAILURE for reason in reasons):
            self._failure = "subscription refused"
        self._unconfirmed.discard(mid)
        self.ready = self._connected and not self._unconfirmed

    def _on_publish(self, client: Client, userdata: object, mid: int, reason: Any, properties: Any) -> None:
        self._outstanding.pop(mid, None)

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self._inbox.append(Message(message.topic, bytes(message.payload), message.mid, message.qos))

    def _on_disconnect(
        self, client: Client, userdata: object, flags: Any, reason: Any, properties: Any
    ) -> None:
        self._failure = self._failure or f"disconnected: {reason}"
