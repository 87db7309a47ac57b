"""Making this gateway known to a hub elsewhere, by the code that its manager was given."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import os
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 64 * 1024
SECRET_BYTES, FINGERPRINT_BYTES = 5, 10
_OWN_KEYS = re.compile(r"^\s*(gateway_id|hub_url|token_file|hub_ca)\s*=")
_STATE_DIR = re.compile(r"^\s*state_dir\s*=", re.MULTILINE)


class PairingFailed(Exception):
    """The gateway is not paired; code is pair.… or the hub's own, detail is for the person."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Code(msgspec.Struct, frozen=True):
    """The manager's code taken apart."""

    secret: str
    fingerprint: bytes


class Paired(msgspec.Struct, frozen=True):
    """What the hub tells once."""

    gateway_id: str
    token: str


def read_code(text: str) -> Code:
    """The code as it was typed; PairingFailed pair.code_malformed if it cannot be one."""
    plain = re.sub(r"[\s-]", "", text).upper()
    try:
        raw = base64.b32decode(plain)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != SECRET_BYTES + FINGERPRINT_BYTES:
        raise PairingFailed("pair.code_malformed")
    return Code(base64.b32encode(raw[:SECRET_BYTES]).decode(), raw[SECRET_BYTES:])


def pair(hub: str, code: Code) -> tuple[Paired, str]:
    """This gateway's name and token, and the hub's authority as PEM.

    The secret is told only to the hub whose authority has the code's fingerprint.
    """
    authority = _authority_of(hub, code)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    try:
        context.load_verify_locations(cadata=authority)
    except ssl.SSLError as error:
        raise PairingFailed("pair.another_hub", str(error)) from error
    answer = _ask(hub, context, "POST", "/gateways/pair", json.dumps({"secret": code.secret}))
    try:
        return msgspec.json.decode(answer, type=Paired), ssl.DER_cert_to_PEM_cert(authority)
    except msgspec.DecodeError as error:
        raise PairingFailed("pair.no_hub", str(error)) from error


def _authority_of(hub: str, code: Code) -> bytes:
    """The authority's certificate as DER: exactly the bytes of which the code has the fingerprint.

    Never the text that the other end sent: behind a certificate it may hold others.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing secret is told before the fingerprint is seen to be right
    told = _ask(hub, context, "GET", "/gateways/authority", None)
    try:
        authority = ssl.PEM_cert_to_DER_cert(told.decode("ascii"))
    except ValueError as error:
        raise PairingFailed("pair.no_hub", str(error)) from error
    found = hashlib.sha256(authority).digest()
    if not hmac.compare_digest(found[:FINGERPRINT_BYTES], code.fingerprint):
        raise PairingFailed("pair.another_hub")
    return authority


def _ask(hub: str, context: ssl.SSLContext, method: str, path: str, body: str | None) -> bytes:
    address = urlsplit(hub)
    if address.scheme != "https" or not address.hostname:
        raise PairingFailed("pair.address_malformed", hub)
    connection = http.client.HTTPSConnection(
        address.hostname, address.port, timeout=TIMEOUT_S, context=context
    )
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        content = answer.read(MAX_ANSWER_BYTES)
    except ssl.SSLCertVerificationError as error:
        raise PairingFailed("pair.another_hub", error.verify_message) from error
    except (OSError, http.client.HTTPException) as error:
        raise PairingFailed("pair.no_answer", str(error)) from error
    finally:
        connection.close()
    if answer.status != 200:
        raise _refusal(content, answer.status)
    return content


def _refusal(content: bytes, status: int) -> PairingFailed:
    try:
        problem = msgspec.json.decode(content, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = {}
    return PairingFailed(str(problem.get("code", "pair.no_hub")), str(problem.get("text", status)))


def write_settings(config: Path, hub: str, paired: Paired, authority: str) -> None:
    """Token and authority beside the settings file, then the file itself; its devices stay."""
    config.parent.mkdir(parents=True, exist_ok=True)
    token_file = config.parent / f"{paired.gateway_id}.token"
    authority_file = config.parent / f"{paired.gateway_id}.hub-ca.pem"
    _write(token_file, paired.token, 0o600)
    _write(authority_file, authority, 0o644)
    former = config.read_text(encoding="utf-8") if config.exists() else ""
    lines = [
        f'gateway_id = "{paired.gateway_id}"',
        f'hub_url = "wss://{urlsplit(hub).netloc}/ws/gateway"',
        f'token_file = "{token_file.name}"',
        f'hub_ca = "{authority_file.name}"',
    ]
    if not _STATE_DIR.search(former):
        lines.append(f'state_dir = "{paired.gateway_id}.state"')
    _write(config, "\n".join([*lines, *_kept(former)]) + "\n", 0o644)


def _kept(former: str) -> list[str]:
    """The lines of the file that pairing does not write: only the head, before any table, has ours."""
    head, *tables = re.split(r"^(?=\s*\[)", former, maxsplit=1, flags=re.MULTILINE)
    lines = [line for line in head.splitlines() if not _OWN_KEYS.match(line)]
    return [*lines, *(line for table in tables for line in table.splitlines())]


def _write(path: Path, content: str, mode: int) -> None:
    """Whole or not at all, and on disk."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
