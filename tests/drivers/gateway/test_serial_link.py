"""pyserial on real ptys: scans, unplugs, stalls."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import socket
import tty
from collections.abc import Iterator

import pytest

from drivers.gateway.links.fd_link import Link, LinkLost
from drivers.gateway.links.opener import open_link
from drivers.gateway.links.url import parse_link_url


@pytest.fixture
def plug() -> Iterator[tuple[int, str]]:
    """A pty: the device's end, and the path of ours."""
    master, slave = pty.openpty()
    tty.setraw(master)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    with contextlib.suppress(OSError):
        os.close(master)


async def opened(path: str, query: str = "") -> Link:
    return await open_link(parse_link_url(f"serial://{path}{query}", {"baud": 9600}))


def test_bytes_both_ways_and_silence(plug: tuple[int, str]) -> None:
    async def run() -> None:
        link = await opened(plug[1])
        assert await link.read(0.01) == b""
        os.write(plug[0], b"6901234567892\r")
        assert await link.read(5) == b"6901234567892\r"
        await link.write(b"\x10\x04\x01", 5)
        assert os.read(plug[0], 10) == b"\x10\x04\x01"
        assert link.written == 3
        link.close()
        link.close()

    asyncio.run(run())


def test_unplugged_is_gone_and_not_a_busy_loop(plug: tuple[int, str]) -> None:
    async def run() -> None:
        link = await opened(plug[1])
        os.close(plug[0])
        for _ in range(2):
            with pytest.raises(LinkLost) as lost:
                await link.read(5)
            assert lost.value.code == "link.gone"
        with pytest.raises(LinkLost):
            await link.write(b"x", 5)
        link.close()

    asyncio.run(run())


def test_a_device_that_takes_nothing_times_out(plug: tuple[int, str]) -> None:
    async def run() -> None:
        link = await opened(plug[1])
        with pytest.raises(LinkLost) as lost:
            await link.write(b"x" * 1_000_000, 0.2)
        assert lost.value.code == "link.write_timeout"
        assert 0 < link.written < 1_000_000
        link.close()

    asyncio.run(run())


def test_absent_busy_and_refused_settings_have_codes(plug: tuple[int, str]) -> None:
    async def run() -> None:
        with pytest.raises(LinkLost) as lost:
            await opened("/dev/no-such-tty")
        assert lost.value.code == "link.absent"
        link = await opened(plug[1], "?bits=7&parity=E")
        with pytest.raises(LinkLost) as lost:
            await opened(plug[1])
        assert lost.value.code == "link.busy"
        link.close()
        with pytest.raises(LinkLost) as lost:  # the same pty at 7E1 again: termios.error, no OSError
            await opened(plug[1], "?bits=7&parity=E")
        assert lost.value.code == "link.settings_refused"

    asyncio.run(run())


def test_tcp_both_ways_and_hang_up() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = parse_link_url(f"tcp://127.0.0.1:{server.getsockname()[1]}", {})
            link = await open_link(url)
            device, _ = server.accept()
            device.sendall(b"\x12")
            assert await link.read(5) == b"\x12"
            await link.write(b"abc", 5)
            assert device.recv(10) == b"abc"
            device.close()
            with pytest.raises(LinkLost):
                await link.read(5)
            link.close()
        with pytest.raises(LinkLost) as lost:
            await open_link(url)
        assert lost.value.code == "link.absent"

    asyncio.run(run())
