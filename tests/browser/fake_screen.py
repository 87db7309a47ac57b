"""The customer's screen over a hub that is not there: each frame of its feed is sent by hand."""

import json
import mimetypes
from typing import Any
from urllib.parse import urlsplit

import msgspec
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute

from hub.app import screen_frames as frames
from tests.browser.fake_hub import ORIGIN, ROOT

PAGES = ROOT / "hub/app/static/display"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path d="M0 0h4v3H0z"/></svg>'
NOTHING: dict[str, Any] = {
    "shop_name": "店枢示范店",
    "shop_name_en": "Dianshu Demo Shop",
    "basket": None,
    "payment": None,
    "sale": None,
    "pictures": [],
    "qr": None,
}


class FakeScreen:
    """One page of a paired screen."""

    def __init__(self, context: BrowserContext) -> None:
        self.pictures: list[str] = []
        self._seq = 0
        self._shown = NOTHING
        self._socket: WebSocketRoute | None = None
        context.route(f"{ORIGIN}/**", self._answer)
        context.route_web_socket(f"{ORIGIN.replace('http', 'ws')}/ws/screen", self._open)

    def open(self, page: Page, language: str) -> None:
        """Load the page; it is shown nothing but the shop's name."""
        page.add_init_script(f"localStorage['dianshu.language'] = {json.dumps(language)}")
        page.goto(f"{ORIGIN}/display/")
        page.locator(".idle").wait_for()

    def show(self, **parts: Any) -> None:
        """The till's picture from now on."""
        self._shown = NOTHING | parts
        self._send(frames.ShowFrame(seq=0, **self._shown))

    def weigh(
        self, grams: int | None, *, settled: bool = False, sold: bool = False, tare_g: int | None = None
    ) -> None:
        """What lies on the till's scale from now on."""
        self._send(
            frames.ShownWeightFrame(seq=0, grams=grams, is_settled=settled, is_sold=sold, tare_g=tare_g)
        )

    def _open(self, socket: WebSocketRoute) -> None:
        self._socket, self._seq = socket, 0
        socket.on_message(lambda _hello: self.show(**self._shown))

    def _send(self, frame: frames.ScreenFrame) -> None:
        assert self._socket is not None
        self._seq += 1
        told = msgspec.structs.replace(frame, seq=self._seq)
        self._socket.send(msgspec.json.encode(told).decode())

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/api/shop":
            route.fulfill(json={})
            return
        if path.startswith("/api/screens/"):
            if path.startswith("/api/screens/pictures/"):
                self.pictures.append(path.rsplit("/", 1)[-1])
            route.fulfill(body=PICTURE, headers={"content-type": "image/svg+xml"})
            return
        file = PAGES / (path.removeprefix("/display/") or "index.html")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), headers={"content-type": kind})


def basket(*lines: tuple[str, str, str, int, int], tare_g: int | None = None) -> frames.ShownBasket:
    """A basket of (name, English name, unit, fen, thousandths); its last line is the newest."""
    shown = [
        frames.ShownLine(
            line_id=f"line-{number}",
            name=name,
            name_en=name_en,
            unit=unit,
            unit_price_fen=price_fen,
            qty_milli=qty_milli,
            amount_fen=price_fen * qty_milli // 1000,
            tare_g=tare_g if unit == "kg" else None,
        )
        for number, (name, name_en, unit, price_fen, qty_milli) in enumerate(lines)
    ]
    return frames.ShownBasket(
        lines=shown,
        touched_line_id=shown[-1].line_id,
        item_count=len(shown),
        total_fen=sum(line.amount_fen for line in shown),
    )
