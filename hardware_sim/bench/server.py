"""The bench served: counter, application and uvicorn in one process, until a signal."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from hardware_sim.bench.app import build_app
from hardware_sim.bench.feed import Feed
from hardware_sim.bench.messages import Good
from hardware_sim.counter import open_counter
from hardware_sim.layout import COUNTER, unhurried
from hardware_sim.schedule import FaultSchedule
from hardware_sim.specs import Layout
from hardware_sim.wiring import write_wiring

HOST = "127.0.0.1"
LINE_MS = 25  # about as fast as a good thermal printer
SHUTDOWN_S = 2


class PortTaken(Exception):
    """Most likely another program listens on the port; the message says what to do."""


@dataclass(frozen=True)
class BenchPlan:
    """What to set up. Serial lines appear in `folder`/dev, the wiring file once everything is there."""

    folder: Path
    goods: tuple[Good, ...] = ()
    wiring: Path | None = None
    schedule: FaultSchedule | None = None
    layout: Layout = COUNTER


async def serve(plan: BenchPlan, listener: socket.socket, tell: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM; `tell` gets one line about what this machine cannot simulate."""
    url = f"http://{HOST}:{listener.getsockname()[1]}/bench/"
    feed = Feed()
    async with open_counter(plan.folder, unhurried(plan.layout, LINE_MS), plan.schedule, feed) as counter:
        config = uvicorn.Config(
            build_app(counter, feed, plan.goods),
            loop="asyncio",
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=SHUTDOWN_S,
            ws="websockets-sansio",
        )
        if counter.notice:
            tell(counter.notice)
        if plan.wiring:
            write_wiring(plan.wiring, counter.wiring(url))
        await uvicorn.Server(config).serve(sockets=[listener])


def listen(port: int) -> socket.socket:
    """The bench's listening socket, taken before anything else starts."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise PortTaken(f"port {port} cannot be had ({why}): end that program or use --port") from error
