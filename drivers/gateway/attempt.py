"""One try of something that is tried for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def attempt(work: Coroutine[Any, Any, None], name: str) -> None:
    """Run work as a task of its own and raise what it raises.

    A TaskGroup that is already failing swallows its task's cancellation (Python 3.11); with the group in a
    task apart, a caller that loops can always be stopped.
    """
    task = asyncio.create_task(work, name=name)
    try:
        await asyncio.wait([task])
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()  # seen; the caller is being stopped and raises that
    task.result()
