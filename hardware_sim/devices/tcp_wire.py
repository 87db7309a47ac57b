"""A network printer's socket: one host at a time, the same port at every plug."""

import asyncio
import socket
import struct

from hardware_sim.devices.wire import Ears, PacedReader

HOST = "127.0.0.1"
SEND_TIMEOUT_S = 5.0
# A printer's receive buffer is small; with the kernel's usual 128 KB no host would ever feel a slow printer.
RECEIVE_BUFFER_BYTES = 4096
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class TcpWire:
    """Listens while plugged; a second host is turned away, a pulled plug resets the first."""

    def __init__(self, ears: Ears, port: int = 0) -> None:
        self._ears, self._port = ears, port
        self._listener: socket.socket | None = None
        self._host: socket.socket | None = None
        self._reader: PacedReader | None = None
        self._bytes_per_s: int | None = None

    @property
    def link(self) -> str:
        return f"tcp://{HOST}:{self._port}"

    @property
    def plugged(self) -> bool:
        return self._listener is not None

    @property
    def connected(self) -> bool:
        return self._host is not None

    def pace(self, bytes_per_s: int | None) -> None:
        self._bytes_per_s = bytes_per_s
        if self._reader is not None:
            self._reader.pace(bytes_per_s)

    def plug(self) -> None:
        if self._listener is not None:
            return
        listener = socket.create_server((HOST, self._port), reuse_port=False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        listener.setblocking(False)
        self._port = int(listener.getsockname()[1])
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener.fileno(), self._accept)
        self._ears.line_changed()

    def unplug(self) -> None:
        if self._listener is None:
            return
        asyncio.get_running_loop().remove_reader(self._listener.fileno())
        self._listener.close()
        self._listener = None
        self._drop_host(reset=True)
        self._ears.line_changed()

    async def send(self, data: bytes) -> bool:
        if self._host is None:
            return False
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await asyncio.get_running_loop().sock_sendall(self._host, data)
        except (OSError, TimeoutError):
            return False
        return True

    async def settle(self) -> None:
        """Nothing to wait for: what a host was sent it can read even after a reset."""

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            host, _ = self._listener.accept()
        except OSError:
            return
        if self._host is not None:
            host.close()
            return
        host.setblocking(False)
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = host
        self._reader = PacedReader(host.fileno(), self._ears.heard, self._host_left)
        if self._bytes_per_s is not None:
            self._reader.pace(self._bytes_per_s)
        self._ears.line_changed()

    def _host_left(self) -> None:
        self._drop_host(reset=False)
        self._ears.line_changed()

    def _drop_host(self, reset: bool) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._host is not None:
            if reset:
                self._host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self._host.close()
            self._host = None
