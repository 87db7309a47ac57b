"""The demo's settings files, written anew at each start: ports may have changed."""

import json
from datetime import datetime
from pathlib import Path

import msgspec

from hub.app.demo.coded_goods import coded_goods
from hub.app.demo.places import HUB_ID, STORE_ID, TENANT, Places
from hub.app.demo.seed import WiredDevice, goods
from hub.kernel.clock import CHINA_TIME

GATEWAY_ID = "gateway-1"


class Wiring(msgspec.Struct, frozen=True):
    """What the simulator wrote about its devices, as far as the demo cares."""

    devices: list[WiredDevice]
    gateway_environment: dict[str, str] = {}
    notice: str | None = None


def write_hub(places: Places, broker_user: str) -> None:
    """The store's settings."""
    _write(
        places.hub_settings,
        f"""
store_id = "{STORE_ID}"
hub_id = "{HUB_ID}"
data_dir = {_quoted(places.root / "hub")}
port = {places.ports.hub}
mode = "demo"

[shop]
name = "店枢示范店"
name_en = "Dianshu Demo Shop"
address = "示范路 1 号"
footer = "谢谢惠顾，欢迎再来"
display_qr = "店枢示范店：谢谢惠顾，欢迎再来"
display_qr_text = "扫码看本店寄语"
display_qr_text_en = "Scan for a word from the shop"

[cloud]
host = "127.0.0.1"
port = {places.ports.mqtt}
tenant = "{TENANT}"
username = "{broker_user}"
password_file = {_quoted(places.broker_password)}
""",
    )


def write_cloud(places: Places) -> None:
    """The cloud's settings: one process, SQLite, its own broker."""
    _write(
        places.cloud_settings,
        f"""
database = "cloud.db"
tenant = "{TENANT}"
demo = true
folder = {_quoted(places.root / "cloud")}

[mqtt]
port = {places.ports.mqtt}
nats_port = {places.ports.nats}

[console]
port = {places.ports.cloud}
""",
    )
    (places.root / "cloud").mkdir(parents=True, exist_ok=True)


def write_gateway(places: Places, wiring: Wiring) -> None:
    """The gateway's settings, from what the simulator has plugged in."""
    devices = "".join(
        f"""
[[devices]]
device_id = "{device.device_id}"
profile = "{device.profile}"
link = {json.dumps(device.link)}
"""
        for device in wiring.devices
    )
    _write(
        places.gateway_settings,
        f"""
gateway_id = "{GATEWAY_ID}"
hub_url = "ws://127.0.0.1:{places.ports.hub}/ws/gateway"
token_file = {_quoted(places.root / "hub" / "gateway.token")}
state_dir = {_quoted(places.root / "gateway")}
{devices}""",
    )


def write_goods(places: Places) -> None:
    """The shelf of the bench."""
    places.goods.parent.mkdir(parents=True, exist_ok=True)
    today = datetime.now(CHINA_TIME).date()
    places.goods.write_bytes(msgspec.json.encode([*goods(), *coded_goods(today)]))


def read_wiring(places: Places) -> Wiring:
    """What the simulator wrote."""
    return msgspec.json.decode(places.wiring.read_bytes(), type=Wiring)


def _quoted(path: Path) -> str:
    return json.dumps(str(path))


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content.lstrip(), encoding="utf-8")
