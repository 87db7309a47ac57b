"""Rubbish over HTTP: a coded, translated refusal, and the journal stays as it was."""

from typing import Any

import pytest
from litestar.testing import TestClient

from hub.app.http import MAX_BODY_BYTES
from hub.app.server import Hub
from hub.kernel.ids import new_id
from hub.kernel.journal import read_page
from hub.modules.orders.events import OrderPaid
from tests.modules.shop import TILL, by_piece
from tests.modules.test_routes import sign_in

SCAN = {"terminal_id": TILL, "code": "6901234567892"}
CASES: dict[str, tuple[str, dict[str, Any] | bytes, int, str]] = {
    "unknown field": ("orders/scan", {**SCAN, "discount": 100}, 400, "command.malformed"),
    "wrong type": ("orders/scan", {**SCAN, "code": 5}, 400, "command.malformed"),
    "no json": ("orders/scan", b"{", 400, "command.malformed"),
    "lone surrogate": (
        "orders/scan",
        b'{"command_id":"' + b"0" * 32 + b'","terminal_id":"T01","code":"\\ud800"}',
        400,
        "command.malformed",
    ),
    "oversize": ("orders/scan", b" " * (MAX_BODY_BYTES + 1), 413, "command.too_large"),
    "NUL": ("orders/scan", {**SCAN, "code": "69\x00"}, 400, "text.invalid"),
    "bad id": ("orders/scan", {**SCAN, "command_id": "1; DROP TABLE"}, 400, "command.id_invalid"),
    "no such page": ("nothing/here", {}, 404, "hub.not_found"),
    "three thousand million": (
        "payments/shifts/open",
        {"shift_id": "0" * 32, "terminal_id": TILL, "float_fen": 3_000_000_000},
        400,
        "money.out_of_range",
    ),
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("case", list(CASES))
def test_rubbish_is_refused_in_the_readers_language(
    hub: Hub,
    client: TestClient[Any],
    case: str,
    language: str,
) -> None:
    sign_in(client, "cashier")
    before = hub.engine.head()
    path, body, status, code = CASES[case]
    content = body if isinstance(body, bytes) else None
    json = {"command_id": new_id(), **body} if isinstance(body, dict) else None
    headers = {"accept-language": language, "content-type": "application/json"}

    answer = client.post(f"/api/{path}", content=content, json=json, headers=headers)

    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["code"] == code
    in_chinese = any("\u4e00" <= char <= "\u9fff" for char in problem["text"])
    assert in_chinese == (language == "zh-CN")
    assert hub.engine.head() == before


def test_the_same_sale_sent_again_is_the_same_sale(
    hub: Hub,
    client: TestClient[Any],
) -> None:
    sign_in(client, "cashier")
    shift = {"command_id": new_id(), "shift_id": new_id(), "terminal_id": TILL, "float_fen": 0}
    assert client.post("/api/payments/shifts/open", json=shift).status_code == 200
    item = by_piece()
    sale = {
        "command_id": new_id(),
        "order_id": new_id(),
        "terminal_id": TILL,
        "lines": [{"line_id": new_id(), "item_id": item.item_id, "qty_milli": 2000}],
        "payments": [{"payment_id": new_id(), "tender": "cash", "amount_fen": item.price_fen * 2}],
    }

    first = client.post("/api/orders/place", json=sale)
    again = client.post("/api/orders/place", json=sale)
    other = client.post("/api/orders/place", json={**sale, "order_id": new_id()})

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.json() == again.json()
    assert other.json()["code"] == "command.body_changed"
    with hub.engine.readers.session() as read:
        entries = read_page(read, 0, 1_000_000, 1_000)
    assert [entry.type for entry in entries].count(OrderPaid.type_name()) == 1
