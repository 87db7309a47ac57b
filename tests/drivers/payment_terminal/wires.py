"""Every payment wire's golden vectors, and a driver that has their request in hand."""

from __future__ import annotations

from typing import Any

import msgspec

from drivers.base import build_driver
from drivers.messages import Pay
from drivers.payment_terminal.ecr_card import EcrCard
from drivers.payment_terminal.pay_code import PayCode
from drivers.profile import load_profile
from tests.drivers.wire import vectors

Terminal = EcrCard | PayCode
WIRES = ("ecr_card", "pay_code")
ALL: list[dict[str, Any]] = [vector for wire in WIRES for vector in vectors(f"payment_{wire}")]


def terminal(profile: str, **options: Any) -> Terminal:
    """The driver of a profile."""
    driver = build_driver(load_profile(f"payment_terminal/{profile}"), options)
    assert isinstance(driver, EcrCard | PayCode)
    return driver


def asked(vector: dict[str, Any]) -> tuple[Terminal, bytes]:
    """The vector's driver with its request begun, and the request's bytes."""
    driver = terminal(vector["profile"].partition("/")[2], **vector["options"])
    request = msgspec.convert(vector["request"], Pay)
    assert driver.cannot(request) == ""
    return driver, driver.begin(request)


def held_bytes(driver: Terminal) -> int:
    """What the driver keeps of unfinished answers."""
    return driver._deframer.held_bytes if isinstance(driver, EcrCard) else len(driver._line)
