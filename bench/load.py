"""A lean load: raw keep-alive connections that send what was made ready before and wait for the answer."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bench.figures import percentile

_HOST = "127.0.0.1"


@dataclass(slots=True)
class Run:
    """What came of a load."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Requests answered."""
        return len(self.latencies_ms)

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return self.count / self.seconds

    def at(self, share: float) -> float:
        """A percentile of the latencies, in ms."""
        return percentile(self.latencies_ms, share)

    def add(self, other: "Run") -> None:
        """Another round of the same."""
        self.seconds += other.seconds
        self.latencies_ms += other.latencies_ms


class Refusal(Exception):
    """The server said no; the benchmark is wrong or the server is."""


class Connection:
    """One HTTP/1.1 keep-alive connection; it remembers the cookie it was given."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._port = port
        self.cookie = cookie
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection(_HOST, self._port)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._writer.close()

    async def post(self, path: str, body: bytes) -> bytes:
        """Send a JSON body and return the answer's. Raises Refusal."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nCookie: {self.cookie}\r\n"
        )
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer_head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        answer = await self._reader.readexactly(_content_length(answer_head))
        if not answer_head.startswith(b"http/1.1 2"):
            raise Refusal(f"{path}: {answer.decode(errors='replace')}")
        if (at := answer_head.find(b"\r\nset-cookie: ")) >= 0:
            self.cookie = answer_head[at + 14 :].split(b";", 1)[0].decode()
        return answer

    async def call(self, path: str, **fields: Any) -> Any:
        """Send fields and return the answer as plain objects."""
        return msgspec.json.decode(await self.post(path, msgspec.json.encode(fields)))


async def closed_loop(
    port: int, path: str, bodies: Iterable[bytes], clients: int, seconds: float, cookie: str = ""
) -> Run:
    """So many clients, each sending its next body when the last is answered, for a bounded time."""
    run, left = Run(), iter(bodies)
    connections = [Connection(port, cookie) for _ in range(clients)]
    for connection in connections:
        await connection.__aenter__()
    began_s = time.perf_counter()
    until_s = began_s + seconds
    await asyncio.gather(*(_client(connection, path, left, until_s, run) for connection in connections))
    run.seconds = time.perf_counter() - began_s
    for connection in connections:
        await connection.__aexit__()
    return run


async def _client(connection: Connection, path: str, left: Iterator[bytes], until_s: float, run: Run) -> None:
    for body in left:
        sent_s = time.perf_counter()
        await connection.post(path, body)
        done_s = time.perf_counter()
        run.latencies_ms.append((done_s - sent_s) * 1000)
        if done_s >= until_s:
            return


def _content_length(head: bytes) -> int:
    at = head.index(b"content-length: ") + 16
    return int(head[at : head.index(b"\r\n", at)])
