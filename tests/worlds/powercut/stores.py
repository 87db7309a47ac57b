"""The stores a hub can be made to keep while the power goes."""

from __future__ import annotations

from tests.worlds.powercut.shop_trade import SHOP
from tests.worlds.powercut.trades import JARS, Trade

TRADES: dict[str, Trade] = {"jars": JARS, "shop": SHOP}
