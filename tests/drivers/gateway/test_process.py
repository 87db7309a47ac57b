"""The gateway as a process: a sale's devices end to end on real ptys, killed and started again."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from drivers.document import AnyBlock, Barcode, Cell, Columns, Cut, Text, content_hash
from drivers.messages import (
    DeviceChanged,
    DrawerPosition,
    DrawerReleased,
    Heartbeat,
    Hello,
    JobAnswer,
    Print,
    QueryJob,
    Reading,
    ReleaseDrawer,
    Scan,
)
from tests.drivers.gateway.fake_hub import TOKEN, FakeHub, fake_hub
from tests.drivers.gateway.pty_printer import PtyPrinter

ROOT = Path(__file__).parents[3]
STOPPED_S = 2.5
MAX_RESIDENT_KB = 50 * 1024
CUT = b"\x1dV\x01"
RECEIPT: tuple[AnyBlock, ...] = (
    Text(text="店枢便利店", align="center", size=2),
    *(
        Columns(cells=(Cell(text=f"矿泉水 {line}", width=6), Cell(text="¥2.00", width=3, align="right")))
        for line in range(40)
    ),
    Barcode(data="S001-T01-20261122-0001"),
    Cut(),
)


class Bench:
    """A pty scanner, a pty printer with drawer, a fake hub, and a folder for the gateway."""

    def __init__(self, folder: Path, hub: FakeHub, printer: PtyPrinter) -> None:
        self.hub = hub
        self.printer = printer
        self.folder = folder
        self.scanner, slave = pty.openpty()
        tty.setraw(self.scanner)
        self._slave = slave
        self.config = folder / "gateway.toml"
        (folder / "token").write_text(TOKEN)
        self.config.write_text(
            f'gateway_id = "gw-1"\nhub_url = "{hub.url}"\ntoken_file = "token"\nstate_dir = "state"\n'
            + device("scanner-1", "scanner/generic_serial", f"serial://{os.ttyname(slave)}")
            + device("receipt-1", "printer/epson_tm_t88vi", f"serial://{printer.path}")
            + device("drawer-1", "drawer/pin3_low_open", "printer://receipt-1")
        )

    def close(self) -> None:
        os.close(self.scanner)
        os.close(self._slave)
        self.printer.close()

    async def print(self, job_id: str) -> None:
        await self.hub.send(
            Print(job_id=job_id, device_id="receipt-1", content_hash=content_hash(RECEIPT), document=RECEIPT)
        )

    async def ended(self, job_id: str) -> JobAnswer:
        while (answer := await self.hub.frame(JobAnswer, job_id=job_id)).state == "printing":
            pass
        return answer


def device(device_id: str, profile: str, link: str) -> str:
    return f'[[devices]]\ndevice_id = "{device_id}"\nprofile = "{profile}"\nlink = "{link}"\n'


@asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    async with fake_hub() as hub:
        made = Bench(folder, hub, PtyPrinter())
        try:
            yield made
        finally:
            made.close()


@asynccontextmanager
async def gateway(made: Bench) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real process, up and greeted, its printer enabled."""
    process = await start(made.config)
    try:
        hello = await made.hub.frame(Hello)
        if {info.device_id: info.state for info in hello.devices}["receipt-1"] != "enabled":
            await made.hub.frame(DeviceChanged, device_id="receipt-1", state="enabled")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def start(config: Path, command: str = "run") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from drivers.gateway.cli import app; app()",
        command,
        "--config",
        str(config),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def test_a_sales_devices_end_to_end(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made, gateway(made) as process:
            os.write(made.scanner, b"6901234567892\r")
            reading = await made.hub.frame(Reading, device_id="scanner-1")
            assert isinstance(reading.reading, Scan)
            assert reading.reading.text == "6901234567892"
            await made.print("job-1")
            assert (await made.ended("job-1")).state == "printed"
            assert made.printer.got.count(CUT) == 1
            assert "店枢便利店".encode("gbk") in made.printer.got
            await made.hub.send(ReleaseDrawer(release_id="r", device_id="drawer-1", expires_in_ms=5000))
            assert (await made.hub.frame(DrawerReleased)).ok
            await made.printer.until(bytes.fromhex("1014010001"))
            assert (await made.hub.frame(Reading, device_id="drawer-1")).reading == DrawerPosition(open=True)
            await made.hub.frame(Heartbeat)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0

    asyncio.run(run())


def test_killed_in_mid_receipt_the_job_is_unknown_and_never_printed_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made:
            made.printer.confirming = False
            async with gateway(made) as process:
                await made.print("job-1")
                await made.printer.until(CUT)
                process.kill()
                await process.wait()
            made.printer.confirming = True
            async with gateway(made):
                await made.hub.send(QueryJob(job_id="job-1"))
                answer = await made.ended("job-1")
                assert (answer.state, answer.reason) == ("unknown", "gateway.restarted")
                await made.print("job-1")
                assert (await made.ended("job-1")).state == "unknown"
                await made.print("job-2")
                assert (await made.ended("job-2")).state == "printed"
                assert made.printer.got.count(CUT) == 2
                assert len(made.printer.marks) == 2

    asyncio.run(run())


def test_a_scan_that_came_while_the_process_was_stopped_is_not_fresh(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made, gateway(made) as process:
            os.write(made.scanner, b"1111\r")
            assert (await made.hub.frame(Reading, device_id="scanner-1")).age_ms < STOPPED_S * 1000
            process.send_signal(signal.SIGSTOP)
            os.write(made.scanner, b"2222\r")
            await asyncio.sleep(STOPPED_S)
            process.send_signal(signal.SIGCONT)
            assert (await made.hub.frame(Reading, device_id="scanner-1")).age_ms >= STOPPED_S * 1000

    asyncio.run(run())


def test_it_stays_small_idle_and_after_a_receipt(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made, gateway(made) as process:
            idle_kb = resident_kb(process.pid)
            await made.print("job-1")
            await made.ended("job-1")
            printed_kb = resident_kb(process.pid)
            assert idle_kb <= MAX_RESIDENT_KB
            assert printed_kb <= MAX_RESIDENT_KB
            print(f"resident: idle {idle_kb} KB, after a receipt {printed_kb} KB")  # noqa: T201 - shown by -s

    asyncio.run(run())


def resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_a_second_gateway_on_the_same_state_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made, gateway(made):
            second = await start(made.config)
            _, said = await asyncio.wait_for(second.communicate(), 30)
            assert second.returncode == 2
            assert b"gateway.already_running" in said

    asyncio.run(run())


def test_check_lists_the_devices_and_opens_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made:
            process = await start(made.config, "check")
            said, _ = await asyncio.wait_for(process.communicate(), 30)
            assert process.returncode == 0
            assert [line.split("\t")[0] for line in said.decode().splitlines()] == [
                "scanner-1",
                "receipt-1",
                "drawer-1",
            ]

    asyncio.run(run())


def test_wrong_settings_are_one_plain_line(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made:
            made.config.write_text(made.config.read_text().replace("generic_serial", "no_such"))
            process = await start(made.config)
            _, said = await asyncio.wait_for(process.communicate(), 30)
            assert process.returncode == 2
            assert said.decode().strip().splitlines()[-1].startswith("profile.unknown")
            assert b"Traceback" not in said

    asyncio.run(run())
