"""Every scale wire's golden vectors."""

from __future__ import annotations

from typing import Any

from tests.drivers.wire import vectors

WIRES = (
    "adam",
    "cas_os2x",
    "cas_stream",
    "cn6",
    "dialog06",
    "epelsa",
    "mt_sics",
    "nci_ecr",
    "toledo_8217",
)
ALL: list[dict[str, Any]] = [vector for wire in WIRES for vector in vectors(f"scale_{wire}")]
