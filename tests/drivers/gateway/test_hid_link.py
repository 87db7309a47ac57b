"""The real evdev library on a mock input node; what umockdev cannot play is injected."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import evdev
import pytest

from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.links.hid import open_hid
from drivers.gateway.links.url import parse_link_url
from tests.drivers.wire import vectors

ROOT = Path(__file__).parents[3]
SCANS = [vector for vector in vectors("scanner_hid") if not vector["options"]]


def play(umockdev: str, vector: dict[str, Any]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.drivers.gateway.mock_input_node",
            vector["profile"],
            str(len(vector["readings"])),
        ],
        input=vector["wire_hex"],
        env={**os.environ, "LD_PRELOAD": umockdev},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("vector", SCANS[:3] + SCANS[4:6], ids=lambda vector: vector["name"])
def test_evdev_reads_a_mock_scanner(umockdev: str, vector: dict[str, Any]) -> None:
    said = play(umockdev, vector)
    assert said[0] == {"identity": "usb:05e0:1200:S1234567"}
    assert [fact["reading"] for fact in said[1:-1]] == vector["readings"]
    assert said[-1] == {"lost": "link.gone"}


def open_node() -> Any:
    return asyncio.run(open_hid(parse_link_url("hid:///dev/null", {})))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOENT, "link.absent"),
        (errno.ENODEV, "link.absent"),
        (errno.EACCES, "link.forbidden"),
        (errno.EIO, "link.gone"),
    ],
)
def test_a_node_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch, number: int, code: str) -> None:
    def refuse(path: str) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(evdev, "InputDevice", refuse)
    with pytest.raises(LinkLost) as lost:
        open_node()
    assert lost.value.code == code


def test_a_node_that_is_away_is_not_opened_to_find_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The gateway looks for it all day."""
    monkeypatch.setattr(evdev, "InputDevice", lambda path: pytest.fail(f"opened {path}"))
    for _ in range(60):
        with pytest.raises(LinkLost) as lost:
            asyncio.run(open_hid(parse_link_url(f"hid://{tmp_path}/event7", {})))
        assert lost.value.code == "link.absent"


class GrabbedNode:
    """A node whose exclusive use somebody else has."""

    closed = False
    fd = -1

    def grab(self) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    def close(self) -> None:
        self.closed = True


def test_a_node_somebody_else_holds_is_busy_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    node = GrabbedNode()
    monkeypatch.setattr(evdev, "InputDevice", lambda path: node)
    with pytest.raises(LinkLost) as lost:
        open_node()
    assert lost.value.code == "link.busy"
    assert node.closed


def test_enodev_while_reading_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def unplugged(fd: int, size: int) -> bytes:
        raise OSError(errno.ENODEV, "No such device")

    reader, writer = os.pipe()
    device = GrabbedNode()
    device.fd = reader
    monkeypatch.setattr(device, "grab", lambda: None)
    monkeypatch.setattr(evdev, "InputDevice", lambda path: device)

    async def run() -> str:
        link = await open_hid(parse_link_url("hid:///dev/null", {}))
        os.write(writer, b"x")
        monkeypatch.setattr("drivers.gateway.links.fd_link.os.read", unplugged)
        with pytest.raises(LinkLost) as lost:
            await link.read(5)
        return lost.value.code

    assert asyncio.run(run()) == "link.gone"
    monkeypatch.undo()
    os.close(reader)
    os.close(writer)
