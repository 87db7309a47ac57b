"""A loop of attempts can be stopped at any moment."""

from __future__ import annotations

import asyncio

import pytest

from drivers.gateway.attempt import attempt


async def _failing_group(leaving: asyncio.Event) -> None:
    async def fail() -> None:
        raise OSError("gone")

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            leaving.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(linger())
        await asyncio.sleep(0)
        tasks.create_task(fail())


def test_cancelled_while_a_group_is_failing_it_stops() -> None:
    async def run() -> None:
        leaving = asyncio.Event()

        async def for_ever() -> None:
            while True:
                try:
                    await attempt(_failing_group(leaving), "group")
                except* OSError:
                    await asyncio.sleep(0)

        task = asyncio.create_task(for_ever())
        await leaving.wait()
        task.cancel()
        async with asyncio.timeout(10):
            await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(run())


def test_raises_what_the_work_raised() -> None:
    async def fail() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        asyncio.run(attempt(fail(), "work"))
