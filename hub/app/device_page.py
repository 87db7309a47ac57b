"""The till's device page: what the hub hears of each device, and tests that sell nothing."""

import asyncio
from typing import Any

import msgspec
from litestar import Controller, Request, get, post

from hub.app.displays import CustomerDisplays
from hub.app.trials import TRIAL_MS, Trials
from hub.devices import store
from hub.devices.links import Gateways
from hub.devices.messages import DeviceView
from hub.devices.paper import Show
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require
from hub.kernel.messages import Command

TEST_TEXT_S = 10.0
"""After this a display shows its till's basket again."""


class TryScanner(Command, frozen=True, kw_only=True):
    """The next scan of this scanner is shown at the till that asks, and lands nowhere."""

    device_id: str


class TryDisplay(Command, frozen=True, kw_only=True):
    """Show a test text on this display for some seconds."""

    device_id: str


class ScanAwaited(msgspec.Struct, frozen=True):
    """Answer to TryScanner: for how long the scan is waited for."""

    within_ms: int


class DevicePulse(msgspec.Struct, frozen=True):
    """How a device is doing beside its state: whether its gateway is there, and when it last spoke."""

    device_id: str
    connected: bool
    heard_age_ms: int | None


class DevicePageController(Controller):
    """What the device page asks for."""

    path = "/api/devices"
    tags = ("devices",)

    @get("/pulses", sync_to_thread=False)
    def pulses(
        self, request: Request[Any, Any, Any], readers: Readers, caller: Caller, store_id: str
    ) -> list[DevicePulse]:
        """Every device's sign of life."""
        require(caller, "orders.sell")
        gateways: Gateways = request.app.state.gateways
        return [
            DevicePulse(
                device.device_id,
                gateways.link_of(device.device_id) is not None,
                gateways.heard_age_ms(device.device_id),
            )
            for device in store.all_devices(readers, store_id)
        ]

    @post("/test/scanner", status_code=200)
    async def test_scanner(
        self,
        data: TryScanner,
        request: Request[Any, Any, Any],
        readers: Readers,
        caller: Caller,
        store_id: str,
    ) -> ScanAwaited:
        """Take the scanner's next scan for a test."""
        terminal_id = _at_a_till(caller)
        gateways: Gateways = request.app.state.gateways
        _find(readers, store_id, gateways, data.device_id, "scanner")
        trials: Trials = request.app.state.trials
        trials.begin(data.device_id, terminal_id)
        return ScanAwaited(TRIAL_MS)

    @post("/test/display", status_code=200)
    async def test_display(
        self,
        data: TryDisplay,
        request: Request[Any, Any, Any],
        readers: Readers,
        caller: Caller,
        store_id: str,
    ) -> None:
        """Show a test text; the till's own comes back by itself."""
        _at_a_till(caller)
        gateways: Gateways = request.app.state.gateways
        _find(readers, store_id, gateways, data.device_id, "display")
        if not await gateways.show(_test_text(data.device_id)):
            raise Refused("devices.away", 503, device_id=data.device_id)
        displays: CustomerDisplays = request.app.state.displays
        asyncio.get_running_loop().call_later(TEST_TEXT_S, displays.look_everywhere)


def _at_a_till(caller: Caller) -> str:
    require(caller, "orders.sell")
    if caller.terminal_id is None:
        raise Refused("auth.sign_in_first", 401)
    return caller.terminal_id


def _find(readers: Readers, store_id: str, gateways: Gateways, device_id: str, kind: str) -> DeviceView:
    device = store.device(readers, store_id, device_id)
    if device is None:
        raise Refused("devices.unknown", 404, device_id=device_id)
    if device.kind != kind:
        raise Refused("devices.not_testable_so", 400, device_id=device_id)
    if device.state != "enabled" or gateways.link_of(device_id) is None:
        raise Refused("devices.away", 503, device_id=device_id)
    return device


def _test_text(device_id: str) -> Show:
    return Show(
        device_id=device_id,
        upper="店枢 测试\t￥1234.56",
        lower="一二三四五六七八九十",
        upper_plain="DIANSHU TEST\t1234.56",
        lower_plain="12345678901234567890",
        amount_fen=123456,
        lamp="total",
    )
