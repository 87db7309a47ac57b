"""While the gateway runs its devices are its own: the hub is asked what it knows of them."""

from __future__ import annotations

import fcntl
import time
import urllib.request
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import msgspec

from drivers.gateway.checking.verdict import Check, State
from drivers.gateway.settings import Device, GatewaySettings, read_token
from drivers.gateway.trust import trust

ANSWER_S = 5.0
FAR_OFF_S = 60
MAX_ANSWER_BYTES = 1024 * 1024


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub knows of one device; its other fields are not our business here."""

    device_id: str
    state: str
    health: str
    reason: str


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer; ahead_s: how far this computer's clock is ahead of its own, if it says."""

    known: list[Known]
    ahead_s: int | None


def gateway_runs(state_dir: Path) -> bool:
    """Whether a gateway holds its state folder."""
    try:
        with (state_dir / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def ask_hub(settings: GatewaySettings) -> Word:
    """This gateway's devices by the hub's word. Raises OSError when the hub gives none."""
    address = urlsplit(settings.hub_url)
    scheme = "https" if address.scheme == "wss" else "http"
    url = f"{scheme}://{address.netloc}/api/devices/of-gateway/{settings.gateway_id}"
    token = read_token(settings.token_file)
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if scheme == "https":
        handlers.append(urllib.request.HTTPSHandler(context=trust(settings.hub_ca)))
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(request, timeout=ANSWER_S) as answer:
            known = msgspec.json.decode(answer.read(MAX_ANSWER_BYTES), type=list[Known])
            return Word(known=known, ahead_s=_ahead_s(answer.headers.get("Date")))
    except (URLError, msgspec.DecodeError) as error:
        raise OSError(str(error)) from error


def checks_of(devices: list[Device], known: list[Known]) -> list[Check]:
    """The hub's word on each device of the settings."""
    told = {one.device_id: one for one in known}
    return [_check(device.device_id, told.get(device.device_id)) for device in devices]


def check_clock(gateway_id: str, ahead_s: int | None) -> Check:
    """How far this computer's clock and the hub's are apart; not to know is no fault."""
    if ahead_s is None:
        return Check(device_id=gateway_id, part="gateway", state="ok", code="check.clock_unknown")
    state: State = "ok" if abs(ahead_s) < FAR_OFF_S else "attention"
    code = "check.clock_near" if state == "ok" else "check.clock_far"
    return Check(
        device_id=gateway_id, part="gateway", state=state, code=code, facts={"seconds": f"{ahead_s:+d}"}
    )


def _ahead_s(date: str | None) -> int | None:
    try:
        return round(time.time() - parsedate_to_datetime(date).timestamp()) if date else None
    except ValueError:
        return None


def _check(device_id: str, known: Known | None) -> Check:
    state: State = "failed"
    if known is None:
        code = "check.unknown_to_hub"
    elif known.state == "enabled" and known.health == "ok":
        state, code = "ok", "check.enabled"
    else:
        state = "attention" if known.health == "attention" else "failed"
        code = known.reason or "check.not_enabled"
    return Check(device_id=device_id, part="gateway", state=state, code=code)
