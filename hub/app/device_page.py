"""The till's device page: what the hub hears of each device, and tests that sell nothing."""

import asyncio
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, get, post

from hub.app.displays import CustomerDisplays
from hub.app.trials import TRIAL_MS, Trials
from hub.devices import store
from hub.devices.conversation.questions import (
    QUESTION_S,
    DrawerLearnt,
    PayAnswer,
    ask_for_nothing,
    show_drawer,
)
from hub.devices.links import Gateways
from hub.devices.messages import DeviceView, KeepDrawerMeaning, LearnDrawer
from hub.devices.paper import Show
from hub.kernel.bus import Bus
from hub.kernel.clock import Clock
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send
from hub.kernel.ids import new_id
from hub.kernel.messages import Command

TEST_TEXT_S = 10.0
"""After this a display shows its till's basket again."""
TERMINAL_ANSWERS_S = QUESTION_S + 5.0
LEARNS_S = 30.0
"""A printer that is asked seldom tells late of its drawer."""


class TryScanner(Command, frozen=True, kw_only=True):
    """The next scan of this scanner is shown at the till that asks, and lands nowhere."""

    device_id: str


class TryDisplay(Command, frozen=True, kw_only=True):
    """Show a test text on this display for some seconds."""

    device_id: str


class TryTerminal(Command, frozen=True, kw_only=True):
    """Ask this payment terminal about a payment that never was: no money moves, and it must answer."""

    device_id: str


class TerminalAnswered(msgspec.Struct, frozen=True):
    """Answer to TryTerminal: whether it is fit for payments, and in its own words or ours why not."""

    ok: bool
    reason: str
    text: str
    took_ms: int


class DrawerLesson(msgspec.Struct, frozen=True):
    """Answer to LearnDrawer: what came of showing the drawer; `open_when` once both ways were shown."""

    ok: bool
    reason: str
    open_when: Literal["high", "low", "unwired"] | None


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

    @get("/conditions", sync_to_thread=True)
    def conditions(self, readers: Readers, store_id: str) -> list[DeviceView]:
        """How every device is, for a till where nobody is signed in yet: no unit's identity, no position."""
        return [
            msgspec.structs.replace(device, identity="", is_open=None)
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
            raise Refused("devices.away", 409, device_id=data.device_id)
        displays: CustomerDisplays = request.app.state.displays
        asyncio.get_running_loop().call_later(TEST_TEXT_S, displays.look_everywhere)

    @post("/test/terminal", status_code=200)
    async def test_terminal(
        self,
        data: TryTerminal,
        request: Request[Any, Any, Any],
        readers: Readers,
        caller: Caller,
        store_id: str,
    ) -> TerminalAnswered:
        """Ask a payment terminal about a payment that never was."""
        _at_a_till(caller)
        gateways: Gateways = request.app.state.gateways
        _find(readers, store_id, gateways, data.device_id, "payment_terminal")
        clock: Clock = request.app.state.engine.clock
        began_s = clock.read().monotonic_s
        answer = await gateways.ask(ask_for_nothing(data.device_id, new_id()), TERMINAL_ANSWERS_S)
        if not isinstance(answer, PayAnswer):
            raise Refused("devices.away", 409, device_id=data.device_id)
        took_ms = int((clock.read().monotonic_s - began_s) * 1000)
        is_fit = answer.reason == "terminal.no_such_request"
        return TerminalAnswered(is_fit, "" if is_fit else answer.reason, answer.text, took_ms)

    @post("/learn-drawer", status_code=200)
    async def learn_drawer(
        self,
        data: LearnDrawer,
        request: Request[Any, Any, Any],
        readers: Readers,
        bus: Bus,
        caller: Caller,
        store_id: str,
    ) -> DrawerLesson:
        """Show a drawer shut, and then open: what its sensor says is learnt, and kept at its gateway."""
        gateways: Gateways = request.app.state.gateways
        require(caller, "devices.edit")
        _find(readers, store_id, gateways, data.device_id, "drawer")
        await send(bus, data, caller)
        who = caller.actor.staff_id if caller.actor else ""
        answer = await gateways.ask(show_drawer(data.device_id, new_id(), data.is_open, who), LEARNS_S)
        if not isinstance(answer, DrawerLearnt):
            raise Refused("devices.away", 409, device_id=data.device_id)
        if answer.open_when is not None:
            kept = KeepDrawerMeaning(
                command_id=new_id(), device_id=data.device_id, open_when=answer.open_when
            )
            await send(bus, kept, msgspec.structs.replace(caller, system=True))
        return DrawerLesson(answer.ok, answer.reason, answer.open_when)


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
        raise Refused("devices.away", 409, device_id=device_id)
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
