"""The token by which gateways are known."""

import stat
from pathlib import Path

import pytest
from litestar.testing import TestClient

from hub.app.server import Hub, gateway_token
from hub.app.settings import HubSettings, Shop
from hub.devices.messages import SeeDevice
from hub.kernel.context import SYSTEM
from hub.kernel.errors import Refused
from hub.kernel.ids import new_id


def test_it_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "gateway.token"
    token = gateway_token(path)
    assert len(token) >= 32
    assert gateway_token(path) == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_opens_the_list_of_a_gateways_devices(tmp_path: Path) -> None:
    settings = HubSettings(store_id="S001", hub_id="hub-1", shop=Shop(name="店"), data_dir=str(tmp_path))
    hub = Hub(settings)
    seen = SeeDevice(
        command_id=new_id(),
        device_id="scale-1",
        gateway_id="gw-1",
        kind="scale",
        state="enabled",
        health="ok",
    )
    hub.engine.bus.dispatch(seen, SYSTEM)
    with TestClient(hub.app) as client:
        address = "/api/devices/of-gateway/gw-1"
        assert client.get(address).status_code == 403
        token = gateway_token(settings.gateway_token_path)
        told = client.get(address, headers={"Authorization": f"Bearer {token}"}).json()
        assert [device["device_id"] for device in told] == ["scale-1"]
        other = client.get("/api/devices/of-gateway/gw-2", headers={"Authorization": f"Bearer {token}"})
        assert other.json() == []


def test_an_empty_one_lets_nobody_in(tmp_path: Path) -> None:
    """A power cut between making the file and filling it left one that everybody knows."""
    path = tmp_path / "gateway.token"
    path.write_text("\n")
    with pytest.raises(Refused):
        gateway_token(path)
