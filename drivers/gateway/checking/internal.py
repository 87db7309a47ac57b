"""The internal check: whether this computer could drive the device at all; nothing is opened."""

from __future__ import annotations

import os
from importlib import import_module

from drivers.base import build_driver
from drivers.drawer.printer_port import build_drawer
from drivers.gateway.checking.verdict import Check, State
from drivers.gateway.links.opener import OPENERS
from drivers.gateway.settings import Device
from drivers.profile import ProfileError


def check_inside(device: Device) -> Check:
    """Options, library, device file and permission, in this order; the first fault is the answer."""
    code, state, facts = _first_fault(device)
    return Check(device_id=device.device_id, part="internal", state=state, code=code, facts=facts)


def _first_fault(device: Device) -> tuple[str, State, dict[str, str]]:
    try:
        build = build_drawer if device.is_on_printer else build_driver
        build(device.profile, device.settings.options)
    except ProfileError as error:
        return "check.options_invalid", "failed", {"detail": error.detail}
    try:
        if device.url.scheme in OPENERS:
            import_module(OPENERS[device.url.scheme][0])
    except ImportError as error:
        return "check.library_missing", "failed", {"library": str(error.name)}
    path = device.url.path
    if path and not os.path.exists(path):
        return "check.no_such_port", "failed", {"path": path}
    if path and not os.access(path, os.R_OK | os.W_OK):
        return "link.forbidden", "failed", {}
    return "check.settings_right", "ok", {}
