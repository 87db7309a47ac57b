"""A gateway played by hand: its frames on the hub's real WebSocket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from websockets.sync.client import ClientConnection, connect

from drivers import messages as wire
from hub.app.settings import load_settings
from tests.worlds.stack.waiting import WAIT_S
from tests.worlds.stack.world import World

F = TypeVar("F", bound=wire.Frame)


class HandGateway:
    """A link that was welcomed."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def acked(self, reading: wire.Reading) -> int:
        """Send a reading; the number that the hub acknowledges."""
        self._socket.send(wire.encode(reading))
        return self.hear(wire.Ack).seq

    def greet(self, device_id: str) -> None:
        """Say hello with one scanner."""
        scanner = wire.DeviceInfo(
            device_id=device_id, kind="scanner", model="generic_hid", link="hid://hand", state="enabled"
        )
        hello = wire.Hello(gateway_id="gateway-9", boot_id="hand-boot", version="1", devices=(scanner,))
        self._socket.send(wire.encode(hello))
        self.hear(wire.Welcome)

    def hear(self, kind: type[F]) -> F:
        """The next frame of a kind."""
        while True:
            frame = wire.decode_hub_frame(self._socket.recv(WAIT_S))
            if isinstance(frame, kind):
                return frame


@contextmanager
def hand_gateway(world: World, device_id: str) -> Iterator[HandGateway]:
    """Connected with the shop's own token, until the end of the block."""
    token = load_settings(world.places.hub_settings).gateway_token_path.read_text().strip()
    headers = {"authorization": f"Bearer {token}"}
    url = f"{world.places.hub.replace('http', 'ws')}/ws/gateway"
    with connect(url, additional_headers=headers, open_timeout=WAIT_S) as socket:
        link = HandGateway(socket)
        link.greet(device_id)
        yield link
