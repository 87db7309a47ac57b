"""Puts a `FakeShop` behind a page: HTTP and WebSocket answered inside the browser's own routing."""

import json
import mimetypes
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Route, WebSocketRoute

from tests.browser.fake_goods import CATEGORIES, CONTAINERS
from tests.browser.fake_scale import Json
from tests.browser.fake_shop import FakeShop

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "http://127.0.0.1:8710"
TILL_PAGES = ROOT / "hub/app/static/till"


class FakeHub:
    """One hub for one browser context.

    `offline` lets nothing through, `dropped` loses that many answers; those to commands named in `late` wait.
    """

    def __init__(self, context: BrowserContext, shop: FakeShop) -> None:
        self.shop = shop
        self.offline = False
        self.dropped = 0
        self.late: set[str] = set()
        self._unanswered: list[tuple[Route, int, Json | None]] = []
        self._sockets: list[tuple[WebSocketRoute, list[int]]] = []
        context.route(f"{ORIGIN}/till/**", self._page)
        context.route(f"{ORIGIN}/api/**", self._api)
        context.route_web_socket(f"{ORIGIN.replace('http', 'ws')}/ws/**", self._open)

    def push(self) -> None:
        """Send what the shop has to say to every open page."""
        for frame in self.shop.outbox:
            for socket, seq in self._sockets:
                seq[0] += 1
                socket.send(json.dumps({"seq": seq[0]} | frame))
        self.shop.outbox.clear()

    def hang_up(self) -> None:
        """Close every socket, as a dying hub does."""
        sockets, self._sockets = self._sockets, []
        for socket, _ in sockets:
            socket.close(code=1012)

    def _open(self, socket: WebSocketRoute) -> None:
        if self.offline:
            socket.close(code=1012)
            return
        self._sockets.append((socket, [1]))
        socket.send(json.dumps({"seq": 1} | self.shop.snapshot()))

    def _page(self, route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/till/") or "index.html"
        file = TILL_PAGES / path
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), headers={"content-type": kind})

    def _api(self, route: Route) -> None:
        if self.offline:
            route.abort("connectionrefused")
            return
        url = urlsplit(route.request.url)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if route.request.method == "GET":
            if url.path.endswith("/me") and not self.shop.who:
                problem = {"code": "auth.sign_in_first", "text": "请先签到", "facts": {}}
                route.fulfill(status=401, json=problem)
            else:
                route.fulfill(json=self._answer(url.path, query))
            return
        command: Json = json.loads(route.request.post_data or "{}")
        if url.path == "/api/gateways/code":
            status, body = self.shop.code(command)
            route.fulfill(status=status, json=body)
            return
        status, body = self.shop.command(command)
        self.push()
        if self.dropped and command["type"] == "PayCash":
            self.dropped -= 1
            route.abort("connectionreset")
            return
        if command["type"] in self.late:
            self._unanswered.append((route, status, body))
            return
        route.fulfill(status=status, json=body)

    def answer(self) -> None:
        """Give the answers that were late, in their order."""
        assert self._unanswered
        for route, status, body in self._unanswered:
            route.fulfill(status=status, json=body)
        self._unanswered.clear()
        self.late.clear()

    def _answer(self, path: str, query: dict[str, str]) -> Json | list[Json]:
        if (listed := self.shop.listed(path)) is not None:
            return listed
        if path.endswith("/shop"):
            return self.shop.shop()
        if path.endswith("/me"):
            return self.shop.who or {}
        if path.endswith("/categories"):
            held = [item["category"] for item in self.shop.items]
            return [
                {"category": key, "name": name, "name_en": name_en, "item_count": held.count(key)}
                for key, name, name_en in CATEGORIES
            ]
        if path.endswith("/devices/statistics"):
            return self.shop.statistics()
        if path.endswith("/devices/conditions"):
            return [one | {"identity": "", "is_open": None} for one in self.shop.devices]
        if path.endswith("/settlements"):
            return self.shop.settlements
        if path.endswith("/pulses"):
            return self.shop.pulses()
        if path.endswith("/items"):
            return self.shop.page(query.get("category"), query.get("search"), int(query.get("limit", "100")))
        if path.endswith("/containers"):
            return CONTAINERS
        if "/items/" in path:
            return self.shop.find(path.rsplit("/", 1)[-1])
        return self.shop.by_code(path.rsplit("/", 1)[-1])
