"""A hub's settings: one TOML file, checked as a whole before anything starts."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.kernel.errors import Refused

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
QrText = Annotated[str, Meta(max_length=300)]
"""So short that a telephone reads it from a screen."""
Caption = Annotated[str, Meta(max_length=40)]
StoreId = Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,16}$")]


class Shop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands at the head of a receipt; logo is a PNG in the data folder, or "" for none.

    `display_qr` is what a QR code on the customer's screen says, `display_qr_text` the words under it.
    """

    name: str
    name_en: str = ""
    address: str = ""
    phone: str = ""
    footer: str = ""
    logo: str = ""
    display_qr: QrText = ""
    display_qr_text: Caption = ""
    display_qr_text_en: Caption = ""


class LabelRoll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The labels in the label printers."""

    width_mm: Annotated[int, Meta(ge=30, le=120)] = 40
    height_mm: Annotated[int, Meta(ge=25, le=120)] = 30


class CloudSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The broker that leads to the chain's cloud; the password is in a file of its own."""

    host: str
    port: int = 8883
    tenant: Slug = "chain"
    username: str = ""
    password_file: str = ""
    ca_file: str = ""


class GatewayPort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where gateways of other computers come in, over TLS; nothing else is served there."""

    host: str = "0.0.0.0"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8711


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a hub is told from outside."""

    store_id: StoreId
    hub_id: Slug
    shop: Shop
    data_dir: str
    labels: LabelRoll = LabelRoll()
    epoch: int = 1
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8710
    battery_backed_clock: bool = False
    mode: Literal["store", "demo"] = "store"
    cloud: CloudSettings | None = None
    gateways: GatewayPort | None = None

    @property
    def data_path(self) -> Path:
        """The folder of the hub's files."""
        return Path(self.data_dir)

    @property
    def logo_path(self) -> Path | None:
        """The shop's logo, if it has one."""
        return self.data_path / self.shop.logo if self.shop.logo else None

    @property
    def gateway_certificate_path(self) -> Path:
        """The key and certificate that gateways of other computers are shown, made anew at each start."""
        return self.data_path / "gateways.pem"

    @property
    def gateway_token_path(self) -> Path:
        """Where the token that gateways show is kept."""
        return self.data_path / "gateway.token"


def load_settings(path: Path) -> HubSettings:
    """The settings in a file. Raises Refused `settings.missing` or `settings.invalid`."""
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused("settings.missing", 404, path=str(path)) from None
    try:
        return msgspec.convert(tomllib.loads(content), HubSettings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Refused("settings.invalid", 400, path=str(path), reason=str(error)) from error
