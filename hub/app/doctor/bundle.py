"""The bundle to send: report, devices, settings and logs, with nothing in it that is secret or a name."""

import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from hub.app.doctor.line import Line
from hub.devices.messages import DeviceView

MAX_PART_BYTES = 1024 * 1024
MAX_LOGS = 8
MAX_STATISTICS_BYTES = 256 * 1024
UNITS = ("dianshu-hub", "dianshu-gateway", "dianshu-cloud")
JOURNAL_S = 20.0
LOG_LINES = 5_000
REMOVED = "(removed)"
_SECRET_NAME = re.compile(r"pass|secret|token|pin|key|credential", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"""(?<![^\s/"'=])[^\s/@:"']{1,80}:[^\s/@"']{1,200}@""")
_IN_WORDS = re.compile(
    r"""\b((?:password|passwd|pwd|token|pin|secret)['"]?\s*[=:]\s*['"]?|bearer\s+)[^\s'",;}]+""",
    re.IGNORECASE,
)
_LONG_HEX = re.compile(r"\b[0-9a-fA-F]{48,}\b")
_MIN_SECRET_CHARS = 4


class Scrubber:
    """Takes out of texts what must not leave the store: known secrets and names, and what looks like one."""

    def __init__(self, secrets: Iterable[str], names: Iterable[str]) -> None:
        self._known = sorted(
            {secret for secret in secrets if len(secret) >= _MIN_SECRET_CHARS}, key=len, reverse=True
        )
        self._names = sorted({name for name in names if name.strip()}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The same text without them."""
        for secret in self._known:
            text = text.replace(secret, REMOVED)
        for name in self._names:
            text = text.replace(name, "(name)")
        text = _IN_ADDRESS.sub(f"{REMOVED}@", text)
        text = _IN_WORDS.sub(rf"\1{REMOVED}", text)
        return _LONG_HEX.sub(REMOVED, text)

    def settings(self, path: Path) -> str:
        """A TOML file as JSON, without the values of fields that are named like a secret."""
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            return self.text(f"{path.name}: {error}")
        return self.text(msgspec.json.format(msgspec.json.encode(_stripped(document))).decode())


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: REMOVED if _SECRET_NAME.search(name) and not name.endswith("_file") else _stripped(inner)
            for name, inner in value.items()
        }
    return [_stripped(inner) for inner in value] if isinstance(value, list) else value


def secrets_in(paths: Iterable[Path]) -> list[str]:
    """What secret files hold, in every form in which it could turn up in a text."""
    found: list[str] = []
    for path in paths:
        try:
            content = path.read_bytes()[:MAX_PART_BYTES]
        except OSError:
            continue
        found += [content.hex(), content.decode("latin-1")]
        found += [line.strip() for line in content.decode("utf-8", "ignore").splitlines()]
    return found


class Contents(msgspec.Struct, frozen=True):
    """What goes into a bundle."""

    lines: list[Line]
    texts: list[str]
    devices: list[DeviceView]
    settings: list[Path]
    logs: list[Path]
    statistics: list[Path]


def write_bundle(target: Path, contents: Contents, scrubber: Scrubber) -> None:
    """Write the bundle; each part is bounded. Raises OSError."""
    report = [
        {"area": line.area, "state": line.state, "code": line.code, "text": text}
        for line, text in zip(contents.lines, contents.texts, strict=True)
    ]
    parts = {"report.json": _json(report), "devices.json": _json(contents.devices)}
    parts |= {f"settings/{path.name}.json": scrubber.settings(path) for path in contents.settings}
    parts |= {f"statistics/{path.name}": _tail(path, MAX_STATISTICS_BYTES) for path in contents.statistics}
    logs = {path.name: _tail(path, MAX_PART_BYTES) for path in contents.logs[:MAX_LOGS]} or _journals()
    parts |= {f"logs/{name}": text for name, text in logs.items()}
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in parts.items():
            bundle.writestr(name, scrubber.text(text)[-MAX_PART_BYTES:])


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def _tail(path: Path, most_bytes: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - most_bytes))
            return file.read(most_bytes).decode("utf-8", "replace")
    except OSError as error:
        return f"{path.name}: {error.strerror}"


def _journals() -> dict[str, str]:
    """The system's journal of our units; nothing where there is none."""
    found: dict[str, str] = {}
    for unit in UNITS:
        words = [
            "journalctl",
            "--unit",
            unit,
            "--lines",
            str(LOG_LINES),
            "--no-pager",
            "--output",
            "short-iso",
        ]
        try:
            done = subprocess.run(words, capture_output=True, timeout=JOURNAL_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        found[f"{unit}.log"] = done.stdout[-MAX_PART_BYTES:].decode("utf-8", "replace")
    return found
