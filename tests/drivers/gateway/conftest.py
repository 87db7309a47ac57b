"""What this machine must have for mock devices."""

from __future__ import annotations

import ctypes

import pytest

PRELOAD = "libumockdev-preload.so.0"


@pytest.fixture(scope="session")
def umockdev() -> str:
    """The preload library; a machine without it fails, it does not skip."""
    for library in (PRELOAD, "libumockdev.so.0"):
        try:
            ctypes.CDLL(library)
        except OSError as error:
            pytest.fail(f"umockdev is not installed (Debian: umockdev libumockdev0): {error}")
    return PRELOAD
