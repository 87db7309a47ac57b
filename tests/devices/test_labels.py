"""Labels: ordered at the till, kept as jobs, printed on the label printer and on no other."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import messages as wire
from hub.app.label_orders import PrintShelfLabel, PrintWeighedLabel
from hub.app.labels import label_paper
from hub.app.settings import LabelRoll
from hub.devices import spool as spool_module
from hub.devices import store
from hub.devices.messages import (
    BindDevice,
    FinishPrint,
    SettlePrint,
)
from hub.kernel.context import SYSTEM
from hub.modules.catalogue.labels import DEFAULT_LABELS, Label, read_label, write_label
from hub.modules.catalogue.model import is_ean13
from tests.devices.counter import Counter
from tests.devices.test_attempts import gateway
from tests.devices.test_links import Desk, not_queued, run, sell
from tests.devices.test_spool import printed, spooling
from tests.modules.shop import STORE, TILL, by_piece, by_weight

LABELS = "labels-1"


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "_LOOK_AGAIN_S", 0.01)


@pytest.fixture
def label_printer(counter: Counter) -> Counter:
    counter.see(LABELS, "label_printer")
    counter.do(BindDevice, SYSTEM, device_id=LABELS, terminal_id=TILL)
    return counter


def test_a_shelf_label_says_name_price_and_code(label_printer: Counter) -> None:
    item = by_piece()
    answer = label_printer.do(PrintShelfLabel, terminal_id=TILL, item_id=item.item_id, copies=3)
    label = store.label(label_printer.read, STORE, answer.job_id)
    assert label is not None
    assert (label.kind, label.name, label.price_fen, label.copies) == ("shelf", item.name, item.price_fen, 3)
    (paper,) = label_paper(label, LabelRoll())
    assert isinstance(paper, wire.Label)
    texts = [field.text for field in paper.fields if isinstance(field, wire.LabelText)]
    assert texts == [item.name, f"{item.price_fen / 100:.2f}元/{item.unit}"]
    codes = [field for field in paper.fields if isinstance(field, wire.LabelBarcode)]
    assert [(code.data, code.symbology) for code in codes] == [(item.barcodes[0], "ean13")]
    assert is_ean13(codes[0].data)


def test_a_scale_label_is_read_back_as_what_it_was_printed_for(label_printer: Counter) -> None:
    item = by_weight()
    answer = label_printer.do(PrintWeighedLabel, terminal_id=TILL, item_id=item.item_id, weight_g=1_250)
    label = store.label(label_printer.read, STORE, answer.job_id)
    assert label is not None
    amount_fen = (item.price_fen * 1_250 + 500) // 1_000
    assert read_label(label.code, DEFAULT_LABELS) == Label(item.sku, amount_fen, 1_250)
    (paper,) = label_paper(label, LabelRoll())
    assert isinstance(paper, wire.Label)
    assert [field.amount_fen for field in paper.fields if isinstance(field, wire.LabelPrice)] == [amount_fen]
    assert any(isinstance(field, wire.LabelText) and "1.250kg" in field.text for field in paper.fields)


@given(st.integers(0, 99_999).map("{:05d}".format), st.integers(1, 99_999), st.integers(1, 99_999))
def test_every_label_that_is_written_reads_the_same(plu: str, amount_fen: int, weight_g: int) -> None:
    code = write_label(plu, amount_fen, weight_g, DEFAULT_LABELS)
    assert code is not None
    assert read_label(code, DEFAULT_LABELS) == Label(plu, amount_fen, weight_g)


@pytest.mark.parametrize(
    ("plu", "amount_fen", "weight_g"), [("123456", 1, 1), ("1", 100_000, 1), ("1", 1, 100_000)]
)
def test_what_has_no_room_is_not_written(plu: str, amount_fen: int, weight_g: int) -> None:
    assert write_label(plu, amount_fen, weight_g, DEFAULT_LABELS) is None


def test_labels_that_cannot_be_are_refused(label_printer: Counter) -> None:
    order = {"terminal_id": TILL, "item_id": by_piece().item_id}
    refused = label_printer.refused
    assert refused(PrintShelfLabel, **order, copies=51).code == "devices.label_copies"
    assert refused(PrintShelfLabel, **order, copies=0).code == "devices.label_copies"
    assert refused(PrintShelfLabel, terminal_id=TILL, item_id="none").code == "devices.label_item_unknown"
    assert refused(PrintShelfLabel, **order | {"terminal_id": "T99"}).code == "identity.wrong_terminal"
    weighed = {"terminal_id": TILL, "item_id": by_weight().item_id}
    assert refused(PrintWeighedLabel, **weighed, weight_g=100_000).code == "devices.label_no_room"
    label_printer.do(BindDevice, SYSTEM, device_id=LABELS, terminal_id=None)
    assert refused(PrintShelfLabel, **order).code == "devices.no_label_printer"


def test_labels_and_receipts_come_out_of_their_own_printers(label_printer: Counter) -> None:
    desk = Desk(label_printer)
    receipt = sell(label_printer)
    label_id = label_printer.do(PrintShelfLabel, terminal_id=TILL, item_id=by_piece().item_id).job_id

    async def scenario() -> None:
        async with (
            spooling(desk),
            gateway(desk, "gateway-2", LABELS, "label_printer") as labels,
            desk.gateway() as receipts,
        ):
            label = await printed(labels)
            assert (label.job_id, label.device_id) == (label_id, LABELS)
            assert all(isinstance(block, wire.Label) for block in label.document)
            assert (await printed(receipts)).job_id == receipt.job_id
            await labels.say(wire.JobAnswer(job_id=label_id, state="printed"))
            job = store.print_job(label_printer.read, STORE, label_id)
            assert job is not None
            await not_queued(label_printer, job)

    run(scenario)


def test_a_label_nobody_is_sure_of_is_printed_again_on_the_label_printer(label_printer: Counter) -> None:
    label_id = label_printer.do(PrintShelfLabel, terminal_id=TILL, item_id=by_piece().item_id).job_id
    label_printer.do(FinishPrint, SYSTEM, job_id=label_id, state="unknown")
    copy_id = label_printer.do(SettlePrint, job_id=label_id, is_printed=False).job_id
    copy = store.print_job(label_printer.read, STORE, copy_id)
    assert copy is not None
    assert (copy.printer_kind, copy.document, copy.order_id) == ("label_printer", "label", label_id)
    assert msgspec.structs.asdict(copy)["state"] == "queued"
