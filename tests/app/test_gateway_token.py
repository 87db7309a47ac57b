"""The token by which gateways are known."""

import stat
from pathlib import Path

import pytest

from hub.app.server import gateway_token
from hub.kernel.errors import Refused


def test_it_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "gateway.token"
    token = gateway_token(path)
    assert len(token) >= 32
    assert gateway_token(path) == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_one_lets_nobody_in(tmp_path: Path) -> None:
    """A power cut between making the file and filling it left one that everybody knows."""
    path = tmp_path / "gateway.token"
    path.write_text("\n")
    with pytest.raises(Refused):
        gateway_token(path)
