"""The hub as a process: everything opened in order, run on one loop, closed in order."""

import asyncio
import ctypes
import gc
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar

from hub.app.auth import Tokens
from hub.app.authority import Authority
from hub.app.displays import CustomerDisplays
from hub.app.gateway_port import MAX_FRAME_BYTES, serve_gateways
from hub.app.http import create_app
from hub.app.live import Live
from hub.app.logo import load_logo
from hub.app.receipts import Layouts
from hub.app.remembered import Remembered
from hub.app.routes import ROUTES, DemoLogin
from hub.app.screens import Screens
from hub.app.settings import HubSettings
from hub.app.statistics import Tallies
from hub.app.trials import Trials
from hub.app.uplink import uplink_of
from hub.app.wiring import MODULES, open_engine, texts
from hub.devices import store as devices
from hub.devices.drawers import DrawerWatch, KickDrawer
from hub.devices.events import DeviceBound, PrintQueued
from hub.devices.links import Gateways
from hub.devices.messages import WeightView
from hub.devices.paying.pay_desk import PayDesk
from hub.devices.paying.settlement_desk import SettlementDesk
from hub.devices.spool import Spool
from hub.devices.weights import Weights
from hub.kernel.clock import SystemClock
from hub.kernel.context import SYSTEM, Actor
from hub.kernel.errors import Refused
from hub.kernel.files import write_whole
from hub.kernel.ids import new_id
from hub.kernel.jobs import Job
from hub.kernel.journal import Record
from hub.kernel.sealing import SEAL_EVERY_S, seal
from hub.modules.gateways.doors import GatewayDoor
from hub.modules.gateways.events import GatewayRevoked
from hub.modules.identity import store as identity
from hub.modules.identity.messages import EndStaleSessions

_CLOCK_LOOK_S = 10.0
_SESSIONS_LOOK_S = 600.0
_WEIGHTS_LOOK_S = 0.5
_DRAWERS_LOOK_S = 5.0
_GATEWAYS_LOOK_S = 600.0
_SPOOL_NEWS = (PrintQueued, DeviceBound)


class Hub:
    """One store's hub, from its engine to its pages."""

    def __init__(self, settings: HubSettings, demo_logins: Sequence[DemoLogin] = ()) -> None:
        self.settings = settings
        self.engine = open_engine(settings)
        self._texts = texts()
        self.live = Live(self.engine, settings.store_id, self._texts)
        self.screens = Screens(
            self.engine.readers,
            settings.store_id,
            settings.shop,
            Tokens(self.engine.keystore, "screen-tokens"),
            settings.data_path / "display",
        )
        at_terminal = Remembered(self.engine, ("identity.", "devices.device_"), self._at_terminal)
        self.weights = Weights(
            self.engine.clock, lambda device_id: (at_terminal(device_id) or (None,))[0], self._weighed
        )
        self.gateways = Gateways(
            self.engine.bus,
            self.engine.clock,
            lambda device_id: at_terminal(device_id) or (None, None),
            self.live.scanned,
        )
        self.gateways.on_weight(self.weights.take)
        self.trials = Trials(self.engine.clock)
        self.gateways.on_trial(self.trials.terminal_of, self.trials.end)
        self.tallies = Tallies(
            self.engine.clock, devices.refused_reads(self.engine.readers, settings.store_id)
        )
        self.gateways.on_statistics(self.tallies.take)
        self.live.show_weights(self.weights.latest)
        self.screens.show_weights(self.weights.latest)
        self.spool = Spool(
            self.engine.bus,
            self.engine.readers,
            settings.store_id,
            self.gateways,
            self.engine.clock,
            Layouts(
                settings.shop,
                self.engine.origin,
                self.engine.types,
                self.engine.keystore,
                load_logo(settings.logo_path) if settings.logo_path else None,
                settings.labels,
            ),
        )
        self.pay_desk = PayDesk(
            self.engine.bus, self.engine.readers, settings.store_id, self.gateways, self.engine.clock
        )
        self.settlement_desk = SettlementDesk(
            self.engine.bus, self.engine.readers, settings.store_id, self.gateways, self.engine.clock
        )
        self.displays = CustomerDisplays(self.engine.readers, settings.store_id, self.gateways, settings.shop)
        self.uplink = (
            uplink_of(settings, settings.cloud, self.engine, self.live.sync_changed, self.tallies)
            if settings.cloud
            else None
        )
        self.authority = (
            Authority(self.engine.keystore, settings.hub_id, datetime.now(UTC)) if settings.gateways else None
        )
        self.app = create_app(
            self.engine,
            self._texts,
            [*ROUTES, *_module_routes()],
            self._run_beside,
            self._at_hand(demo_logins),
        )

    def _at_hand(self, demo_logins: Sequence[DemoLogin]) -> dict[str, Any]:
        """What the routes find in the app's state."""
        return {
            "settings": self.settings,
            "tokens": Tokens(self.engine.keystore),
            "live": self.live,
            "gateways": self.gateways,
            "weights": self.weights,
            "screens": self.screens,
            "displays": self.displays,
            "trials": self.trials,
            "tallies": self.tallies,
            "authority": self.authority,
            "gateway_door": GatewayDoor(
                self.engine.readers, self.engine.keystore, gateway_token(self.settings.gateway_token_path)
            ),
            "demo_logins": list(demo_logins),
            "uplink": self.uplink,
        }

    @asynccontextmanager
    async def _run_beside(self, _app: Litestar) -> AsyncGenerator[None, None]:
        """Effects, jobs, the spool and the uplink, for as long as the app serves."""
        self.live.begin()
        self.engine.listen(self.live.committed)
        self.engine.listen(self.displays.committed)
        self.engine.listen(self.pay_desk.committed)
        self.engine.listen(self.settlement_desk.committed)
        self.engine.listen(self.tallies.committed)
        self.screens.begin()
        self.engine.listen(self.screens.committed)
        loop = asyncio.get_running_loop()
        self.engine.listen(lambda records: self._wake_spool(loop, records))
        self.engine.start([KickDrawer(self.gateways, loop)], self._jobs())
        if self.uplink is not None:
            self.engine.listen(lambda _records: self.uplink.wake() if self.uplink else None)
            self.uplink.start()
        self.engine.listen(lambda records: self._hang_up_on_revoked(loop, records))
        beside = [
            asyncio.create_task(self.spool.run(), name="print spool"),
            asyncio.create_task(self.pay_desk.run(), name="pay desk"),
            asyncio.create_task(self.settlement_desk.run(), name="settlement desk"),
            asyncio.create_task(self.displays.run(), name="customer displays"),
            asyncio.create_task(self._let_weights_age(), name="weights grow old"),
            asyncio.create_task(self._serve_gateways(), name="gateways of other computers"),
        ]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if self.uplink is not None:
                await asyncio.to_thread(self.uplink.stop)
            await asyncio.to_thread(self.engine.close)

    async def _serve_gateways(self) -> None:
        if self.settings.gateways is not None and self.authority is not None:
            certificate = self.authority.issue(self.settings.gateway_certificate_path)
            await serve_gateways(self.app, self.settings.gateways, certificate)

    def _hang_up_on_revoked(self, loop: asyncio.AbstractEventLoop, records: list[Record[Any]]) -> None:
        """From the writer's thread, after each commit."""
        for record in records:
            if isinstance(record.event, GatewayRevoked) and not loop.is_closed():
                asyncio.run_coroutine_threadsafe(self.gateways.hang_up(record.event.gateway_id), loop)

    def _weighed(self, terminal_id: str, weight: WeightView) -> None:
        self.live.weighed(terminal_id, weight)
        self.screens.weighed(terminal_id, weight)

    async def _let_weights_age(self) -> None:
        """Show what time alone changes, and end the tares whose goods are sold and gone."""
        while True:
            await asyncio.sleep(_WEIGHTS_LOOK_S)
            self.weights.grow_old()
            for device_id in self.weights.tares_over():
                await self.gateways.press(device_id, "clear_tare")

    def _jobs(self) -> list[Job]:
        drawers = DrawerWatch(self.engine.bus, self.engine.readers, self.settings.store_id, self.engine.clock)
        jobs = [
            Job("seal the journal", SEAL_EVERY_S, self._seal),
            Job("end stale sessions", _SESSIONS_LOOK_S, self._end_stale_sessions),
            Job("look for drawers left open", _DRAWERS_LOOK_S, drawers.look),
            Job("remember which gateways are here", _GATEWAYS_LOOK_S, self._meet_gateways),
        ]
        clock = self.engine.clock
        if isinstance(clock, SystemClock):
            jobs.append(Job("look for a synchronised clock", _CLOCK_LOOK_S, clock.look_for_sync))
        return jobs

    def _wake_spool(self, loop: asyncio.AbstractEventLoop, records: list[Record[Any]]) -> None:
        """From the writer's thread, after each commit: a new job, or a printer that has a till now."""
        if any(isinstance(record.event, _SPOOL_NEWS) for record in records) and not loop.is_closed():
            loop.call_soon_threadsafe(self.spool.wake)

    def _end_stale_sessions(self) -> None:
        self.engine.bus.dispatch(EndStaleSessions(command_id=new_id()), SYSTEM)

    def _meet_gateways(self) -> None:
        for met in self.gateways.still_here():
            self.engine.bus.dispatch(met, SYSTEM)

    def _seal(self) -> None:
        seal(self.engine)

    def _at_terminal(self, device_id: str) -> tuple[str | None, Actor | None] | None:
        with self.engine.readers.session() as read:
            device = devices.device(read, self.settings.store_id, device_id)
            if device is None or device.terminal_id is None:
                return None
            sessions = identity.sessions_at(read, device.terminal_id)
            return device.terminal_id, identity.actor_of(sessions[0]) if sessions else None


def _module_routes() -> list[Any]:
    return [route for module in MODULES if module.routes for route in module.routes()]


def gateway_token(path: Path) -> str:
    """The token that this hub's gateways show, made at first use, readable by its owner alone.

    Raises Refused `settings.invalid` for an empty one: it would let everybody in.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, secrets.token_urlsafe(32).encode())
    token = path.read_text().strip()
    if not token:
        raise Refused("settings.invalid", 500, path=str(path), reason="empty")
    return token


def run(settings: HubSettings, demo_logins: Sequence[DemoLogin] = ()) -> None:
    """Serve until a signal says stop."""
    hub = Hub(settings, demo_logins)
    _settle_memory()
    config = uvicorn.Config(
        hub.app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        ws_max_size=MAX_FRAME_BYTES,
        server_header=False,
    )
    uvicorn.Server(config).run()


def _settle_memory() -> None:
    """What start-up made stays: no collection need walk it again while a cashier waits."""
    gc.collect()
    with suppress(AttributeError):  # only glibc keeps what was freed, and only it has this
        ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY)


_COLLECT_EVERY = 10_000
"""New objects between two looks of the collector; an order makes some hundreds, and few in cycles."""
