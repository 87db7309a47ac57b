"""A recorded line as a file of JSON lines, and what its driver makes of it when it is played again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from drivers.base import Driver, Heard, build_driver
from drivers.profile import load_profile

MAX_CAPTURE_BYTES = 16 * 1024 * 1024
Way = Literal["in", "out", "opened", "closed"]


class CaptureError(ValueError):
    """A file that is no recording, or a newer one."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: whose line it is, and how driver and link were set."""

    capture: Literal[1] = 1
    device_id: str
    profile: str
    link: str
    options: dict[str, Any] = {}
    link_settings: dict[str, str] = {}


class Traffic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What passed, from the device or to it; `heard` is what a test expects its driver to make of it."""

    at_ms: int
    way: Way
    hex: str = ""
    heard: list[dict[str, Any]] | None = None


class Capture(msgspec.Struct, frozen=True):
    """A whole recording."""

    header: Header
    traffic: list[Traffic]


def read_capture(path: Path) -> Capture:
    """The recording in a file; CaptureError names the line that is wrong."""
    with path.open("rb") as file:
        lines = file.read(MAX_CAPTURE_BYTES).splitlines()
    traffic: list[Traffic] = []
    try:
        header = msgspec.json.decode(lines[0] if lines else b"", type=Header)
        for line in lines[1:]:
            bytes.fromhex((one := msgspec.json.decode(line, type=Traffic)).hex)
            traffic.append(one)
    except (msgspec.DecodeError, ValueError) as error:
        raise CaptureError(f"capture.invalid: {path}: near line {len(traffic) + 1}: {error}") from error
    return Capture(header, traffic)


def replay(capture: Capture) -> Iterator[tuple[Traffic, list[Heard]]]:
    """Each piece of traffic with what the driver says to it, pauses and polls as they were."""
    driver = build_driver(load_profile(capture.header.profile), capture.header.options)
    driver.reset()
    following = [*capture.traffic[1:], None]
    for traffic, after in zip(capture.traffic, following, strict=True):
        heard = _feed(driver, traffic)
        if _falls_silent(driver, traffic, after):
            heard += driver.quiet()
        yield traffic, heard


def plain(heard: Iterable[Heard]) -> list[dict[str, Any]]:
    """What was heard as JSON has it, each named by its kind."""
    return [{"type": type(item).__name__, **msgspec.to_builtins(item)} for item in heard]


def as_test(capture: Capture) -> Iterator[bytes]:
    """The recording's lines with what its driver says to each now."""
    yield msgspec.json.encode(capture.header)
    for traffic, heard in replay(capture):
        yield msgspec.json.encode(msgspec.structs.replace(traffic, heard=plain(heard)))


def _feed(driver: Driver, traffic: Traffic) -> list[Heard]:
    match traffic.way:
        case "in":
            return driver.receive(bytes.fromhex(traffic.hex))
        case "opened":
            driver.reset()
        case "out" if driver.poll_s is not None:
            driver.poll()  # the driver must know that it asked
        case _:
            pass
    return []


def _falls_silent(driver: Driver, traffic: Traffic, after: Traffic | None) -> bool:
    if driver.quiet_s is None or traffic.way not in {"in", "out"}:
        return False
    return after is None or after.at_ms - traffic.at_ms >= driver.quiet_s * 1000
