"""One sale through the whole shop, by itself: scanned, paid, printed, synced; each station is looked at."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from hub.app.demo.places import STORE_ID, Places
from hub.app.demo.seed import CASHIER, TILL, Good, goods
from hub.app.frames import BasketFrame, Snapshot, TillFrame
from hub.kernel.ids import new_id
from hub.kernel.money import yuan
from hub.modules.orders.messages import Basket

FLOAT_FEN = 200_00
STATION_WITHIN_S = 15.0
_ASK_AGAIN_S = 0.1
_frame = msgspec.json.Decoder(TillFrame)


class Finding(msgspec.Struct, frozen=True):
    """What was seen at one station."""

    station: str
    what: str
    ok: bool = True


class StationFailed(Exception):
    """A station did not do its part in time."""


class Sale:
    """One sale rung up as a cashier and the bench would."""

    def __init__(self, places: Places, client: httpx.AsyncClient, socket: ClientConnection) -> None:
        self._places = places
        self._http = client
        self._socket = socket
        self._hub = f"http://127.0.0.1:{places.ports.hub}"
        self._bench = f"http://127.0.0.1:{places.ports.bench}"
        self._cloud = f"http://127.0.0.1:{places.ports.cloud}"
        self.order_id = ""
        self.receipt_no = ""

    async def open_shift(self) -> Finding:
        """A shift with a float, unless one is open."""
        current = await self._get(f"{self._hub}/api/payments/shifts/current")
        if current is None:
            body = {"shift_id": new_id(), "terminal_id": TILL, "float_fen": FLOAT_FEN}
            current = await self._post(f"{self._hub}/api/payments/shifts/open", body)
        return Finding("shift", f"open, business date {current['business_date']}")

    async def clear_former(self) -> None:
        """A basket left over from an earlier sitting is parked."""
        if (basket := await self._get(f"{self._hub}/api/orders/basket")) is not None and basket["lines"]:
            await self._post(f"{self._hub}/api/orders/park", {"order_id": basket["order_id"]})

    async def scan(self, device_id: str, good: Good) -> Finding:
        """Hold a thing under a scanner and see it on the till."""
        before = await self._basket_total()
        began_s = time.monotonic()
        await self._post(
            f"{self._bench}/api/scan", {"device_id": device_id, "code": good.barcode}, command=False
        )
        basket = await self._next_basket(before)
        self.order_id = basket.order_id
        took_ms = (time.monotonic() - began_s) * 1000
        total = yuan(basket.total_fen)
        return Finding(device_id, f"{good.name} → till, total ¥{total}, {took_ms:.0f} ms")

    async def pay(self) -> Finding:
        """Cash, the next full hundred above the total."""
        basket = await self._get(f"{self._hub}/api/orders/basket")
        tendered = -(-basket["total_fen"] // 100_00) * 100_00
        body = {"order_id": basket["order_id"], "payment_id": new_id(), "due_fen": basket["total_fen"]}
        paid = await self._post(f"{self._hub}/api/orders/pay-cash", {**body, "tendered_fen": tendered})
        self.receipt_no = paid["receipt_no"]
        return Finding(
            "hub", f"{self.receipt_no}: ¥{yuan(tendered)} taken, change ¥{yuan(paid['change_fen'])}"
        )

    async def receipt(self, after: int) -> Finding:
        """The paper that came out carries the receipt's number."""
        url = f"{self._bench}/api/receipts/next?after={after}&wait_s={STATION_WITHIN_S}"
        printed = await self._get(url)
        ok = self.receipt_no in printed["text"]
        return Finding("printer", f"receipt of {len(printed['lines'])} lines, in Chinese", ok)

    async def drawer(self) -> Finding:
        """The drawer sprang open."""

        async def is_open() -> bool:
            devices = await self._get(f"{self._bench}/api/devices")
            return any(device["drawer"] and device["drawer"]["open"] for device in devices)

        await self._until(is_open, "the drawer stayed shut")
        return Finding("drawer", "kicked open")

    async def cloud(self) -> Finding:
        """The order is in the cloud's database, with its journal."""
        login, password = self._places.read_console_login()
        body = {"login": login, "password": password}
        await self._post(f"{self._cloud}/api/console/sign-in", body, command=False)
        url = f"{self._cloud}/api/console/orders/{STORE_ID}/{self.order_id}"

        async def is_there() -> bool:
            return (await self._http.get(url)).status_code == 200

        await self._until(is_there, "the order did not reach the cloud")
        detail = await self._get(url)
        ok = detail["order"]["receipt_no"] == self.receipt_no
        return Finding("cloud", f"¥{yuan(detail['order']['total_fen'])}, {len(detail['events'])} events", ok)

    async def acknowledged(self) -> Finding:
        """The cloud has acknowledged everything that the hub has."""

        async def is_done() -> bool:
            sync = (await self._get(f"{self._hub}/health"))["sync"]
            return bool(sync["connected"] and sync["pending_events"] == 0)

        await self._until(is_done, "events are still pending")
        sync = (await self._get(f"{self._hub}/health"))["sync"]
        return Finding("acknowledged", f"up to {sync['applied']} of {sync['head_seq']}, none pending")

    async def receipts_so_far(self) -> int:
        """The number of the bench's last receipt."""
        printed = await self._get(f"{self._bench}/api/receipts")
        return max((receipt["number"] for receipt in printed), default=0)

    async def scanners(self) -> list[str]:
        """The bench's scanners that a gateway has open."""

        async def all_open() -> bool:
            return all(device["connected"] for device in await self._get(f"{self._bench}/api/devices"))

        await self._until(all_open, "a device has no gateway")
        devices = await self._get(f"{self._bench}/api/devices")
        return [device["device_id"] for device in devices if device["kind"] == "scanner"]

    async def _basket_total(self) -> int:
        basket = await self._get(f"{self._hub}/api/orders/basket")
        return basket["total_fen"] if basket else 0

    async def _next_basket(self, before_fen: int) -> Basket:
        async with asyncio.timeout(STATION_WITHIN_S):
            while True:
                frame = _frame.decode(await self._socket.recv())
                basket = frame.basket if isinstance(frame, Snapshot | BasketFrame) else None
                if basket is not None and basket.total_fen > before_fen:
                    return basket

    async def _until(self, condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
        until_s = time.monotonic() + STATION_WITHIN_S
        while not await condition():
            if time.monotonic() > until_s:
                raise StationFailed(otherwise)
            await asyncio.sleep(_ASK_AGAIN_S)

    async def _get(self, url: str) -> Any:
        return _body(await self._http.get(url))

    async def _post(self, url: str, body: dict[str, Any], command: bool = True) -> Any:
        return _body(await self._http.post(url, json={"command_id": new_id(), **body} if command else body))


def _body(response: httpx.Response) -> Any:
    if response.status_code >= 400:
        raise StationFailed(f"{response.request.url.path}: {response.text}")
    return response.json() if response.content else None


async def run_check(places: Places) -> list[Finding]:
    """Ring up one sale; what was seen at each station, ending at the first that fails."""
    findings: list[Finding] = []
    try:
        async with _signed_in(places) as sale:
            findings.append(Finding("till", f"cashier {CASHIER.staff_no} signed in at {TILL}"))
            async for finding in _stations(sale):
                findings.append(finding)
                if not finding.ok:
                    break
    except (StationFailed, httpx.HTTPError, TimeoutError, OSError) as error:
        findings.append(Finding("✗", str(error) or type(error).__name__, ok=False))
    return findings


async def _stations(sale: Sale) -> AsyncIterator[Finding]:
    yield await sale.open_shift()
    await sale.clear_former()
    printed = await sale.receipts_so_far()
    shelf = [good for good in goods() if good.barcode]
    for number, device_id in enumerate(await sale.scanners()):
        yield await sale.scan(device_id, shelf[number])
    yield await sale.pay()
    yield await sale.receipt(printed)
    yield await sale.drawer()
    yield await sale.cloud()
    yield await sale.acknowledged()


@asynccontextmanager
async def _signed_in(places: Places) -> AsyncIterator[Sale]:
    hub = f"127.0.0.1:{places.ports.hub}"
    async with httpx.AsyncClient(timeout=STATION_WITHIN_S + 5, headers={"accept-language": "en"}) as client:
        body = {
            "command_id": new_id(),
            "terminal_id": TILL,
            "staff_no": CASHIER.staff_no,
            "pin": CASHIER.pin,
        }
        signed_in = await client.post(f"http://{hub}/api/sign-in", json=body)
        _body(signed_in)
        cookie = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
        headers = {"cookie": cookie}
        async with connect(f"ws://{hub}/ws/terminal/{TILL}", additional_headers=headers) as socket:
            yield Sale(places, client, socket)
