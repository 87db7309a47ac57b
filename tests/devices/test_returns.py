"""What a return does at the counter: the receipt is scanned, the drawer opens, a slip comes out."""

from hub.app.receipts import Layouts
from hub.app.settings import Shop
from hub.devices import store as devices
from hub.devices.events import DrawerReleaseRequested, PrintQueued, ScanRead
from hub.devices.paper import Barcode
from hub.modules.orders.events import UnknownCodeScanned
from hub.modules.returns.messages import LineWanted
from tests.app.test_receipts import words
from tests.devices.counter import Counter
from tests.devices.pay_counter import bind_terminals
from tests.modules.electronic import answer
from tests.modules.returns.counter_of_returns import all_of, sold_by_card, sold_for_cash, take_back
from tests.modules.shop import STORE, by_piece

SHOP = Shop(name="测试店")


def slips(counter: Counter) -> list[PrintQueued]:
    return [event for event in counter.events(PrintQueued) if event.document == "return_slip"]


def paper_of(counter: Counter, queued: PrintQueued) -> tuple[str, list[str]]:
    job = devices.print_job(counter.read, STORE, queued.job_id)
    assert job is not None
    engine = counter.engine
    document = Layouts(SHOP, engine.origin, engine.types, engine.keystore)(counter.read, job)
    return words(document), [block.data for block in document if isinstance(block, Barcode)]


def test_a_scanned_receipt_finds_its_order_and_touches_no_basket(counter: Counter) -> None:
    sold = sold_for_cash(counter)
    outcome = counter.scan(str(sold.order.receipt_no))
    assert outcome.answer is not None
    assert (outcome.answer.outcome, outcome.answer.order_id) == ("receipt", sold.order.order_id)
    assert isinstance(counter.records()[-1].event, ScanRead)
    assert counter.events(UnknownCodeScanned) == []


def test_cash_goes_back_out_of_the_drawer_and_a_slip_says_so(counter: Counter) -> None:
    sold = sold_for_cash(counter)
    take_back(counter, sold, [LineWanted(line_id=sold.lines[0].line_id, qty_milli=1000)])
    assert [event.reason for event in counter.events(DrawerReleaseRequested)] == ["sale", "refund"]
    (slip,) = slips(counter)
    text, bars = paper_of(counter, slip)
    assert "退货单" in text
    assert f"退货号 {sold.order.receipt_no}-R1" in text
    assert "原因 质量问题" in text
    assert by_piece().name in text
    assert f"退现金 {by_piece().price_fen // 100}." in text
    assert bars == [sold.order.receipt_no]


def test_a_card_return_leaves_its_slip_when_the_money_is_back(counter: Counter) -> None:
    bind_terminals(counter)
    sold = sold_by_card(counter)
    taken = take_back(counter, sold, all_of(sold))
    assert slips(counter) == []
    answer(counter, taken.refunds[0].refund_id, "approved", reference="R-77")
    (slip,) = slips(counter)
    text, _ = paper_of(counter, slip)
    assert "整单撤销" in text
    assert "退刷卡" in text
    assert "参考号 R-77" in text
