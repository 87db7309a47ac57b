"""A gateway's settings file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from drivers.gateway.links.url import LinkUrl, LinkUrlError, parse_link_url
from drivers.messages import Id
from drivers.profile import Profile, ProfileError, load_profile

ON_PRINTER = "drawer.printer_port"
_TOKEN = re.compile(r"[!-~]{8,512}")


class SettingsError(ValueError):
    """Settings that cannot be used; code names what is wrong, the message where."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class DeviceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device: its profile, where it hangs, and what is particular to this very unit."""

    device_id: Id
    profile: str
    link: str
    identity: str = ""
    options: dict[str, Any] = {}


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file; relative paths are relative to the file's own folder.

    hub_ca is the hub's own authority, as pairing wrote it: over wss:// nobody else is believed to be the hub.
    """

    gateway_id: Id
    hub_url: str
    token_file: Path
    state_dir: Path
    hub_ca: Path | None = None
    devices: Annotated[tuple[DeviceSettings, ...], Meta(max_length=64)] = ()


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device's settings with its profile and link resolved."""

    settings: DeviceSettings
    profile: Profile
    url: LinkUrl

    @property
    def device_id(self) -> str:
        """The name the hub knows it by."""
        return self.settings.device_id

    @property
    def is_on_printer(self) -> bool:
        """Whether it has no link of its own: a drawer on a printer's connector."""
        return self.url.scheme == "printer"


def load_settings(path: Path) -> GatewaySettings:
    """The settings of this file; SettingsError says what is wrong with it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = msgspec.convert(document, GatewaySettings, dec_hook=_path)
    except OSError as error:
        raise SettingsError("settings.unreadable", f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsError("settings.invalid", f"{path}: {error}") from error
    if not settings.hub_url.startswith(("ws://", "wss://")):
        raise SettingsError("settings.invalid", f"{path}: hub_url must begin with ws:// or wss://")
    here = path.resolve().parent
    return msgspec.structs.replace(
        settings,
        token_file=here / settings.token_file,
        state_dir=here / settings.state_dir,
        hub_ca=here / settings.hub_ca if settings.hub_ca else None,
    )


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(kind)


def resolve_devices(settings: GatewaySettings) -> list[Device]:
    """Every device with profile and link; SettingsError names the first fault."""
    devices = [_resolve(device) for device in settings.devices]
    ids = [device.device_id for device in devices]
    if len(set(ids)) < len(ids):
        twice = sorted({device_id for device_id in ids if ids.count(device_id) > 1})
        raise SettingsError("settings.device_twice", ", ".join(twice))
    printers = {device.device_id: device for device in devices if device.profile.kind == "printer"}
    for device in devices:
        _check_link(device, printers)
    return devices


def _resolve(device: DeviceSettings) -> Device:
    try:
        profile = load_profile(device.profile)
        return Device(settings=device, profile=profile, url=parse_link_url(device.link, profile.link))
    except (ProfileError, LinkUrlError) as error:
        raise SettingsError(error.code, f"device {device.device_id}: {error}") from error


def _check_link(device: Device, printers: Mapping[str, Device]) -> None:
    if device.is_on_printer != (device.profile.driver == ON_PRINTER):
        raise _misplaced(device, "a drawer on a printer's connector, and only that, has printer://")
    if device.profile.kind == "drawer" and device.url.scheme not in {"printer", "serial"}:
        raise _misplaced(device, "a drawer has printer://, or serial:// with a trigger box")
    if device.url.scheme in {"usb", "file"} and device.profile.kind != "printer":
        raise _misplaced(device, f"only a printer has {device.url.scheme}://")
    if device.url.scheme == "file" and _option(device, "status") != "none":
        raise _misplaced(device, "a file answers nothing: use a profile such as printer/file_80mm")
    if device.is_on_printer:
        _check_drawer(device, printers.get(device.url.host))


def _check_drawer(drawer: Device, printer: Device | None) -> None:
    if printer is None:
        raise _misplaced(drawer, f"no printer {drawer.url.host}")
    if printer.url.scheme == "file":
        raise _misplaced(drawer, "no drawer hangs on a file")


def _option(device: Device, name: str) -> Any:
    return device.settings.options.get(name, device.profile.options.get(name))


def _misplaced(device: Device, why: str) -> SettingsError:
    return SettingsError("settings.link_invalid", f"{device.device_id}: {why}")


def read_token(path: Path) -> str:
    """The shared secret; SettingsError if the file has none."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("settings.token_unreadable", f"{path}: {error}") from error
    if not _TOKEN.fullmatch(token):
        raise SettingsError("settings.token_invalid", f"{path}: expected 8 to 512 printable characters")
    return token
