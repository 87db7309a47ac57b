"""The bench's WebSocket, over a real socket to a real process."""

import socket
from pathlib import Path
from urllib.request import Request, urlopen

import msgspec
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hardware_sim.bench.messages import BenchFrame, DeviceChanged, Printed, ReceiptCut, Scanned, Snapshot
from hardware_sim.wiring import Wiring, read_wiring
from tests.hardware_sim.hosts import LINE_SCANNER, TCP_PRINTER
from tests.hardware_sim.process import running


def frame_of(connection: ClientConnection) -> BenchFrame:
    frame: BenchFrame = msgspec.json.decode(connection.recv(timeout=10), type=BenchFrame)
    return frame


def print_on(wiring: Wiring, data: bytes) -> None:
    (link,) = [device.link for device in wiring.devices if device.device_id == TCP_PRINTER]
    host, port = link.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as printer:
        printer.sendall(data + b"\x1dr\x01")
        assert printer.recv(1) == b"\x00"


def test_a_snapshot_and_then_every_frame_numbered(tmp_path: Path) -> None:
    with running(tmp_path):
        wiring = read_wiring(tmp_path / "wiring.json")
        assert wiring.bench_url
        http = wiring.bench_url.removesuffix("/bench/")
        news = http.replace("http://", "ws://") + "/ws/bench"
        with connect(news, origin=None, open_timeout=10) as listener:
            first = frame_of(listener)
            assert isinstance(first, Snapshot)
            assert (first.receipts, first.paper[TCP_PRINTER]) == ((), ())
            body = b'{"device_id":"scanner-2","code":"690"}'
            with urlopen(Request(f"{http}/api/scan", data=body), timeout=10) as answer:
                assert b"false" in answer.read()
            print_on(wiring, b"a\nb\n\x1dV\x00c\n")
            frames: list[BenchFrame] = []
            while not isinstance(frames[-1:] and frames[-1], Printed) or not cut_in(frames):
                frames.append(frame_of(listener))
        assert [frame.seq for frame in frames] == list(range(first.seq + 1, first.seq + 1 + len(frames)))
        changed = [frame.device.device_id for frame in frames if isinstance(frame, DeviceChanged)]
        assert {LINE_SCANNER, TCP_PRINTER} <= set(changed)
        assert [frame.outcome.code for frame in frames if isinstance(frame, Scanned)] == ["690"]
        lines = [frame.line for frame in frames if isinstance(frame, Printed)]
        (receipt,) = cut_in(frames)
        assert tuple(lines[:2]) == receipt.receipt.lines
        with connect(news, open_timeout=10) as late:
            second = frame_of(late)
        assert isinstance(second, Snapshot)
        assert [found.number for found in second.receipts] == [1]
        assert second.paper[TCP_PRINTER] == tuple(lines[2:])


def cut_in(frames: list[BenchFrame]) -> list[ReceiptCut]:
    return [frame for frame in frames if isinstance(frame, ReceiptCut)]


def test_another_sites_page_hears_nothing(tmp_path: Path) -> None:
    with running(tmp_path):
        bench = read_wiring(tmp_path / "wiring.json").bench_url
        assert bench
        news = bench.replace("http://", "ws://").replace("/bench/", "/ws/bench")
        with (
            pytest.raises(InvalidStatus),
            connect(news, additional_headers={"Origin": "https://evil.example"}),
        ):
            pass
