"""A till as its page uses the hub: signed in, over HTTP, with its WebSocket open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from hub.app.demo.seed import CASHIER, MANAGER, Good
from hub.app.frames import Frame, PrintsFrame, TillFrame
from hub.kernel.ids import new_id
from tests.worlds.stack.waiting import WAIT_S, eventually
from tests.worlds.stack.world import World

_decoder = msgspec.json.Decoder(TillFrame)
ANSWER_S = 20.0
F = TypeVar("F", bound=Frame)


class Till:
    """One signed-in cashier. A refused `post` fails the test; `ask` hands the answer over as it is."""

    def __init__(
        self,
        world: World,
        terminal_id: str = "T01",
        login: tuple[str, str] | None = None,
        language: str = "en",
    ) -> None:
        self.terminal_id = terminal_id
        self._world = world
        headers = {"accept-language": language}
        self.http = httpx.Client(base_url=world.places.hub, timeout=ANSWER_S, headers=headers)
        number, pin = login or (CASHIER.staff_no, CASHIER.pin)
        self.post("/api/sign-in", terminal_id=terminal_id, staff_no=number, pin=pin)

    @classmethod
    def of_manager(cls, world: World, terminal_id: str = "T02") -> Till:
        """The store manager's."""
        return cls(world, terminal_id, (MANAGER.staff_no, MANAGER.pin))

    def close(self) -> None:
        """Go home without signing out."""
        self.http.close()

    def ask(self, path: str, **body: Any) -> httpx.Response:
        """Send a command once."""
        body.setdefault("command_id", new_id())
        return self.http.post(path, json=body)

    def post(self, path: str, **body: Any) -> Any:
        """Send a command once; its answer."""
        return answer_of(self.ask(path, **body))

    def insist(self, path: str, **body: Any) -> httpx.Response:
        """Send one command, the same again for as long as nobody answers or the hub is not itself."""
        body.setdefault("command_id", new_id())
        return self._until_answered(lambda: self.http.post(path, json=body), path)

    def sell_patiently(self, *things: Good) -> tuple[dict[str, Any], Any]:
        """A basket and its payment, each step sent until answered: the payment's body and its answer."""
        for good in things:
            scan = {"terminal_id": self.terminal_id, "code": good.barcode, "line_id": new_id()}
            answer_of(self.insist("/api/orders/scan", **scan))
        basket = answer_of(self._until_answered(lambda: self.http.get("/api/orders/basket"), "the basket"))
        ids = {"command_id": new_id(), "order_id": basket["order_id"], "payment_id": new_id()}
        body = {**ids, "due_fen": basket["total_fen"], "tendered_fen": basket["total_fen"] + 500}
        return body, answer_of(self.insist("/api/orders/pay-cash", **body))

    def _until_answered(self, send: Callable[[], httpx.Response], what: str) -> httpx.Response:
        def look() -> httpx.Response | None:
            try:
                response = send()
            except httpx.TransportError:
                return None
            return response if response.status_code < 500 else None

        return eventually(look, f"an answer: {what}")

    def get(self, path: str) -> Any:
        """Look something up."""
        return answer_of(self.http.get(path))

    def ready(self) -> Till:
        """An open shift and no open basket."""
        if self.get("/api/payments/shifts/current") is None:
            shift = {"shift_id": new_id(), "terminal_id": self.terminal_id, "float_fen": 20_000}
            self.post("/api/payments/shifts/open", **shift)
        if (basket := self.basket()) is not None:
            if basket["lines"]:
                self.post("/api/orders/park", order_id=basket["order_id"])
            else:
                self.post("/api/orders/clear", order_id=basket["order_id"])
        return self

    def basket(self) -> Any:
        """The open basket, or None."""
        return self.get("/api/orders/basket")

    def type_code(self, good: Good) -> Any:
        """A code typed at the till."""
        return self.post("/api/orders/scan", terminal_id=self.terminal_id, code=good.barcode)

    def pay(self) -> Any:
        """Cash, and some change."""
        basket = self.basket()
        body = {"order_id": basket["order_id"], "payment_id": new_id(), "due_fen": basket["total_fen"]}
        return self.post("/api/orders/pay-cash", **body, tendered_fen=basket["total_fen"] + 500)

    def sell(self, *things: Good) -> Any:
        """Type, take money; what the hub answered to the payment."""
        for good in things:
            self.type_code(good)
        return self.pay()

    def order_of(self, *things: Good, pieces: int = 1) -> dict[str, Any]:
        """A whole order as one command's body, with an id of its own."""
        lines = [{"line_id": new_id(), "qty_milli": 1000 * pieces, "code": good.barcode} for good in things]
        cash = {"payment_id": new_id(), "tender": "cash", "amount_fen": 9_000_000}
        ids = {"command_id": new_id(), "order_id": new_id(), "terminal_id": self.terminal_id}
        return {**ids, "lines": lines, "payments": [cash]}

    def sync(self) -> Any:
        """What the hub says of its way to the cloud."""
        return self.get("/health")["sync"]

    @contextmanager
    def page(self) -> Iterator[Page]:
        """The till's page, until the end of the block."""
        url = f"{self._world.places.hub.replace('http', 'ws')}/ws/terminal/{self.terminal_id}?lang=en"
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        with connect(url, additional_headers={"cookie": cookie}, open_timeout=WAIT_S) as socket:
            page = Page(socket)
            yield page
        page.join()


class Page:
    """The frames that a page was told, kept in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.frames: list[Frame] = []
        self._socket = socket
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen, name="till's page")
        self._thread.start()

    def mark(self) -> int:
        """How many frames have come."""
        with self._news:
            return len(self.frames)

    def until(self, kind: type[F], fits: Callable[[F], bool] = lambda _frame: True, after: int = 0) -> F:
        """The first such frame after a mark, waiting for it if need be."""

        def found() -> F | None:
            fitting = (frame for frame in self.frames[after:] if isinstance(frame, kind) and fits(frame))
            return next(fitting, None)

        with self._news:
            came = self._news.wait_for(lambda: found() is not None, WAIT_S)
            assert came, f"no such {kind.__name__}: {self.frames[after:][-3:]}"
            frame = found()
        assert frame is not None
        return frame

    def job(self, order_id: str, state: str, after: int = 0) -> str:
        """Wait for a print job of an order to show in this state; its id."""

        def shown(frame: PrintsFrame) -> bool:
            return any(job.order_id == order_id and job.state == state for job in frame.prints)

        frame = self.until(PrintsFrame, shown, after)
        return next(job.job_id for job in frame.prints if job.order_id == order_id and job.state == state)

    def jobs_done(self, order_id: str, after: int = 0) -> None:
        """Wait until no print job of an order waits or asks."""
        self.until(PrintsFrame, lambda frame: all(job.order_id != order_id for job in frame.prints), after)

    def join(self) -> None:
        """After the socket's end."""
        self._thread.join(WAIT_S)

    def _listen(self) -> None:
        try:
            for text in self._socket:
                with self._news:
                    self.frames.append(_decoder.decode(text))
                    self._news.notify_all()
        except ConnectionClosed:
            pass


def answer_of(response: httpx.Response) -> Any:
    """The body of a good answer."""
    assert response.status_code < 400, response.text
    return response.json() if response.content else None
