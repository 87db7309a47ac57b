"""What the store's computer talks to: the running hub, the cloud's broker, the gateways and their devices."""

import os
import socket
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError

import msgspec
from cryptography import x509

from cloud_sync.edge.status import SyncStatus
from hub.app.doctor.drift import look_at_gateway_clocks
from hub.app.doctor.line import Line, attention, failed, ok
from hub.app.settings import CloudSettings, HubSettings
from hub.devices.messages import DeviceView

ANSWER_S = 3.0
GATEWAY_CHECK_S = 180.0
LONG_WAIT_S = 3_600
EXPIRES_SOON_DAYS = 30
MAX_ANSWER_BYTES = 1024 * 1024


class HubHealth(msgspec.Struct, frozen=True):
    """What the running hub says of itself."""

    status: str
    gateways: list[str]
    sync: SyncStatus
    clock_trusted: bool = True
    clock_ahead_ms: int | None = None
    gateway_clocks_ahead_ms: dict[str, int] = {}


class DeviceCheck(msgspec.Struct, frozen=True):
    """One line of `dianshu drivers check`."""

    device_id: str
    part: str
    state: str
    text: str


def ask_hub(settings: HubSettings) -> HubHealth | None:
    """The hub's health; None when it does not answer."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{host}:{settings.port}/health", timeout=ANSWER_S) as answer:
            return msgspec.json.decode(answer.read(MAX_ANSWER_BYTES), type=HubHealth)
    except (URLError, OSError, msgspec.DecodeError, ValueError):
        return None


def look_at_hub(
    settings: HubSettings,
    health: HubHealth | None,
    devices: list[DeviceView],
    authority_ends: datetime | None,
) -> list[Line]:
    """The hub, and its gateways with what ails their devices."""
    if health is None:
        return [attention("hub", "doctor.hub_stopped", host=settings.host, port=settings.port)]
    lines = [ok("hub", "doctor.hub", host=settings.host, port=settings.port)]
    if settings.gateways is not None:
        lines.append(_certificate(settings.gateway_certificate_path))
        if authority_ends is not None:
            lines.append(look_at_validity("authority", authority_ends))
    expected = sorted({device.gateway_id for device in devices} | set(health.gateways))
    if not expected:
        lines.append(attention("gateway", "doctor.gateway_none"))
    lines += [_gateway(gateway_id, health, devices) for gateway_id in expected]
    return lines + look_at_gateway_clocks(health.gateway_clocks_ahead_ms)


def _gateway(gateway_id: str, health: HubHealth, devices: list[DeviceView]) -> Line:
    if gateway_id not in health.gateways:
        return failed("gateway", "doctor.gateway_away", gateway=gateway_id)
    mine = [device for device in devices if device.gateway_id == gateway_id]
    unwell = [device for device in mine if device.state != "enabled" or device.health != "ok"]
    if unwell:
        told = ", ".join(f"{one.device_id} ({one.reason or one.state})" for one in unwell)
        return attention("gateway", "doctor.devices_unwell", gateway=gateway_id, devices=told)
    return ok("gateway", "doctor.gateway", gateway=gateway_id, count=len(mine))


def look_at_cloud(cloud: CloudSettings | None, health: HubHealth | None, pending: int) -> list[Line]:
    """Whether the broker can be reached, how much waits, and the authority that it is checked against."""
    if cloud is None:
        return [ok("cloud", "doctor.cloud_none")]
    certificate = [_certificate(Path(cloud.ca_file))] if cloud.ca_file else []
    try:
        socket.create_connection((cloud.host, cloud.port), timeout=ANSWER_S).close()
    except OSError as error:
        reason = error.strerror or str(error)
        line = attention(
            "cloud", "doctor.cloud_away", host=cloud.host, port=cloud.port, reason=reason, pending=pending
        )
        return [line, *certificate]
    return [
        _sync(health.sync) if health else ok("cloud", "doctor.cloud_reached", pending=pending),
        *certificate,
    ]


def _sync(sync: SyncStatus) -> Line:
    if sync.state != "ok":
        return failed("cloud", "doctor.cloud_stopped", reason=sync.reason or sync.state)
    if not sync.connected:
        return attention("cloud", "doctor.cloud_unconnected", pending=sync.pending_events)
    if sync.oldest_age_s > LONG_WAIT_S:
        return attention(
            "cloud", "doctor.cloud_slow", pending=sync.pending_events, oldest_s=sync.oldest_age_s
        )
    return ok("cloud", "doctor.cloud", pending=sync.pending_events, oldest_s=sync.oldest_age_s)


def _certificate(path: Path) -> Line:
    try:
        expires = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        return failed("certificate", "doctor.certificate_unreadable", file=path.name, reason=str(error))
    return look_at_validity(path.name, expires)


def look_at_validity(name: str, expires: datetime) -> Line:
    """How long a certificate is good for."""
    days, when = (expires - datetime.now(UTC)).days, expires.date().isoformat()
    if days < 0:
        return failed("certificate", "doctor.certificate_expired", file=name, date=when)
    if days < EXPIRES_SOON_DAYS:
        return attention("certificate", "doctor.certificate_ends", file=name, date=when, days=days)
    return ok("certificate", "doctor.certificate", file=name, date=when, days=days)


def look_at_gateway(config: Path, hub_ca: Path | None) -> list[Line]:
    """This computer's own gateway, and the authority by which it knows its hub."""
    return _gateways_word(config) + ([_certificate(hub_ca)] if hub_ca else [])


def _gateways_word(config: Path) -> list[Line]:
    """By the word of its own tool: the hub's process opens no device."""
    words = [sys.executable, "-m", "hub.app.cli", "drivers", "check", "--json", "--config", str(config)]
    try:
        done = subprocess.run(
            words, capture_output=True, timeout=GATEWAY_CHECK_S, env=dict(os.environ), check=False
        )
    except subprocess.TimeoutExpired:
        return [failed("gateway", "doctor.gateway_check_hangs", file=config.name)]
    try:
        checks = msgspec.json.decode(done.stdout, type=list[DeviceCheck])
    except msgspec.DecodeError:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1][:200]
        return [failed("gateway", "doctor.gateway_unchecked", file=config.name, reason=reason)]
    told = [check for check in checks if check.part != "internal" or check.state != "ok"]
    return [_device(check) for check in told] or [attention("gateway", "doctor.gateway_none")]


def _device(check: DeviceCheck) -> Line:
    make = {"ok": ok, "attention": attention}.get(check.state, failed)
    return make("gateway", "doctor.device", device=check.device_id, text=check.text)
