"""Rubbish at the edges: what no command may carry, in whatever module it belongs to."""

import msgspec
import pytest

from hub.kernel.bounds import check_amount, check_ids, check_quantity, check_texts
from hub.kernel.messages import Command
from hub.kernel.money import MAX_AMOUNT_FEN, MAX_QTY_MILLI
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock
from hub.modules.orders.messages import (
    AddItem,
    ParkBasket,
    PayCash,
    PlacedLine,
    PlacedPayment,
    PlaceOrder,
    ScanCode,
)
from hub.modules.payments.messages import CloseShift, OpenDrawer, OpenShift
from tests.modules.shop import MODULES, TILL, Shop, by_piece

COMMANDS = [spec.command for module in MODULES for spec in module.commands]


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_unknown_fields_are_refused(kind: type[Command]) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"surprise": 1}', type=kind)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_command_that_carries_a_secret_says_so(kind: type[Command]) -> None:
    carried = {"pin", "approval", "pay_code"} & set(kind.__struct_fields__)
    assert carried == set(kind.secret_fields)


def test_a_lone_surrogate_does_not_come_through_json() -> None:
    body = b'{"command_id": "' + b"0" * 32 + b'", "terminal_id": "T01", "code": "\\ud800"}'
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(body, type=ScanCode)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "x\udfff", "e\u0301", "长" * 201])
def test_texts_that_must_not_be_kept(text: str) -> None:
    refusal = check_texts("fine", text)
    assert refusal is not None
    assert refusal.refusal is not None
    assert refusal.refusal.code == "text.invalid"


def test_bounds_are_where_they_are_said_to_be() -> None:
    assert check_texts("长" * 200, "") is None
    assert check_ids(one="0123456789abcdef" * 2, two=None) is None
    assert check_ids(one="0123456789ABCDEF" * 2) is not None
    assert [check_amount(fen) is None for fen in (-1, 0, MAX_AMOUNT_FEN, MAX_AMOUNT_FEN + 1)] == [
        False,
        True,
        True,
        False,
    ]
    assert [check_quantity(qty) is None for qty in (0, 1, MAX_QTY_MILLI, MAX_QTY_MILLI + 1)] == [
        False,
        True,
        True,
        False,
    ]


TOO_MUCH_FEN = 3_000_000_000


def test_rubbish_is_refused_with_a_code_and_nothing_is_half_done(shop: Shop) -> None:
    item = by_piece()
    scanned = shop.do(ScanCode, terminal_id=TILL, code=item.barcodes[0])
    before = len(shop.records())
    line = PlacedLine(line_id=shop.new_id(), qty_milli=1000, item_id=item.item_id)
    cash = PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=item.price_fen)
    place = {"order_id": shop.new_id(), "terminal_id": TILL, "lines": [line], "payments": [cash]}
    pay = {"order_id": scanned.order_id, "payment_id": shop.new_id(), "due_fen": item.price_fen}
    put = {"terminal_id": TILL, "item_id": item.item_id}
    replace = msgspec.structs.replace
    cases: list[tuple[type[Command], dict[str, object], str]] = [
        (ScanCode, {"terminal_id": TILL, "code": "69\x0001"}, "text.invalid"),
        (ScanCode, {"terminal_id": TILL, "code": "9" * 161}, "orders.code_malformed"),
        (ScanCode, {"terminal_id": TILL, "code": " \r\n"}, "orders.code_malformed"),
        (ScanCode, {"terminal_id": TILL, "code": "1", "order_id": "nonsense"}, "id.malformed"),
        (ScanCode, {"terminal_id": "T02", "code": "1"}, "identity.wrong_terminal"),
        (AddItem, {**put, "qty_milli": 0}, "quantity.out_of_range"),
        (AddItem, {**put, "qty_milli": -1000}, "quantity.out_of_range"),
        (AddItem, {**put, "qty_milli": 10**30}, "quantity.out_of_range"),
        (AddItem, {**put, "qty_milli": 1500}, "orders.quantity_not_whole"),
        (AddItem, {**put, "item_id": "nothing"}, "catalogue.item_unknown"),
        (ParkBasket, {"order_id": scanned.order_id, "label": "a\x00"}, "text.invalid"),
        (PayCash, {**pay, "tendered_fen": TOO_MUCH_FEN}, "money.out_of_range"),
        (PayCash, {**pay, "tendered_fen": 10**30}, "money.out_of_range"),
        (PayCash, {**pay, "tendered_fen": -1}, "money.out_of_range"),
        (PayCash, {**pay, "tendered_fen": 1}, "payments.too_little"),
        (PayCash, {**pay, "due_fen": 1, "tendered_fen": 1}, "orders.total_changed"),
        (PayCash, {**pay, "payment_id": "x", "tendered_fen": 10_000}, "id.malformed"),
        (PlaceOrder, {**place, "lines": []}, "orders.too_many_lines"),
        (PlaceOrder, {**place, "lines": [line] * 2}, "orders.line_exists"),
        (PlaceOrder, {**place, "lines": [replace(line, code="1")]}, "orders.item_or_code"),
        (PlaceOrder, {**place, "lines": [replace(line, item_id=None, code="1")]}, "orders.item_unknown"),
        (
            PlaceOrder,
            {**place, "lines": [replace(line, item_id=None, code=" " * 161)]},
            "orders.code_malformed",
        ),
        (PlaceOrder, {**place, "lines": [replace(line, item_id=None, code="1\0")]}, "text.invalid"),
        (PlaceOrder, {**place, "payments": []}, "orders.payments_malformed"),
        (PlaceOrder, {**place, "payments": [cash, cash]}, "orders.payments_malformed"),
        (PlaceOrder, {**place, "payments": [replace(cash, amount_fen=TOO_MUCH_FEN)]}, "money.out_of_range"),
        (OpenShift, {"shift_id": "x", "terminal_id": TILL, "float_fen": 0}, "id.malformed"),
        (
            OpenShift,
            {"shift_id": shop.new_id(), "terminal_id": TILL, "float_fen": TOO_MUCH_FEN},
            "money.out_of_range",
        ),
        (CloseShift, {"shift_id": shop.new_id(), "counted_fen": -1}, "money.out_of_range"),
        (CloseShift, {"shift_id": shop.new_id(), "counted_fen": 0}, "payments.shift_unknown"),
        (OpenDrawer, {"terminal_id": TILL, "reason": "a\x00"}, "text.invalid"),
        (OpenDrawer, {"terminal_id": TILL, "reason": " "}, "payments.reason_missing"),
    ]
    for kind, fields, code in cases:
        assert shop.refused(kind, **fields).code == code, (kind, fields)
    manager = shop.caller("manager")
    receipt = {"receipt_id": shop.new_id(), "kind": "delivery"}
    for lines, note, code in (
        ([ReceivedLine(item_id=item.item_id, qty_milli=-1)], "", "quantity.out_of_range"),
        ([ReceivedLine(item_id="?", qty_milli=1)], "", "catalogue.item_unknown"),
        ([], "", "inventory.lines_out_of_range"),
        ([ReceivedLine(item_id=item.item_id, qty_milli=1)], "\x00", "text.invalid"),
    ):
        assert shop.refused(ReceiveStock, manager, **receipt, lines=lines, note=note).code == code
    assert len(shop.records()) == before


def test_permissions_hold(shop: Shop) -> None:
    receipt = {"receipt_id": shop.new_id(), "kind": "delivery", "lines": []}
    assert shop.refused(ReceiveStock, **receipt).code == "auth.not_permitted"
