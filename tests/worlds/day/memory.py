"""How much memory a process holds."""

from __future__ import annotations

from pathlib import Path

import pytest


def resident_kib(pid: int) -> int:
    """Resident memory as the kernel counts it."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    pytest.fail(f"no memory of {pid}")
