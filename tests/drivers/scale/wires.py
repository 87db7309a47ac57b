"""Every scale wire that has golden vectors."""

from __future__ import annotations

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
