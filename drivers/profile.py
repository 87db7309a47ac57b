"""Device profiles: one TOML per device model, naming the driver, its options and the link's defaults."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, get_args

import msgspec

from drivers.messages import Ability, Kind

PROFILE_PACKAGE = "firmware_configs"
SCHEMA = 1
LABEL_DRIVERS = ("printer.tspl", "printer.zpl")
MAX_PROFILE_BYTES = 32 * 1024

_KINDS = "|".join(get_args(Kind))
_NAME = re.compile(rf"^({_KINDS})/[a-z0-9][a-z0-9_]{{0,60}}$")
_DRIVER = re.compile(rf"^({_KINDS})\.[a-z][a-z0-9_]{{0,40}}$")

_ABILITIES: dict[Kind, tuple[Ability, ...]] = {
    "payment_terminal": ("card", "code"),
    "drawer": ("", "position"),
}

OptionsT = TypeVar("OptionsT", bound=msgspec.Struct)
Scalar = str | int | float | bool


class ProfileError(ValueError):
    """A profile that cannot be used: code says why, name which one, detail where."""

    def __init__(self, code: str, name: str, detail: str) -> None:
        super().__init__(f"{code}: {name}: {detail}")
        self.code = code
        self.name = name
        self.detail = detail


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device model; `link` holds the query defaults a link URL of this device starts from."""

    schema: int
    kind: Kind
    model: str
    title: str
    driver: str
    ability: Ability = ""
    notes: str = ""
    options: dict[str, Any] = {}
    link: dict[str, Scalar] = {}

    @property
    def shown_kind(self) -> Kind:
        """What the hub knows the device as: a printer of labels is of no use to a receipt."""
        return "label_printer" if self.driver in LABEL_DRIVERS else self.kind


def parse_profile(text: str, name: str) -> Profile:
    """A profile from TOML text; ProfileError with a code if anything in it is wrong."""
    if len(text.encode()) > MAX_PROFILE_BYTES:
        raise ProfileError("profile.too_long", name, f"over {MAX_PROFILE_BYTES} bytes")
    try:
        profile = msgspec.convert(tomllib.loads(text), Profile)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError("profile.not_toml", name, str(error)) from error
    except msgspec.ValidationError as error:
        raise ProfileError("profile.invalid", name, str(error)) from error
    _check(profile, name)
    return profile


def _check(profile: Profile, name: str) -> None:
    if profile.schema != SCHEMA:
        raise ProfileError("profile.schema_unknown", name, f"{profile.schema}, not {SCHEMA}")
    if not _DRIVER.match(profile.driver):
        raise ProfileError("profile.driver_invalid", name, profile.driver)
    if not profile.driver.startswith(f"{profile.kind}."):
        raise ProfileError("profile.kind_differs", name, f"kind {profile.kind}, driver {profile.driver}")
    if profile.ability not in _ABILITIES.get(profile.kind, ("",)):
        raise ProfileError("profile.ability_invalid", name, profile.ability)


def load_profile(name: str) -> Profile:
    """The shipped profile called e.g. "scanner/generic_hid"."""
    if not _NAME.match(name):
        raise ProfileError("profile.name_invalid", name, "expected <kind>/<model>")
    try:
        text = profile_root().joinpath(f"{name}.toml").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ProfileError("profile.unknown", name, f"known: {', '.join(profile_names())}") from error
    profile = parse_profile(text, name)
    if name != f"{profile.kind}/{profile.model}":
        raise ProfileError("profile.misfiled", name, f"says {profile.kind}/{profile.model}")
    return profile


def profile_names() -> list[str]:
    """Every shipped profile, as <kind>/<model>, sorted."""
    return sorted(
        f"{folder.name}/{entry.name.removesuffix('.toml')}"
        for folder in profile_root().iterdir()
        if folder.is_dir()
        for entry in folder.iterdir()
        if entry.name.endswith(".toml") and _NAME.match(f"{folder.name}/{entry.name.removesuffix('.toml')}")
    )


def profile_root() -> Traversable:
    """Where the shipped profiles are, in a checkout and in an installed wheel alike."""
    return resources.files(PROFILE_PACKAGE)


def read_options(profile: Profile, options_type: type[OptionsT], overrides: dict[str, Any]) -> OptionsT:
    """The driver's options: the profile's, overridden by this device's calibration, or ProfileError."""
    name = f"{profile.kind}/{profile.model}"
    try:
        return msgspec.convert({**profile.options, **overrides}, options_type)
    except msgspec.ValidationError as error:
        raise ProfileError("profile.options_invalid", name, str(error)) from error
