"""The ceiling: Litestar, one writer thread, encrypted SQLite. No sign-in, no rules, the hub's own rows.

`python -m bench.bare_hub FOLDER PORT`. It commits in groups too, for that is no rule but how one writes.
"""

import asyncio
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import sqlcipher3.dbapi2 as sqlcipher
import uvicorn
from litestar import Litestar, WebSocket, get, post, websocket
from litestar.datastructures import State
from litestar.exceptions import WebSocketDisconnect

from bench.bare_rows import Order, Rows, Scan
from hub.kernel.db import PAGE_SEAL

GROUP_LIMIT = 32
_Item = tuple[Callable[[], Any], bool, "asyncio.Future[Any]"]


class BareWriter:
    """One thread; whoever waits shares a commit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._queue: queue.Queue[_Item] = queue.Queue(2_000)
        self._ready = threading.Event()
        self.rows: Rows
        threading.Thread(target=self._run, daemon=True).start()
        self._ready.wait()

    async def write(self, work: Callable[[], Any], is_durable: bool) -> Any:
        """Run work in the next group; returns after its commit."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Any] = loop.create_future()
        self._queue.put_nowait((work, is_durable, waiter))
        return await waiter

    def _run(self) -> None:
        connection = sqlcipher.connect(str(self._folder / "bare.db"), isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{bytes(32).hex()}'\"")
        connection.execute(PAGE_SEAL)
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA cache_size = -16384")
        self.rows = Rows(connection.cursor())
        self._ready.set()
        while True:
            group = [self._queue.get()]
            while len(group) < GROUP_LIMIT and not self._queue.empty():
                group.append(self._queue.get_nowait())
            is_durable = any(durable for _, durable, _ in group)
            connection.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            done = [(waiter, work()) for work, _, waiter in group]
            connection.execute("COMMIT")
            done[0][0].get_loop().call_soon_threadsafe(_settle, done)


def _settle(done: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for waiter, answer in done:
        waiter.set_result(answer)


@post("/api/orders/place", status_code=200)
async def place(data: Order, state: State) -> dict[str, Any]:
    """A paid order."""
    answer: dict[str, Any] = await state.writer.write(lambda: state.writer.rows.order(data), True)
    return answer


@post("/api/orders/scan", status_code=200)
async def scan(data: Scan, state: State) -> dict[str, Any]:
    """A scanned code."""
    answer: dict[str, Any] = await state.writer.write(lambda: state.writer.rows.scan(data), False)
    return answer


@websocket("/ws/gateway")
async def gateway(socket: WebSocket[Any, Any, Any]) -> None:
    """Readings, each acknowledged after its commit."""
    await socket.accept()
    writer: BareWriter = socket.app.state.writer
    try:
        while True:
            frame = msgspec.json.decode(await socket.receive_text())
            if frame["type"] != "reading":
                await socket.send_text('{"type":"welcome"}')
                continue
            till = frame["device_id"].removeprefix("scanner-")
            scan = Scan(f"{frame['boot_id']}{frame['seq']:08x}", till, frame["reading"]["text"])
            await writer.write(lambda f=frame, s=scan: writer.rows.reading(f["boot_id"], f["seq"], s), False)  # type: ignore[misc]
            await socket.send_text(f'{{"type":"ack","boot_id":"{frame["boot_id"]}","seq":{frame["seq"]}}}')
    except WebSocketDisconnect:
        return


@get("/health", sync_to_thread=False)
def health() -> str:
    """It is there."""
    return "ok"


def main(folder: str, port: str) -> None:
    """Serve until told to stop."""
    app = Litestar([place, scan, gateway, health], openapi_config=None, logging_config=None)
    app.state.writer = BareWriter(Path(folder))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
