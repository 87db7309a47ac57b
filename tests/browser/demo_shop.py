"""Starts the real demo on free ports and tells where its pages are."""

import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.fake_hub import ROOT

START_TIMEOUT_S = 90
END_TIMEOUT_S = 30
OFFSETS = (0, 10, 20, 30, 31)


@dataclass(frozen=True)
class DemoShop:
    """One running demo."""

    port: int
    folder: Path

    @property
    def till(self) -> str:
        """The till's page."""
        return f"http://127.0.0.1:{self.port}/till/"

    @property
    def console(self) -> str:
        """Head office's page."""
        return f"http://127.0.0.1:{self.port + 10}/console/"

    @property
    def bench(self) -> str:
        """The page on which one plays the devices."""
        return f"http://127.0.0.1:{self.port + 20}/bench/"

    def console_login(self) -> tuple[str, str]:
        """The account that the demo made for head office."""
        told = tomllib.loads((self.folder / "console-login.toml").read_text())
        return told["login"], told["password"]

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator["DemoShop"]:
        """A demo that has begun to answer; ended afterwards as Ctrl-C ends it."""
        shop = cls(_free_ports(), folder)
        log = (folder / "demo.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.app.cli", "demo", "--folder", str(folder)],
            cwd=ROOT,
            env=os.environ | {"DIANSHU_DEMO_PORT": str(shop.port)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _await_pages(shop, process)
            yield shop
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            finally:
                log.close()


def _await_pages(shop: DemoShop, process: "subprocess.Popen[bytes]") -> None:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    waiting = [shop.bench, shop.console, shop.till, shop.till.replace("/till/", "/api/shop")]
    while waiting:
        told = (shop.folder / "demo.log").read_text()
        if process.poll() is not None:
            raise AssertionError(f"the demo ended by itself:\n{told}")
        if time.monotonic() > deadline_s:
            raise AssertionError(f"the demo did not start; no answer from {waiting}\n{told}")
        try:
            urllib.request.urlopen(waiting[0], timeout=2).close()
            waiting.pop(0)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


def _free_ports() -> int:
    for base in range(18_710, 28_000, 100):
        if all(_is_free(base + offset) for offset in OFFSETS):
            return base
    raise AssertionError("no five free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
