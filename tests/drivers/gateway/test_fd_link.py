"""A link over a descriptor: every byte once and in order, and none of it read before somebody waits."""

from __future__ import annotations

import asyncio
import os
import random
import select

import pytest

from drivers.gateway.links.fd_link import FdLink, LinkLost


class Line:
    """A pipe whose other end the test holds."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe2(os.O_NONBLOCK)
        self.link = FdLink(self.reader, lambda: os.close(self.reader))

    def say(self, data: bytes) -> None:
        os.write(self.writer, data)

    def is_waiting(self) -> bool:
        """Whether bytes lie in the line, unread."""
        return bool(select.select([self.reader], [], [], 0)[0])


async def some_turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_silence_is_seen_and_bytes_that_came_meanwhile_are_not_called_silence() -> None:
    async def run() -> None:
        line = Line()
        assert await line.link.read(0.01) == b""
        line.say(b"abc")
        assert await line.link.read(0) == b"abc"
        line.link.close()

    asyncio.run(run())


def test_nothing_is_taken_before_somebody_waits_for_it() -> None:
    async def run() -> None:
        line = Line()
        line.say(b"one")
        assert await line.link.read(None) == b"one"
        line.say(b"two")
        await some_turns()
        assert line.is_waiting()
        assert await line.link.read(None) == b"two"
        line.link.close()

    asyncio.run(run())


def test_a_read_that_is_given_up_loses_nothing() -> None:
    async def run() -> None:
        for seed in range(50):
            line, turns = Line(), random.Random(seed).randrange(4)
            reading = asyncio.create_task(line.link.read(None))
            await asyncio.sleep(0)
            line.say(b"abc")
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            (done,) = await asyncio.gather(reading, return_exceptions=True)
            if isinstance(done, BaseException):
                assert await line.link.read(1) == b"abc"
            line.link.close()

    asyncio.run(run())


def test_the_end_of_the_line_is_a_lost_link() -> None:
    async def run() -> None:
        line = Line()
        line.say(b"last")
        os.close(line.writer)
        assert await line.link.read(None) == b"last"
        with pytest.raises(LinkLost):
            await line.link.read(None)
        line.link.close()
        line.link.close()

    asyncio.run(run())


def test_a_descriptor_used_again_is_not_watched_for_the_old_link() -> None:
    async def run() -> None:
        first = Line()
        with pytest.raises(asyncio.TimeoutError):
            async with asyncio.timeout(0.01):
                await first.link.read(None)
        first.link.close()
        again = Line()  # takes the number that is free
        again.say(b"x")
        assert await again.link.read(1) == b"x"
        again.link.close()

    asyncio.run(run())
