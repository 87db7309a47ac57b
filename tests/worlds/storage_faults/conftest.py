"""The recorder's library, built once a run: it is also what makes storage fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.powercut import preload


@pytest.fixture(scope="session")
def recorder_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preloaded recorder, compiled here and now."""
    return preload.build(tmp_path_factory.mktemp("storage-recorder"))
