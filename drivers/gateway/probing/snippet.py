"""From findings to the lines of gateway.toml that make devices of them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from drivers.gateway.probing.prober import Finding, PortReport
from drivers.gateway.settings import load_settings, resolve_devices

_NAMES = {"payment_terminal": "terminal"}


def snippets(reports: Sequence[PortReport], taken: Iterable[str]) -> dict[str, str]:
    """For each port with a good finding, the device to add, under names that nobody has yet."""
    used = set(taken)
    made: dict[str, str] = {}
    for report in reports:
        if report.findings and report.findings[0].sure != "possible":
            found = report.findings[0]
            device_id = _free_name(found, used)
            used.add(device_id)
            made[report.link] = _device(device_id, found, report.link)
    return made


def append(config: Path, devices: Iterable[str]) -> None:
    """Add devices to a settings file, all or nothing; SettingsError if it would not be one any more."""
    text = config.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + "\n".join(devices)
    handle, name = tempfile.mkstemp(dir=config.parent, prefix=f".{config.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        resolve_devices(load_settings(draft))
        draft.chmod(config.stat().st_mode & 0o777)
        draft.replace(config)
    finally:
        draft.unlink(missing_ok=True)


def _free_name(found: Finding, used: set[str]) -> str:
    name = _NAMES.get(found.kind, found.kind)
    number = 1
    while f"{name}-{number}" in used:
        number += 1
    return f"{name}-{number}"


def _device(device_id: str, found: Finding, link: str) -> str:
    first, *others = found.profiles
    lines = [
        "[[devices]]",
        f'device_id = "{device_id}"',
        f'profile = "{first}"',
        *(f"# or: {other}" for other in others),
        f"link = {json.dumps(link)}",
    ]
    return "\n".join(lines) + "\n"
