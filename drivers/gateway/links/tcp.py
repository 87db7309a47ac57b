"""Network devices: raw bytes over one TCP connection."""

from __future__ import annotations

import asyncio
import socket

from drivers.gateway.links.fd_link import FdLink, Link, LinkLost
from drivers.gateway.links.url import LinkUrl

CONNECT_TIMEOUT_S = 3.0
# A printer whose cable was pulled says nothing: probe after 5 s, give up after three more.
_KEEPALIVE_IDLE_S, _KEEPALIVE_EVERY_S, _KEEPALIVE_COUNT = 5, 1, 3
_UNACKED_TIMEOUT_MS = 10_000


async def open_tcp(url: LinkUrl) -> Link:
    """A connection to host:port; LinkLost says why not."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
            family, kind, protocol, _, address = found[0]
            sock = socket.socket(family, kind, protocol)
            try:
                _set_up(sock)
                await loop.sock_connect(sock, address)
            except BaseException:
                sock.close()
                raise
    except TimeoutError as error:
        raise LinkLost("link.absent", f"{url.host}:{url.port} does not answer") from error
    except OSError as error:
        raise LinkLost("link.absent", str(error)) from error
    return FdLink(sock.fileno(), sock.close)


def _set_up(sock: socket.socket) -> None:
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_EVERY_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _KEEPALIVE_COUNT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKED_TIMEOUT_MS)
