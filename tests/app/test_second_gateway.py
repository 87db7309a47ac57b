"""A gateway on another computer: paired by a manager's code over TLS, and let in until it is revoked."""

import base64
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from drivers.gateway.settings import load_settings as load_gateway_settings
from hub.app.authority import Authority
from hub.app.demo.seed import MANAGER, TILL, seed_shop
from hub.app.settings import load_settings
from hub.app.wiring import open_engine
from hub.kernel.ids import new_id
from hub.kernel.keystore import Keystore

WITHIN_S = 30.0
DEVICE = '\n# what hangs here\n[[devices]]\ndevice_id = "scan-9"\nprofile = "scanner/generic_serial"\n'
DEVICE += 'link = "serial:///dev/none"\n'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Shop:
    """A hub as a process, with a manager who is signed in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.config = folder / "hub.toml"
        self.config.write_text(
            f'store_id = "S001"\nhub_id = "hub-s001"\ndata_dir = "{folder / "hub"}"\nport = {self.port}\n'
            f'[shop]\nname = "店"\n[gateways]\nhost = "127.0.0.1"\nport = {self.tls_port}\n'
        )
        engine = open_engine(load_settings(self.config))
        seed_shop(engine)
        engine.close()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=WITHIN_S)

    @property
    def hub(self) -> str:
        return f"https://127.0.0.1:{self.tls_port}"

    def sign_in(self) -> None:
        body = {
            "command_id": new_id(),
            "staff_no": MANAGER.staff_no,
            "pin": MANAGER.pin,
            "terminal_id": TILL,
        }
        assert self.http.post("/api/sign-in", json=body).status_code == 200

    def code(self, gateway_id: str = "gw-2") -> str:
        """What the manager is told."""
        told = self.http.post("/api/gateways/code", json={"gateway_id": gateway_id}).json()
        assert told["port"] == self.tls_port
        return str(told["code"])

    def revoke(self, gateway_id: str) -> None:
        body = {"command_id": new_id(), "gateway_id": gateway_id}
        assert self.http.post("/api/gateways/revoke", json=body).status_code == 200

    def gateways(self) -> list[str]:
        told: list[str] = self.http.get("/health").json()["gateways"]
        return told

    def pair(self, code: str, config: Path, hub: str = "") -> "subprocess.CompletedProcess[str]":
        """The command on the other computer."""
        return subprocess.run(
            [*command("gateway", "pair"), "--hub", hub or self.hub, "--code", code, "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "hub.app.cli", *words]


@contextmanager
def running(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command(*words), env=os.environ | {"LC_ALL": "C.UTF-8"})
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN_S) in {0, -signal.SIGTERM}  # the web server passes its signal on


@contextmanager
def gateway_log(config: Path, path: Path) -> Iterator[Path]:
    """What a running gateway says."""
    with (
        path.open("wb") as log,
        subprocess.Popen(command("gateway", "run", "--config", str(config)), stderr=log) as process,
    ):
        try:
            yield path
        finally:
            process.terminate()


def eventually(condition: Any) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def answers(shop: Shop) -> bool:
    try:
        return shop.http.get("/health").status_code == 200 and bool(authority_of(shop))
    except (httpx.TransportError, OSError):
        return False


def unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def authority_of(shop: Shop) -> str:
    with urllib.request.urlopen(f"{shop.hub}/gateways/authority", context=unverified()) as told:
        return str(told.read().decode())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    with running("hub", "run", "--config", str(made.config)):
        eventually(lambda: answers(made))
        made.sign_in()
        yield made
        made.http.close()


def test_it_is_paired_works_over_tls_and_is_hung_up_on_when_revoked(shop: Shop, tmp_path: Path) -> None:
    config = tmp_path / "other pc" / "gateway.toml"
    config.parent.mkdir()
    config.write_text(f'hub_url = "ws://nowhere/ws/gateway"\ngateway_id = "old"\ntoken_file = "t"{DEVICE}')
    paired = shop.pair(shop.code(), config)
    assert (paired.returncode, paired.stderr) == (0, "")
    settings = load_gateway_settings(config)
    assert settings.gateway_id == "gw-2"
    assert settings.hub_url == f"wss://127.0.0.1:{shop.tls_port}/ws/gateway"
    assert [device.device_id for device in settings.devices] == ["scan-9"]
    assert "# what hangs here" in config.read_text()
    assert stat.S_IMODE(settings.token_file.stat().st_mode) == 0o600
    token = settings.token_file.read_text()
    for file in (tmp_path / "hub").iterdir():
        assert not file.is_file() or token.encode() not in file.read_bytes()
    with running("gateway", "run", "--config", str(config)):
        eventually(lambda: shop.gateways() == ["gw-2"])
        checked = subprocess.run(
            command("drivers", "check", "--config", str(config)), capture_output=True, text=True, check=False
        )
        assert "scan-9" in checked.stdout
        shop.revoke("gw-2")
        eventually(lambda: shop.gateways() == [])
        listed = shop.http.get("/api/gateways/").json()
        assert [(one["gateway_id"], one["revoked_ms"] is not None) for one in listed] == [("gw-2", True)]
        assert shop.pair(shop.code(), config).returncode == 0
    with running("gateway", "run", "--config", str(config)):
        eventually(lambda: shop.gateways() == ["gw-2"])


def test_the_shared_token_on_this_machine_works_on(shop: Shop, tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'gateway_id = "gateway-1"\nhub_url = "ws://127.0.0.1:{shop.port}/ws/gateway"\n'
        f'token_file = "hub/gateway.token"\nstate_dir = "state"\n'
    )
    with running("gateway", "run", "--config", str(config)):
        eventually(lambda: shop.gateways() == ["gateway-1"])


@pytest.mark.parametrize("wrong", ["AAAA-AAAA", "not a code", ""])
def test_what_cannot_be_a_code_goes_nowhere(shop: Shop, tmp_path: Path, wrong: str) -> None:
    refused = shop.pair(wrong, tmp_path / "g.toml")
    assert refused.returncode == 2
    assert refused.stderr.startswith("pair.code_malformed")
    assert not (tmp_path / "g.toml").exists()


def with_other_secret(code: str) -> str:
    """The same hub's fingerprint behind another secret."""
    raw = base64.b32decode(code.replace("-", ""))
    return base64.b32encode(bytes(byte ^ 0xFF for byte in raw[:5]) + raw[5:]).decode()


def test_a_wrong_a_used_and_a_burnt_code_pair_nothing(shop: Shop, tmp_path: Path) -> None:
    code = shop.code()
    wrong = shop.pair(with_other_secret(code), tmp_path / "g.toml")
    assert wrong.stderr.startswith("gateways.pairing_code_wrong")
    assert shop.pair(code, tmp_path / "g.toml").returncode == 0
    used = shop.pair(code, tmp_path / "h.toml")
    assert (used.returncode, used.stderr.partition(":")[0]) == (2, "gateways.pairing_code_wrong")
    burnt = shop.code("gw-3")
    for _ in range(5):
        shop.pair(with_other_secret(burnt), tmp_path / "h.toml")
    assert shop.pair(burnt, tmp_path / "h.toml").returncode == 2
    assert not (tmp_path / "h.toml").exists()


@contextmanager
def impostor(folder: Path, shown: str, heard: list[bytes]) -> Iterator[str]:
    """A hub of somebody else's, which shows this authority and then its own."""
    keystore = Keystore(folder / "impostor.db", os.urandom(32))
    authority = Authority(keystore, "hub-s001", datetime.now(UTC))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer((shown + authority.certificate_pem).encode())

        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(b'{"gateway_id": "gw-2", "token": "theirs"}')

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(folder / "impostor.pem"))
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join(WITHIN_S)
        server.server_close()
        keystore.close()


@pytest.mark.parametrize("shows_the_right_one_too", [False, True])
def test_another_hub_is_told_nothing(shop: Shop, tmp_path: Path, shows_the_right_one_too: bool) -> None:
    heard: list[bytes] = []
    with impostor(tmp_path, authority_of(shop) if shows_the_right_one_too else "", heard) as theirs:
        refused = shop.pair(shop.code(), tmp_path / "g.toml", theirs)
    assert refused.returncode == 2
    assert refused.stderr.partition(":")[0] in {"pair.another_hub", "pair.no_hub"}
    assert heard == []
    assert not (tmp_path / "g.toml").exists()


def test_a_paired_gateway_takes_nobody_else_for_its_hub(shop: Shop, tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    assert shop.pair(shop.code(), config).returncode == 0
    with impostor(tmp_path, "", []) as theirs:
        config.write_text(config.read_text().replace(shop.hub[8:], theirs[8:]))
        with gateway_log(config, tmp_path / "log") as log:
            eventually(lambda: b"CERTIFICATE_VERIFY_FAILED" in log.read_bytes())


def test_over_plain_http_nothing_is_paired(shop: Shop) -> None:
    shop.code()
    told = shop.http.post("/gateways/pair", json={"secret": "AAAAAAAA"})
    assert (told.status_code, told.json()["code"]) == (400, "hub.pairing_needs_tls")


def test_the_gateways_port_shows_nothing_else(shop: Shop) -> None:
    with httpx.Client(base_url=shop.hub, verify=unverified()) as outside:
        for path in ("/health", "/api/shop", "/till/", "/api/schema", "/api/gateways/code"):
            assert outside.get(path).status_code == 404
        assert outside.post("/api/sign-in", json={}).status_code == 404


def test_a_gateway_comes_in_by_its_own_name_only(shop: Shop, tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    assert shop.pair(shop.code(), config).returncode == 0
    config.write_text(config.read_text().replace('gateway_id = "gw-2"', 'gateway_id = "gw-9"'))
    with gateway_log(config, tmp_path / "log") as log:
        eventually(lambda: b"4403" in log.read_bytes())
    assert shop.gateways() == []
