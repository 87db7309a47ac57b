"""The modules over HTTP: a sale as a till sends it, and every page of a manager's."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from hub.app.server import Hub
from hub.app.settings import HubSettings, Shop
from hub.kernel.artifacts import dispatch_as_system
from hub.kernel.context import SYSTEM
from hub.kernel.ids import new_id
from hub.modules.catalogue import demo
from hub.modules.catalogue.artifact import KIND
from hub.modules.catalogue.messages import ActivateVersion
from hub.modules.identity.messages import AddStaff, RegisterTerminal
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock
from tests.modules.shop import STAFF, STORE, TILL, by_piece

ITEM = by_piece()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    folder = tmp_path_factory.mktemp("hub")
    settings = HubSettings(
        store_id=STORE,
        hub_id="hub-test",
        shop=Shop(name="店"),
        data_dir=str(folder),
        battery_backed_clock=True,
    )
    hub = Hub(settings)
    furnish(hub)
    with TestClient(hub.app) as client:
        yield client


def furnish(hub: Hub) -> None:
    dispatch = dispatch_as_system(hub.engine.bus.dispatch)
    for role, (number, name, pin) in STAFF.items():
        dispatch(
            AddStaff(command_id=new_id(), staff_id=new_id(), staff_no=number, name=name, role=role, pin=pin)  # type: ignore[arg-type]
        )
    dispatch(RegisterTerminal(command_id=new_id(), terminal_id=TILL, name="收银台"))
    sha256 = hub.engine.artifacts.store.put(demo.artifact_bytes())
    hub.engine.artifacts.load(KIND, sha256, hub.engine.readers, dispatch)
    dispatch(ActivateVersion(command_id=new_id(), version=demo.VERSION, sha256=sha256))
    lines = [ReceivedLine(item_id=ITEM.item_id, qty_milli=100_000)]
    hub.engine.bus.dispatch(
        ReceiveStock(command_id=new_id(), receipt_id=new_id(), kind="opening", lines=lines), SYSTEM
    )


def sign_in(client: TestClient[Any], role: str) -> None:
    number, _, pin = STAFF[role]
    body = {"command_id": new_id(), "terminal_id": TILL, "staff_no": number, "pin": pin}
    assert client.post("/api/sign-in", json=body).status_code == 200


def post(client: TestClient[Any], path: str, status: int = 200, **body: Any) -> Any:
    answer = client.post(f"/api/{path}", json={"command_id": new_id(), **body})
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def get(client: TestClient[Any], path: str, status: int = 200) -> Any:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def test_nothing_is_told_to_strangers(client: TestClient[Any]) -> None:
    client.cookies.clear()
    for path in (
        "identity/me",
        "identity/staff",
        "audit/approvals",
        "audit/trail/T01",
        "catalogue/items",
        "inventory/balances",
        "payments/shifts/closed",
        "orders/basket",
        "orders/parked",
        "devices/",
        f"orders/{new_id()}",
    ):
        assert get(client, path, 401)["code"] == "auth.sign_in_first", path
    assert post(client, "orders/scan", 401, terminal_id=TILL, code="1")["code"] == "auth.sign_in_first"


def test_a_sale_over_http(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    assert get(client, "identity/me")["name"] == STAFF["cashier"][1]
    assert get(client, "payments/shifts/current") is None
    post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=20_000)
    found = get(client, f"catalogue/codes/{ITEM.barcodes[0]}")
    assert found["item_id"] == ITEM.item_id
    assert get(client, "catalogue/items?search=yjcnn")["items"][0]["name"].startswith("有机纯牛奶")
    assert len(get(client, "catalogue/categories")) == len(demo.categories())

    assert get(client, "orders/basket") is None
    scanned = post(client, "orders/scan", terminal_id=TILL, code=ITEM.barcodes[0])
    order = {"order_id": scanned["order_id"]}
    line = {**order, "line_id": scanned["line_id"]}
    assert post(client, "orders/set-quantity", **line, qty_milli=3000)["total_fen"] == 3 * ITEM.price_fen
    assert post(client, "orders/park", **order, label="")["state"] == "parked"
    assert [row["order_id"] for row in get(client, "orders/parked")] == [order["order_id"]]
    assert post(client, "orders/resume", **order, terminal_id=TILL)["state"] == "open"
    basket = get(client, "orders/basket")
    assert (basket["total_fen"], basket["item_count"]) == (3 * ITEM.price_fen, 3)
    paid = post(
        client,
        "orders/pay-cash",
        **order,
        payment_id=new_id(),
        due_fen=basket["total_fen"],
        tendered_fen=10_000,
    )
    assert get(client, f"orders/receipts/{paid['receipt_no']}")["order"]["order_id"] == order["order_id"]
    assert get(client, f"orders/{order['order_id']}")["order"]["state"] == "paid"
    assert len(get(client, f"orders/paid/{paid['business_date']}")) == 1
    assert get(client, f"payments/orders/{order['order_id']}")[0]["tendered_fen"] == 10_000
    (balance,) = get(client, "inventory/balances")
    assert balance == {"item_id": ITEM.item_id, "qty_milli": 97_000}
    assert len(get(client, f"inventory/items/{ITEM.item_id}/movements")) == 2


def test_a_retry_over_http_gets_the_first_answer(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    body = {
        "command_id": new_id(),
        "order_id": new_id(),
        "terminal_id": TILL,
        "lines": [{"line_id": new_id(), "item_id": ITEM.item_id, "qty_milli": 1000}],
        "payments": [{"payment_id": new_id(), "tender": "cash", "amount_fen": ITEM.price_fen}],
    }
    first, again = (client.post("/api/orders/place", json=body) for _ in range(2))
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()


def test_refusals_are_told_in_the_readers_language(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    body = {"command_id": new_id(), "terminal_id": TILL, "reason": "换零钱"}
    told = {
        language: client.post(
            "/api/payments/drawer/open", json=body, headers={"accept-language": language}
        ).json()
        for language in ("zh-CN", "en")
    }
    assert told["zh-CN"]["code"] == told["en"]["code"] == "audit.approval_needed"
    assert "店长" in told["zh-CN"]["text"]
    assert "manager" in told["en"]["text"]
    surprise = client.post("/api/orders/scan", json={**body, "surprise": 1})
    assert (surprise.status_code, surprise.json()["code"]) == (400, "command.malformed")


def test_a_managers_pages(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    for path in ("audit/approvals", "identity/staff", "payments/shifts/closed"):
        assert get(client, path, 403)["code"] == "auth.not_permitted"
    sign_in(client, "manager")
    approval = {"staff_no": STAFF["manager"][0], "pin": STAFF["manager"][2]}
    shift = get(client, "payments/shifts/current")
    totals = post(client, "payments/shifts/x-report", shift_id=shift["shift_id"], approval=approval)
    assert totals["counted_fen"] is None
    post(client, "payments/drawer/open", terminal_id=TILL, reason="换零钱", approval=approval)
    assert {one["act"] for one in get(client, "audit/approvals")} == {
        "payments.x_report",
        "payments.open_drawer",
    }
    types = {one["type"] for one in get(client, f"audit/trail/{shift['shift_id']}")}
    assert {"payments.shift_opened.v1", "payments.x_report_taken.v1"} <= types
    closed = post(client, "payments/shifts/close", shift_id=shift["shift_id"], counted_fen=0)
    assert closed["difference_fen"] == -closed["expected_fen"]
    assert get(client, "payments/shifts/closed")[0]["shift_id"] == shift["shift_id"]
    assert {one["staff_no"] for one in get(client, "identity/staff")} == {"1001", "9001", "9901"}


def test_an_admins_commands(client: TestClient[Any]) -> None:
    sign_in(client, "admin")
    person: dict[str, Any] = {"staff_id": new_id()}
    post(client, "identity/staff", **person, staff_no="1002", name="收银员 02", role="cashier", pin="4444")
    post(client, "identity/staff/pin", **person, pin="5555")
    post(client, "identity/terminals", terminal_id="T02", name="二号台")
    post(client, "identity/people/erase", person_id=person["staff_id"])
    erased = next(one for one in get(client, "identity/staff") if one["staff_no"] == "1002")
    assert (erased["name"], erased["erased"]) == (None, True)
    assert [one["terminal_id"] for one in get(client, "identity/terminals")] == ["T01", "T02"]
    refusal = post(client, "catalogue/activate", 409, version=9, sha256="0" * 64)
    assert refusal["code"] == "catalogue.version_not_loaded"
    line = {"item_id": ITEM.item_id, "qty_milli": 5_000}
    received = post(client, "inventory/receive", receipt_id=new_id(), kind="delivery", lines=[line])
    assert received["line_count"] == 1


def test_what_devices_have_done_is_told_to_staff(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    assert client.get("/api/devices/statistics").json() == []


def test_goods_come_back_over_http(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
    post(
        client,
        "orders/place",
        order_id=new_id(),
        terminal_id=TILL,
        lines=[{"line_id": new_id(), "item_id": ITEM.item_id, "qty_milli": 3000}],
        payments=[{"payment_id": new_id(), "tender": "cash", "amount_fen": 100_000}],
    )
    sold = get(client, "returns/sold")[0]
    before = get(client, "inventory/balances")[0]["qty_milli"]
    order = get(client, f"returns/receipts/{sold['receipt_no']}")
    (line,) = order["lines"]
    scanned = post(client, "orders/scan", terminal_id=TILL, code=sold["receipt_no"])
    assert (scanned["outcome"], scanned["order_id"]) == ("receipt", sold["order_id"])
    wanted = {
        "order_id": sold["order_id"],
        "terminal_id": TILL,
        "lines": [{"line_id": line["line_id"], "qty_milli": 2000}],
    }
    offered = client.post("/api/returns/offer", json=wanted).json()
    assert (offered["kind"], offered["extent"], offered["refund_fen"]) == (
        "return",
        "part",
        2 * ITEM.price_fen,
    )
    assert [(part["tender"], part["amount_fen"]) for part in offered["parts"]] == [
        ("cash", 2 * ITEM.price_fen)
    ]
    taking = {**wanted, "return_id": new_id(), "refund_fen": offered["refund_fen"], "reason": "质量问题"}
    assert post(client, "returns/goods", 403, **taking)["code"] == "audit.approval_needed"
    manager = {"staff_no": STAFF["manager"][0], "pin": STAFF["manager"][2]}
    taken = post(client, "returns/goods", **taking, approval=manager)
    assert taken["is_settled"]
    after = get(client, f"returns/orders/{sold['order_id']}")
    assert (after["extent"], after["lines"][0]["returned_milli"]) == ("part", 2000)
    assert [one["return_no"] for one in after["returns"]] == [f"{sold['receipt_no']}-R1"]
    assert get(client, "returns/sold")[0]["extent"] == "part"
    assert get(client, "inventory/balances")[0]["qty_milli"] == before + 2000
    wanted["lines"][0]["qty_milli"] = 5000
    refused = client.post("/api/returns/offer", json=wanted, headers={"Accept-Language": "en"})
    assert refused.status_code == 409
    assert "can still come back" in refused.json()["text"]
    retry = {"refund_id": taken["refunds"][0]["refund_id"], "new_refund_id": new_id(), "terminal_id": TILL}
    assert post(client, "returns/retry", 409, **retry)["code"] == "returns.refund_not_refused"
    assert get(client, "returns/orders/nothing", 404)["code"] == "returns.order_unknown"
