"""The hub's modules whose projections the cloud runs."""

from hub.kernel.module import Manifest
from hub.modules.audit.module import MODULE as AUDIT
from hub.modules.catalogue.module import MODULE as CATALOGUE
from hub.modules.identity.module import MODULE as IDENTITY
from hub.modules.inventory.module import MODULE as INVENTORY
from hub.modules.orders.module import MODULE as ORDERS
from hub.modules.payments.module import MODULE as PAYMENTS
from hub.modules.returns.module import MODULE as RETURNS

MODULES: tuple[Manifest, ...] = (IDENTITY, AUDIT, CATALOGUE, INVENTORY, PAYMENTS, ORDERS, RETURNS)
