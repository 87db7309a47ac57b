"""A printer on the kernel's USB node, and a file in a printer's place."""

from __future__ import annotations

import asyncio
import errno
import os
import pty
import tty
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drivers.document import Text, content_hash
from drivers.gateway.links import file as file_link
from drivers.gateway.links.fd_link import FdLink, LinkLost
from drivers.gateway.links.file import FileLink
from drivers.gateway.links.opener import open_link
from drivers.gateway.links.url import parse_link_url
from drivers.gateway.links.usb import UsbLink
from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged, JobAnswer, Print
from tests.drivers.gateway.doubles import Counter, counter


def test_bytes_both_ways_over_a_usb_node() -> None:
    async def run() -> None:
        master, slave = pty.openpty()
        tty.setraw(master)
        link = await open_link(parse_link_url(f"usb://{os.ttyname(slave)}", {}))
        os.write(master, b"\x12")
        assert await link.read(5) == b"\x12"
        await link.write(b"receipt", 5)
        assert os.read(master, 10) == b"receipt"
        assert not await link.stored()
        link.close()

    asyncio.run(run())


def test_an_empty_packet_is_not_the_end_of_a_usb_printer() -> None:
    async def run() -> None:
        read, write = os.pipe()  # its end is always readable, with nothing to read
        os.close(write)
        link = UsbLink(read, lambda: os.close(read))
        assert await link.read(0.01) == b""
        assert await link.read(0.01) == b""
        link.close()
        read, write = os.pipe()
        os.close(write)
        other = FdLink(read, lambda: os.close(read))
        with pytest.raises(LinkLost):
            await other.read(5)
        other.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENODEV, "link.absent"), (errno.EBUSY, "link.busy"), (errno.EIO, "link.gone")]
)
def test_a_usb_node_that_cannot_be_had_says_why(
    monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(*_args: object) -> int:
        raise OSError(number, "no")

    async def run() -> None:
        monkeypatch.setattr(os, "open", refuse)
        with pytest.raises(LinkLost) as lost:
            await open_link(parse_link_url("usb:///dev/usb/lp0", {}))
        assert lost.value.code == code

    asyncio.run(run())


def play(path: Path, scene: Callable[[Counter], Awaitable[None]]) -> None:
    async def run() -> None:
        printer = DeviceSettings(device_id="receipt-1", profile="printer/file_80mm", link=f"file://{path}")
        async with counter(path.parent, printer) as made:
            made.supervisor._keepers["receipt-1"]._open_link = open_link
            await made.frame(DeviceChanged, device_id="receipt-1", state="enabled")
            await scene(made)

    asyncio.run(run())


def test_a_receipt_in_a_file_is_whole_on_disk_and_printed(tmp_path: Path) -> None:
    path = tmp_path / "receipts"

    async def scene(made: Counter) -> None:
        for job_id in ("job-1", "job-2", "job-1"):
            await made.print(job_id)
            assert await made.ended(job_id) == JobAnswer(job_id=job_id, state="printed")
        assert path.read_bytes().count("店枢".encode("gbk")) == 2

    play(path, scene)


def test_a_file_says_that_it_says_nothing(tmp_path: Path) -> None:
    async def scene(made: Counter) -> None:
        told = made.outbox.device("receipt-1")
        assert (told.health, told.reason) == ("ok", "printer.no_status")

    play(tmp_path / "receipts", scene)


def test_a_full_disk_leaves_no_half_receipt_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "receipts"
    write = os.write

    def fill_up(fd: int, data: memoryview) -> int:
        if len(data) > 20:
            return write(fd, data[:20])
        raise OSError(errno.ENOSPC, "no space left")

    async def scene(made: Counter) -> None:
        await made.print("job-1")
        await made.ended("job-1")
        before = path.read_bytes()
        monkeypatch.setattr(os, "write", fill_up)
        long = (Text(text="x" * 400),)
        frame = Print(job_id="job-2", device_id="receipt-1", content_hash=content_hash(long), document=long)
        await made.supervisor.handle(frame)
        assert await made.ended("job-2") == JobAnswer(job_id="job-2", state="not_started", reason="link.full")
        assert path.read_bytes() == before
        monkeypatch.setattr(os, "write", write)
        await made.frame(DeviceChanged, state="enabled")
        await made.supervisor.handle(frame)
        assert (await made.ended("job-2")).state == "printed"
        assert len(path.read_bytes()) > len(before) + 400

    play(path, scene)


def test_one_file_has_one_writer(tmp_path: Path) -> None:
    async def run() -> None:
        url = parse_link_url(f"file://{tmp_path / 'receipts'}", {})
        first = await open_link(url)
        with pytest.raises(LinkLost) as lost:
            await open_link(url)
        assert lost.value.code == "link.busy"
        first.close()
        (await open_link(url)).close()
        with pytest.raises(LinkLost) as lost:
            await open_link(parse_link_url(f"file://{tmp_path}/nowhere/receipts", {}))
        assert lost.value.code == "link.absent"

    asyncio.run(run())


def test_a_job_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr(file_link, "MAX_JOB_BYTES", 10)
        link = await open_link(parse_link_url(f"file://{tmp_path / 'receipts'}", {}))
        assert isinstance(link, FileLink)
        await link.write(b"x" * 8, 1)
        with pytest.raises(LinkLost):
            await link.write(b"x" * 8, 1)
        assert await link.read(0.01) == b""
        link.close()

    asyncio.run(run())
