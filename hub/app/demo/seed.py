"""What the demo shop starts with: staff, tills, goods, stock, devices at their till."""

import hashlib

from hub.app.routes import DemoLogin
from hub.devices.messages import BindDevice, SeeDevice
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine
from hub.kernel.errors import Refused
from hub.kernel.messages import Command
from hub.modules.catalogue import demo as goods
from hub.modules.catalogue.artifact import KIND
from hub.modules.catalogue.messages import ActivateVersion
from hub.modules.identity.messages import AddStaff, RegisterTerminal
from hub.modules.inventory.messages import ReceiveStock

TILL = "T01"
CASHIER = DemoLogin("1001", "1357", "cashier")
MANAGER = DemoLogin("9001", "2468", "manager")
LOGINS = [CASHIER, MANAGER]
"""They exist in demo mode only, and the till's page says so."""

_NAMES = {"1001": "收银员 01", "9001": "店长 01"}
