"""Another unit in a broken one's place: which one is meant, decided without a guess."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drivers.gateway.identity import Identity, find_node, present_identities, read_identity
from drivers.gateway.pins import Pins
from drivers.gateway.settings import Device

SYS_ROOT = Path("/sys")


class SwapRefused(Exception):
    """A person must say more, or do something first; code says what."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def new_unit(
    device: Device, others: Sequence[Device], pins: Pins, asked: str, sys_root: Path | None = None
) -> str:
    """The name of the unit that takes the device's place; SwapRefused where that is not plain."""
    scheme, sys_root = device.url.scheme, sys_root or SYS_ROOT
    if not device.url.is_pluggable:
        raise SwapRefused("swap.not_local", f"{device.device_id} is known by its link: change that")
    old = pins.of(device.settings).name
    taken = {name for other in others for name in _names_of(other, pins, sys_root)}
    present = [unit for unit in present_identities(scheme, sys_root) if not taken & {unit.serial, unit.port}]
    if asked:
        return _asked_for(asked, present)
    if old and find_node(scheme, old, sys_root) is not None:
        raise SwapRefused("swap.old_unit_present", f"{old} is still plugged in")
    at_link = read_identity(device.url, sys_root)
    if at_link.value and at_link in present:
        return at_link.value
    alike = [unit for unit in present if _is_same_kind(unit, old, scheme)]
    if len(alike) != 1:
        found = ", ".join(unit.value for unit in present) or "none"
        raise SwapRefused("swap.which_unit", f"name one with --identity; plugged in and free: {found}")
    return alike[0].value


def _asked_for(asked: str, present: Sequence[Identity]) -> str:
    if not any(unit.is_called(asked) for unit in present):
        raise SwapRefused("swap.unit_absent", f"{asked} is not plugged in, or another device's")
    return asked


def _names_of(device: Device, pins: Pins, sys_root: Path) -> set[str]:
    if not device.url.is_pluggable:
        return set()
    known = pins.of(device.settings).name
    at_link = read_identity(device.url, sys_root)
    names = {known} if known and not at_link.is_called(known) else {known, at_link.serial, at_link.port}
    return names - {""}


def _is_same_kind(unit: Identity, old: str, scheme: str) -> bool:
    """By vendor and product; where the old one's are not known, any line may be it but no keyboard."""
    if not old.startswith("usb:"):
        return scheme != "hid"
    return unit.value.split(":")[:3] == old.split(":")[:3]
