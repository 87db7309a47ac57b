"""The rooms named once, and a hub made of them."""

from hub.app.joins import JOINS, our_batch, scale_works, scan_lands
from hub.app.settings import HubSettings
from hub.devices.module import manifest as devices
from hub.kernel.clock import SystemClock
from hub.kernel.engine import Engine, Folder
from hub.kernel.errors import Texts
from hub.kernel.ledger import Origin
from hub.kernel.module import Manifest
from hub.kernel.sealing import SEALING
from hub.modules.audit.module import MODULE as AUDIT
from hub.modules.catalogue.artifact import KIND as CATALOGUE_ARTIFACT
from hub.modules.catalogue.artifact import load as load_catalogue
from hub.modules.catalogue.module import MODULE as CATALOGUE
from hub.modules.gateways.module import MODULE as GATEWAYS
from hub.modules.identity.module import MODULE as IDENTITY
from hub.modules.inventory.module import MODULE as INVENTORY
from hub.modules.orders.module import manifest as orders
from hub.modules.payments.module import manifest as payments
from hub.modules.returns.module import MODULE as RETURNS

MODULES: tuple[Manifest, ...] = (
    IDENTITY,
    GATEWAYS,
    AUDIT,
    CATALOGUE,
    INVENTORY,
    payments(our_batch),
    orders(scale_works),
    RETURNS,
)
"""From the bottom up: each may lean on those before it."""

ROOMS: tuple[Manifest, ...] = (*MODULES, devices(scan_lands), JOINS, SEALING)
TEXT_PACKAGES = (
    "hub.kernel",
    "hub.app",
    "hub.app.doctor",
    "hub.devices",
    "cloud_sync.wire",
    *(module.package for module in MODULES),
)


def texts() -> Texts:
    """Every refusal's words."""
    return Texts(TEXT_PACKAGES)


def open_engine(settings: HubSettings) -> Engine:
    """The store's engine as these settings have it."""
    return Engine(
        Folder(settings.data_path),
        Origin(settings.hub_id, settings.store_id, settings.epoch),
        ROOMS,
        SystemClock(settings.battery_backed_clock),
        {CATALOGUE_ARTIFACT: load_catalogue},
    )
