"""What stands on paper."""

import msgspec

from hub.app.receipts import Layouts, receipt
from hub.app.settings import Shop
from hub.devices import store
from hub.devices.paper import Barcode, Columns, Cut, Document, Qr, Text
from hub.kernel.context import SYSTEM
from hub.kernel.heads import SignedHead, is_signed_by
from hub.modules.orders.messages import LineView, OrderRow
from hub.modules.payments.events import ShiftOpened
from hub.modules.payments.messages import (
    CloseShift,
    PaymentView,
    ReleaseAttempt,
    SettleTerminal,
    TakeSettlementAnswer,
)
from tests.devices.conftest import counter  # noqa: F401
from tests.devices.counter import Counter
from tests.devices.pay_counter import CARD, CODE, bind_terminals
from tests.modules.electronic import answer, approve, fill, start
from tests.modules.shop import STORE, TILL

SHOP = Shop(name="测试店", address="示范路 1 号")


def words(document: Document) -> str:
    shown = []
    for block in document:
        if isinstance(block, Text):
            shown.append(block.text)
        elif isinstance(block, Columns):
            shown.append(" ".join(cell.text for cell in block.cells))
    return "\n".join(shown)


def order(**changes: object) -> OrderRow:
    fields = dict.fromkeys(OrderRow.__struct_fields__)
    fields |= {
        "order_id": "0" * 32,
        "terminal_id": "T01",
        "receipt_no": "S001-T01-20261122-0001",
        "paid_ms": 1_795_309_200_000,
        "total_fen": 1_250,
        "tax_fen": 103,
    }
    return OrderRow(**{**fields, **changes})  # type: ignore[arg-type]


def line(name: str, qty_milli: int, state: str = "live") -> LineView:
    fields = dict.fromkeys(LineView.__struct_fields__)
    fields |= {"name": name, "unit": "件", "unit_price_fen": 500, "qty_milli": qty_milli, "state": state}
    return LineView(**{**fields, "amount_fen": qty_milli // 2})  # type: ignore[arg-type]


def cash(tendered_fen: int, change_fen: int) -> PaymentView:
    fields = dict.fromkeys(PaymentView.__struct_fields__)
    fields |= {"tender": "cash", "tendered_fen": tendered_fen, "change_fen": change_fen}
    return PaymentView(**fields)  # type: ignore[arg-type]


def test_a_receipt_says_what_was_sold_paid_and_given_back() -> None:
    document = receipt(
        SHOP, order(), [line("苹果", 2500), line("梨", 1000, "voided")], [cash(2_000, 750)], False
    )

    text = words(document)
    assert "测试店" in text
    assert "苹果" in text
    assert "2.5件 × 5.00" in text
    assert "梨" not in text
    assert "合计 1 行 ￥12.50" in text
    assert "找零 7.50" in text
    assert "COPY" not in text
    assert Barcode(data="S001-T01-20261122-0001") in document
    assert document[-1] == Cut()


def test_a_receipt_says_what_goods_weighed_in_a_bowl_come_to() -> None:
    boxed = msgspec.structs.replace(line("圣女果", 735), unit="kg", sold_by="weight", tare_g=40)
    document = receipt(SHOP, order(), [boxed, line("苹果", 2500)], [cash(2_000, 750)], False)

    assert "毛0.775 皮0.040 净0.735kg\n  0.735kg × 5.00" in words(document)
    assert words(document).count("皮") == 1


def test_a_receipt_says_what_the_code_of_a_piece_said() -> None:
    dated = msgspec.structs.replace(line("草莓", 1000), batch="B7", expires_on="2026-12-31")
    labelled = msgspec.structs.replace(line("苹果", 1250), priced_by="label")

    text = words(receipt(SHOP, order(), [dated, labelled], [cash(2_000, 750)], False))

    assert "批号 B7  可售至 2026-12-31" in text
    assert "1.25件 标签价" in text


def test_a_card_payment_is_listed_with_what_the_terminal_said_and_a_managers_word() -> None:
    fields = dict.fromkeys(PaymentView.__struct_fields__)
    fields |= {"tender": "card", "tendered_fen": 500, "change_fen": 0, "scheme": "unionpay"}
    fields |= {"account": "*1234", "reference": "R-1"}
    card = PaymentView(**fields)  # type: ignore[arg-type]
    by_hand = msgspec.structs.replace(card, tender="code", scheme="wechat", settled_by="a" * 32)
    text = words(receipt(SHOP, order(), [line("苹果", 2500)], [card, by_hand, cash(500, 250)], False))
    assert "实收(刷卡) 5.00" in text
    assert "银联 *1234" in text
    assert "参考号 R-1" in text
    assert "实收(扫码) 5.00" in text
    assert "微信" in text
    assert text.count("人工确认") == 1
    assert text.index("刷卡") < text.index("找零")


def test_a_shift_slip_splits_by_tender_and_tells_of_doubts(counter: Counter) -> None:  # noqa: F811
    bind_terminals(counter)
    fill(counter)
    approve(counter, start(counter))
    fill(counter)
    lost = start(counter)
    answer(counter, lost, "unknown")
    counter.do(ReleaseAttempt, attempt_id=lost)
    counter.do(CloseShift, shift_id=counter.events(ShiftOpened)[-1].shift_id, counted_fen=20_000)
    job = store.queued_print_jobs(counter.read, STORE, TILL)[0]
    engine = counter.engine
    text = words(Layouts(SHOP, engine.origin, engine.types, engine.keystore)(counter.read, job))
    assert "现金收款 0 笔 0.00" in text
    assert "刷卡收款 1 笔" in text
    assert "结果未明 1 笔" in text
    assert "差额 0.00" in text


def test_a_shift_slip_tells_of_its_terminals_settlements(counter: Counter) -> None:  # noqa: F811
    bind_terminals(counter)
    ends: dict[str, dict[str, object]] = {
        CARD: {"state": "approved", "count": 1, "net_fen": 500},
        CODE: {"state": "unknown"},
    }
    for device_id, told in ends.items():
        settlement_id = counter.new_id()
        counter.do(SettleTerminal, settlement_id=settlement_id, terminal_id=TILL, device_id=device_id)
        counter.do(TakeSettlementAnswer, SYSTEM, settlement_id=settlement_id, **told)
    counter.do(CloseShift, shift_id=counter.events(ShiftOpened)[-1].shift_id, counted_fen=20_000)
    job = store.queued_print_jobs(counter.read, STORE, TILL)[0]
    engine = counter.engine
    text = words(Layouts(SHOP, engine.origin, engine.types, engine.keystore)(counter.read, job))
    assert "终端 card-1 结算 5.00" in text
    assert "与账差额 5.00" in text
    assert "终端 code-1 结算结果未明" in text


def test_a_copy_says_so() -> None:
    assert "副本 / COPY" in words(receipt(SHOP, order(), [line("苹果", 1000)], [cash(500, 0)], True))


def test_a_shift_slip_holds_the_hub_to_its_journal(counter: Counter) -> None:  # noqa: F811
    counter.do(CloseShift, shift_id=counter.events(ShiftOpened)[-1].shift_id, counted_fen=20_100)
    job = store.queued_print_jobs(counter.read, STORE, TILL)[0]
    engine = counter.engine
    document = Layouts(SHOP, engine.origin, engine.types, engine.keystore)(counter.read, job)

    assert "差额 1.00" in words(document)
    proof = next(block.data for block in document if isinstance(block, Qr)).split(":")
    head = SignedHead(proof[1], int(proof[2]), int(proof[3]), *map(bytes.fromhex, proof[4:6]))
    assert is_signed_by(head, engine.keystore.public_key())
