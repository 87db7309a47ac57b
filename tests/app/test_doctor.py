"""`dianshu doctor`: what it says of a store's computer, and that its bundle gives nothing away."""

import base64
import json
import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from cloud_sync.edge.status import SyncStatus
from hub.app.authority import Authority
from hub.app.cli_doctor import app
from hub.app.doctor.bundle import REMOVED, Scrubber
from hub.app.doctor.drift import Drift, look_at_drift
from hub.app.doctor.machine import look_at_clock, look_at_machine
from hub.app.doctor.reach import look_at_validity
from hub.app.routes import Health
from hub.app.server import Hub
from hub.app.settings import load_settings
from hub.devices.messages import SeeDevice
from hub.kernel.context import SYSTEM
from hub.kernel.db import connect
from hub.kernel.engine import Folder
from hub.kernel.ids import new_id
from hub.kernel.keystore import Keystore, load_key
from tests.modules.shop import STAFF, STORE
from tests.modules.test_routes import furnish

PASSWORD = "a-password-of-the-broker"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The settings of a furnished hub that is stopped."""
    config = tmp_path / "hub.toml"
    config.write_text(
        f"""
store_id = "{STORE}"
hub_id = "hub-test"
data_dir = "{tmp_path / "hub"}"
port = 1
battery_backed_clock = true
[shop]
name = "店"
"""
    )
    hub = Hub(load_settings(config))
    furnish(hub)
    seen = SeeDevice(
        command_id=new_id(),
        device_id="printer-1",
        gateway_id="gateway-1",
        kind="printer",
        state="enabled",
        health="attention",
        reason="printer.paper_near_end",
    )
    hub.engine.bus.dispatch(seen, SYSTEM)
    hub.engine.close()
    return config


def add(config: Path, toml: str) -> None:
    config.write_text(config.read_text() + toml)


def folder_of(config: Path) -> Folder:
    return Folder(load_settings(config).data_path)


def told(*words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and every line by its code."""
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code in (0, 1), done.output
    return done.exit_code, {line["code"]: line for line in json.loads(done.stdout.splitlines()[0])}


class HubDouble(BaseHTTPRequestHandler):
    """A hub that answers for its health."""

    health = Health("ok", ["gateway-1"], SyncStatus())

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(msgspec.json.encode(self.health))

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def running(config: Path, health: Health) -> Iterator[None]:
    """Something answers where the hub should."""
    server = HTTPServer(("127.0.0.1", 0), type("Double", (HubDouble,), {"health": health}))
    config.write_text(config.read_text().replace("port = 1\n", f"port = {server.server_port}\n"))
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_a_hub_that_is_stopped_is_looked_at_all_the_same(store: Path) -> None:
    code, lines = told("--config", str(store))
    assert {"doctor.version", "doctor.keys", "doctor.database", "doctor.journal", "doctor.cloud_none"} <= set(
        lines
    )
    assert lines["doctor.hub_stopped"]["state"] == "attention"
    assert lines["doctor.journal"]["facts"]["seq"] > 5
    assert code == 1


def test_a_running_hub_tells_of_its_gateways_and_their_devices(store: Path) -> None:
    with running(store, Health("ok", ["gateway-1"], SyncStatus(), clock_trusted=False)):
        _, lines = told("--config", str(store))
    assert "printer-1 (printer.paper_near_end)" in lines["doctor.devices_unwell"]["text"]
    assert "doctor.hub" in lines
    assert "doctor.clock_untrusted_by_hub" in lines
    with running(store, Health("ok", [], SyncStatus())):
        pass
    assert "doctor.hub_stopped" in told("--config", str(store))[1]


def test_a_gateway_that_is_missing_is_a_failure(store: Path) -> None:
    with running(store, Health("ok", [], SyncStatus())):
        code, lines = told("--config", str(store))
    assert (code, lines["doctor.gateway_away"]["state"]) == (1, "failed")


def test_the_certificate_that_gateways_are_shown(store: Path) -> None:
    add(store, "[gateways]\nport = 1\n")
    settings = load_settings(store)
    with running(store, Health("ok", ["gateway-1"], SyncStatus())):
        assert "doctor.certificate_unreadable" in told("--config", str(store))[1]
        keystore = Keystore(folder_of(store).keystore, load_key(folder_of(store).key))
        Authority(keystore, settings.hub_id, datetime.now(UTC)).issue(settings.gateway_certificate_path)
        keystore.close()
        _, lines = told("--config", str(store))
    assert lines["doctor.certificate"]["facts"]["file"] == "authority"
    assert lines["doctor.certificate"]["facts"]["days"] > 365


def test_the_authority_by_which_a_gateway_knows_its_hub(store: Path, tmp_path: Path) -> None:
    keystore = Keystore(folder_of(store).keystore, load_key(folder_of(store).key))
    ca = Authority(keystore, "hub-test", datetime.now(UTC)).certificate_pem
    keystore.close()
    (tmp_path / "gateway.toml").write_text(f'hub_ca = "hub-ca.pem"{GATEWAY}')
    _, lines = told("--gateway", str(tmp_path / "gateway.toml"))
    assert "hub-ca.pem" in lines["doctor.certificate_unreadable"]["text"]
    (tmp_path / "hub-ca.pem").write_text(ca)
    _, lines = told("--gateway", str(tmp_path / "gateway.toml"))
    assert lines["doctor.certificate"]["facts"]["file"] == "hub-ca.pem"
    expired = look_at_validity("hub-ca.pem", datetime.now(UTC) - timedelta(days=2))
    soon = look_at_validity("hub-ca.pem", datetime.now(UTC) + timedelta(days=9, hours=1))
    assert (expired.state, expired.code) == ("failed", "doctor.certificate_expired")
    assert (soon.state, soon.code, soon.facts["days"]) == ("attention", "doctor.certificate_ends", 9)


@pytest.mark.parametrize(
    ("cloud_ms", "kernel", "state", "code", "seconds"),
    [
        (None, None, "ok", "doctor.drift_unknown", None),
        (-1_900, None, "ok", "doctor.drift_by_cloud", "-1.9"),
        (2_000, Drift(0, "ntp"), "attention", "doctor.drift_by_cloud", "+2.0"),
        (None, Drift(3, "ntp"), "ok", "doctor.drift_by_ntp", "+0.0"),
        (90_000, None, "failed", "doctor.drift_far", "+90.0"),
    ],
)
def test_how_far_the_clock_is_off(
    cloud_ms: int | None, kernel: Drift | None, state: str, code: str, seconds: str | None
) -> None:
    line = look_at_drift(cloud_ms, kernel)
    assert (line.state, line.code, line.facts.get("seconds")) == (state, code, seconds)


def test_a_running_hub_says_how_far_clocks_are_off(store: Path) -> None:
    health = Health(
        "ok",
        ["gateway-1"],
        SyncStatus(),
        clock_ahead_ms=5_000,
        gateway_clocks_ahead_ms={"gateway-1": -90_000, "gateway-2": 1_000},
    )
    with running(store, health):
        _, lines = told("--config", str(store))
    assert lines["doctor.drift_by_cloud"]["facts"]["seconds"] == "+5.0"
    assert lines["doctor.gateway_drift"]["facts"] == {"gateway": "gateway-1", "seconds": "-90"}


@pytest.mark.parametrize(
    ("sync", "expected"),
    [
        (SyncStatus(connected=True, pending_events=3, oldest_age_s=2), "doctor.cloud"),
        (SyncStatus(connected=True, pending_events=3, oldest_age_s=9_999), "doctor.cloud_slow"),
        (SyncStatus(pending_events=3), "doctor.cloud_unconnected"),
        (SyncStatus(state="cloud_ahead", reason="sync.cloud_ahead"), "doctor.cloud_stopped"),
    ],
)
def test_the_way_to_the_cloud(store: Path, sync: SyncStatus, expected: str) -> None:
    listening = HTTPServer(("127.0.0.1", 0), HubDouble)
    add(store, f'[cloud]\nhost = "127.0.0.1"\nport = {listening.server_port}\n')
    try:
        with running(store, Health("ok", ["gateway-1"], sync)):
            assert expected in told("--config", str(store))[1]
    finally:
        listening.server_close()


def test_a_broker_out_of_reach_says_what_waits(store: Path) -> None:
    add(store, '[cloud]\nhost = "127.0.0.1"\nport = 1\nca_file = "/no/such.pem"\n')
    _, lines = told("--config", str(store))
    assert lines["doctor.cloud_away"]["facts"]["pending"] > 5
    assert lines["doctor.certificate_unreadable"]["state"] == "failed"


def test_a_changed_entry_is_found(store: Path) -> None:
    folder = folder_of(store)
    connection = connect(folder.database, load_key(folder.key))
    (seq,) = connection.execute("SELECT MAX(seq) - 2 FROM journal").fetchone()
    connection.execute("UPDATE journal SET body = CAST(body || ' ' AS BLOB) WHERE seq = ?", (seq,))
    connection.close()
    _, lines = told("--config", str(store))
    assert lines["doctor.journal_broken"]["facts"]["seq"] == seq


def test_lost_and_loose_keys_are_found(store: Path) -> None:
    folder = folder_of(store)
    folder.key.chmod(0o644)
    assert told("--config", str(store))[1]["doctor.keys_open"]["state"] == "attention"
    kept = folder.key.read_bytes()
    folder.key.write_bytes(os.urandom(len(kept)))
    _, lines = told("--config", str(store))
    assert {line["area"] for line in lines.values() if line["state"] == "failed"} == {"database"}
    folder.key.unlink()
    assert told("--config", str(store))[1]["doctor.keys_missing"]["state"] == "failed"


def test_settings_that_are_missing_are_trouble(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["--config", str(tmp_path / "none.toml")]).exit_code == 2
    assert CliRunner().invoke(app, ["--gateway", str(tmp_path / "none.toml")]).exit_code == 2
    assert CliRunner().invoke(app, []).exit_code == 2


GATEWAY = """
gateway_id = "gw-1"
hub_url = "ws://127.0.0.1:1/ws/gateway"
token_file = "gateway.token"
state_dir = "state"
[[devices]]
device_id = "scale-1"
profile = "scale/toledo_8217"
link = "serial:///dev/no-such-line"
"""


def test_a_computer_with_a_gateway_alone(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(GATEWAY)
    code, lines = told("--gateway", str(tmp_path / "gateway.toml"))
    assert lines["doctor.device"]["state"] == "failed"
    assert "/dev/no-such-line" in lines["doctor.device"]["text"]
    assert "doctor.database" not in lines
    assert code == 1
    (tmp_path / "gateway.toml").write_text(GATEWAY.replace("toledo_8217", "no_such"))
    assert (
        "profile.unknown"
        in told("--gateway", str(tmp_path / "gateway.toml"))[1]["doctor.gateway_unchecked"]["text"]
    )


def test_both_languages(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "主机" in CliRunner().invoke(app, ["--config", str(store)]).output
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert "what was seen" in CliRunner().invoke(app, ["--config", str(store)]).output


def forms(secret: bytes) -> list[bytes]:
    """How a secret may turn up."""
    return [secret, secret.hex().encode(), base64.b64encode(secret)]


def test_no_secret_and_no_name_is_in_the_bundle(store: Path, tmp_path: Path) -> None:
    password_file = tmp_path / "broker.password"
    password_file.write_text(f"{PASSWORD}\n")
    add(store, f'[cloud]\nhost = "u:p4ssw0rd@127.0.0.1"\nport = 1\npassword_file = "{password_file}"\n')
    folder = folder_of(store)
    token = (folder.path / "gateway.token").read_text().strip()
    names = [name for _, name, _ in STAFF.values()]
    gateway = tmp_path / "gateway.toml"
    gateway.write_text(GATEWAY.replace("127.0.0.1:1/", "someone:sesame@127.0.0.1:1/"))
    (tmp_path / "gateway.token").write_text(token)
    log = tmp_path / "hub.log"
    log.write_text(
        f"Authorization: Bearer {token}\npassword = {PASSWORD}\nkey {folder.key.read_bytes().hex()}\n"
        f"wrong PIN: pin=1357\n{' '.join(names)} signed in\nan ordinary line\n"
    )
    target = tmp_path / "bundle.zip"
    words = ["--config", str(store), "--gateway", str(gateway), "--bundle", str(target), "--log", str(log)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1, done.output
    with zipfile.ZipFile(target) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    assert set(parts) == {
        "report.json",
        "devices.json",
        "settings/hub.toml.json",
        "settings/gateway.toml.json",
        "logs/hub.log",
    }
    secrets = [folder.key.read_bytes(), folder.keystore.read_bytes()[:64], token.encode(), PASSWORD.encode()]
    for content in parts.values():
        for secret in secrets:
            assert not any(form in content for form in forms(secret))
        for word in ("1357", "sesame", "p4ssw0rd", *names):
            assert word.encode() not in content, word
    assert b"an ordinary line" in parts["logs/hub.log"]
    assert b"printer-1" in parts["devices.json"]
    assert CliRunner().invoke(app, words).exit_code == 2


def test_a_bundle_is_bounded(store: Path, tmp_path: Path) -> None:
    log = tmp_path / "large.log"
    log.write_bytes(b"x" * 3_000_000 + b" the end")
    target = tmp_path / "bundle.zip"
    CliRunner().invoke(app, ["--config", str(store), "--bundle", str(target), "--log", str(log)])
    with zipfile.ZipFile(target) as bundle:
        kept = bundle.read("logs/large.log")
    assert len(kept) <= 1024 * 1024
    assert kept.endswith(b"the end")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mqtts://hub:secret9@broker/x", f"mqtts://{REMOVED}@broker/x"),
        ('{"token": "abc-def"}', f'{{"token": "{REMOVED}"}}'),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {REMOVED}"),
        ("f" * 64, REMOVED),
        ("printer-1: link.absent", "printer-1: link.absent"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, kept: str) -> None:
    assert Scrubber([], []).text(text) == kept


def test_machines_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text("MemTotal: 900000 kB\nMemAvailable:  51200 kB\n")
    zone = tmp_path / "sys" / "class" / "thermal" / "thermal_zone0"
    zone.mkdir(parents=True)
    for celsius, code in ((45, "doctor.temperature"), (75, "doctor.warm"), (90, "doctor.hot")):
        (zone / "temp").write_text(f"{celsius}000\n")
        assert code in [line.code for line in look_at_machine(tmp_path, tmp_path)]
    assert "doctor.memory_low" in [line.code for line in look_at_machine(tmp_path, tmp_path)]
    assert "doctor.disk_unwritable" in [line.code for line in look_at_machine(tmp_path / "none", tmp_path)]


def test_clocks_of_every_kind(tmp_path: Path) -> None:
    ahead_ms = int(time.time() * 1000) + 60_000
    assert look_at_clock(True, ahead_ms, root=tmp_path).code == "doctor.clock_behind"
    assert look_at_clock(False, 0, root=tmp_path).code == "doctor.clock_untrusted"
    assert look_at_clock(False, 0, hub_trusts=True, root=tmp_path).code == "doctor.clock_trusted"
    (tmp_path / "sys/class/rtc/rtc0").mkdir(parents=True)
    assert look_at_clock(False, 0, root=tmp_path).code == "doctor.clock_unsaid"
    assert look_at_clock(True, 0, root=tmp_path).code == "doctor.clock_battery"
    (tmp_path / "run/systemd/timesync").mkdir(parents=True)
    (tmp_path / "run/systemd/timesync/synchronized").touch()
    assert look_at_clock(False, 0, root=tmp_path).code == "doctor.clock_in_step"
