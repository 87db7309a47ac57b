"""The scanned path: four gateways that each serve five tills, then tills that type; beside the bare hub."""

import asyncio
import time
from itertools import count
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from bench.figures import Figure
from bench.hub import TrialHub
from bench.load import Run, closed_loop
from bench.orders import start_bare
from bench.process import Program, free_port
from bench.shop import LINES, PIECES, TILLS, open_till, scanner_of, scans
from hub.kernel.ids import new_id

GATEWAYS = 4
WAITING = 16
"""Readings that a gateway has sent and not yet had acknowledged."""
SECONDS = 5.0
HTTP_CLIENTS = 8


async def measure(folder: Path) -> list[Figure]:
    """Readings a second through gateways, and scans a second over HTTP."""
    hub = TrialHub(folder / "hub")
    hub.furnish()
    program = hub.start()
    port = free_port()
    bare = start_bare(folder, port)
    token = hub.settings.gateway_token_path.read_text().strip()
    try:
        cookies = [await open_till(hub.port, till) for till in TILLS]
        readings, cpu_ms = await _readings(hub.port, token, program)
        bare_readings, _ = await _readings(port, token, bare)
        typed = await closed_loop(hub.port, "/api/orders/scan", scans(), HTTP_CLIENTS, SECONDS, cookies[0])
        bare_typed = await closed_loop(port, "/api/orders/scan", scans(), HTTP_CLIENTS, SECONDS)
    finally:
        hub.stop()
        bare.stop()
    return [
        Figure("scans", "scans through 4 gateways", readings.rate, "/s", 1_200),
        Figure("scans", "processor a scan", cpu_ms / readings.count, "ms"),
        Figure("scans", "of the bare hub's, through gateways", readings.rate / bare_readings.rate, "×"),
        Figure("scans", f"scans over HTTP, {HTTP_CLIENTS} clients", typed.rate, "/s"),
        Figure("scans", "of the bare hub's, over HTTP", typed.rate / bare_typed.rate, "×"),
        Figure("scans", "99th percentile over HTTP", typed.at(0.99), "ms"),
    ]


async def _readings(port: int, token: str, program: Program) -> tuple[Run, float]:
    run, before_ms, began_s = Run(), program.cpu_ms(), time.perf_counter()
    groups = [TILLS[start::GATEWAYS] for start in range(GATEWAYS)]
    await asyncio.gather(*(_gateway(port, token, tills, began_s + SECONDS, run) for tills in groups))
    run.seconds = time.perf_counter() - began_s
    return run, program.cpu_ms() - before_ms


async def _gateway(port: int, token: str, tills: list[str], until_s: float, run: Run) -> None:
    boot_id = new_id()
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(
        f"ws://127.0.0.1:{port}/ws/gateway", additional_headers=headers, compression=None
    ) as socket:
        await socket.send(
            msgspec.json.encode(
                {"type": "hello", "gateway_id": f"gw-{tills[0]}", "boot_id": boot_id, "version": "bench"}
            ).decode()
        )
        while b"welcome" not in await socket.recv(decode=False):
            pass
        room = asyncio.Semaphore(WAITING)
        sending = asyncio.create_task(_send(socket, boot_id, tills, until_s, room))
        while not sending.done() or room._value < WAITING:
            if b'"ack"' in await asyncio.wait_for(socket.recv(decode=False), 10):
                run.latencies_ms.append(0.0)
                room.release()


async def _send(
    socket: ClientConnection, boot_id: str, tills: list[str], until_s: float, room: asyncio.Semaphore
) -> None:
    for seq in count(1):
        if time.perf_counter() > until_s:
            return
        await room.acquire()
        goods = PIECES[(seq // len(tills)) % LINES]
        reading = {
            "type": "reading",
            "device_id": scanner_of(tills[seq % len(tills)]),
            "boot_id": boot_id,
            "seq": seq,
            "age_ms": 1,
            "reading": {"type": "scan", "text": goods.barcodes[0]},
        }
        await socket.send(msgspec.json.encode(reading).decode())
