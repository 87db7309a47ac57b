"""Payment terminals from the host's side of their sockets, by their golden vectors and by what they book."""

import hashlib
import hmac
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.devices.pay_ledger import Ledger
from hardware_sim.faults import AnswerLost, Doubled, Noise, SplitFrames, Unplugged, WrongAmount
from hardware_sim.layout import CARD_TERMINAL, CODE_ACQUIRER
from hardware_sim.play import SimulatedCounter
from hardware_sim.views import LedgerEntry
from tests.hardware_sim.hosts import receive, standing, tcp_host

FOLDER = Path(__file__).parents[1] / "vectors" / "drivers"
CARD, CODE = CARD_TERMINAL.device_id, CODE_ACQUIRER.device_id
ACK = b"\x06"


def request_of(name: str) -> bytes:
    """What a register sends, by a golden vector."""
    wire = "payment_ecr_card" if name.startswith("card") else "payment_pay_code"
    vectors: list[dict[str, Any]] = json.loads((FOLDER / f"{wire}.json").read_text(encoding="utf-8"))
    return bytes.fromhex(next(vector["request_hex"] for vector in vectors if vector["name"] == name))


def frame(host: socket.socket) -> dict[str, str]:
    """A card terminal's next frame, its fields by number."""
    head = receive(host, 3)
    assert head[:1] == b"\x02"
    rest = receive(host, int(head[1:].hex()) + 2)
    kind, *fields = rest[:-2].decode("gbk").split("\x1c")
    return {"type": kind} | {field.partition("=")[0]: field.partition("=")[2] for field in fields}


def line(host: socket.socket) -> dict[str, Any]:
    """An acquirer's next line."""
    got = b""
    while not got.endswith(b"\n"):
        got += receive(host, 1)
    fields: dict[str, Any] = json.loads(got)
    return fields


SALE, QUERY = "card: a sale approved", "card: a query finds nothing"
CODE_SALE = "code: a sale approved"


def test_a_card_sale_moves_money_once_however_often_it_is_asked(tmp_path: Path) -> None:
    with standing(tmp_path, CARD_TERMINAL) as counter, tcp_host(counter, CARD) as host:
        for _ in range(2):
            host.sendall(request_of(SALE))
            assert receive(host, 1) == ACK
            answer = frame(host)
            assert (answer["type"], answer["39"], answer["4"]) == ("0210", "00", "000000002490")
            assert (answer["62"], answer["41"]) == ("r-1", "00000001")
        assert counter.movements(CARD) == [("r-1", 2490)]


def test_a_customers_hand_decides_and_a_register_may_give_up_first(tmp_path: Path) -> None:
    with standing(tmp_path, CARD_TERMINAL) as counter, tcp_host(counter, CARD) as host:
        counter.expect("hand", CARD)
        assert not counter.choose("approve", CARD)
        host.sendall(request_of(SALE))
        assert receive(host, 1) == ACK
        assert frame(host)["39"] == "09"
        assert counter.asking(CARD).amount_fen == 2490
        assert counter.choose("decline", CARD)
        assert frame(host)["39"] == "51"
        host.sendall(request_of(QUERY))
        assert receive(host, 1) == ACK
        assert frame(host)["39"] == "25"
        assert counter.movements(CARD) == []


def sale_7() -> bytes:
    """The sale that the golden reversal is about."""
    fields = json.loads(request_of(CODE_SALE)) | {"request_id": "sale-7"}
    del fields["sign"]
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    fields["sign"] = hmac.new(b"", text.encode(), hashlib.sha256).hexdigest()
    return json.dumps(fields).encode() + b"\n"


def test_a_reversal_sends_the_customer_away(tmp_path: Path) -> None:
    with standing(tmp_path, CODE_ACQUIRER) as counter, tcp_host(counter, CODE) as host:
        counter.expect("hand", CODE)
        host.sendall(sale_7())
        assert line(host)["result"] == "USERPAYING"
        assert counter.asking(CODE).scheme == "wechat"
        host.sendall(request_of("code: a reversal"))
        assert line(host)["result"] == "SUCCESS"
        assert not counter.choose("approve", CODE)
        assert [entry.state for entry in counter.ledger(CODE)] == ["cancelled"]


def test_a_reversal_gives_money_back_once_and_bars_a_sale_that_comes_after_it(tmp_path: Path) -> None:
    with standing(tmp_path, CODE_ACQUIRER) as counter, tcp_host(counter, CODE) as host:
        host.sendall(request_of("code: a reversal") + sale_7())
        assert [line(host)["result"], line(host)["result"]] == ["NOTEXIST", "REVERSED"]
        assert counter.movements(CODE) == []
    with standing(tmp_path / "other", CODE_ACQUIRER) as counter, tcp_host(counter, CODE) as host:
        host.sendall(sale_7() + request_of("code: a reversal") * 2)
        assert [line(host)["result"] for _ in range(3)] == ["SUCCESS"] * 3
        assert counter.movements(CODE) == [("sale-7", 2490), ("sale-7", -2490)]


def test_a_loss_of_power_sends_the_customer_away_and_forgets_no_booking(tmp_path: Path) -> None:
    with standing(tmp_path, CARD_TERMINAL) as counter:
        with tcp_host(counter, CARD) as host:
            counter.expect("hand", CARD)
            host.sendall(request_of(SALE))
            counter.asking(CARD)
            counter.unplug(CARD)
        counter.plug(CARD)
        assert [entry.state for entry in counter.ledger(CARD)] == ["cancelled"]
        assert counter.movements(CARD) == []


@pytest.mark.parametrize("fault", [AnswerLost(), Doubled(), WrongAmount(by_fen=7)])
def test_what_goes_wrong_with_an_answer_changes_no_booking(tmp_path: Path, fault: Any) -> None:
    with standing(tmp_path, CODE_ACQUIRER) as counter, tcp_host(counter, CODE) as host:
        counter.inject(CODE, fault)
        host.sendall(request_of(CODE_SALE) + request_of("code: a settlement"))
        if isinstance(fault, AnswerLost):
            assert line(host)["op"] == "settle"
        else:
            first = line(host)
            assert first["amount"] == (2497 if isinstance(fault, WrongAmount) else 2490)
            assert line(host) == first or isinstance(fault, WrongAmount)
        assert counter.movements(CODE) == [("r-1", 2490)]


def test_through_noise_and_split_frames_an_answer_is_whole(tmp_path: Path) -> None:
    with standing(tmp_path, CODE_ACQUIRER) as counter, tcp_host(counter, CODE) as host:
        counter.inject(CODE, SplitFrames(max_chunk=5, gap_ms=0))
        counter.inject(CODE, Noise(max_bytes=6))
        host.sendall(request_of(CODE_SALE))
        noise = b""
        while not noise.endswith(b"\n"):
            noise += receive(host, 1)
        assert line(host)["result"] == "SUCCESS"


def test_a_request_cut_off_by_an_unplug_is_not_served(tmp_path: Path) -> None:
    with standing(tmp_path, CARD_TERMINAL) as counter, tcp_host(counter, CARD) as host:
        counter.inject(CARD, Unplugged(after_bytes=20))
        host.sendall(request_of(SALE))
        counter.until(CARD, lambda view: not view.plugged)
        assert counter.ledger(CARD) == []


def test_a_spoiled_request_is_not_taken(tmp_path: Path) -> None:
    with standing(tmp_path, CARD_TERMINAL) as counter, tcp_host(counter, CARD) as host:
        spoiled = bytearray(request_of(SALE))
        spoiled[-1] ^= 1
        host.sendall(spoiled)
        assert receive(host, 1) == b"\x15"
        assert counter.ledger(CARD) == []


def test_a_ledger_gives_back_no_more_than_it_took(tmp_path: Path) -> None:
    ledger = Ledger()

    def book(request_id: str, amount_fen: int, original_id: str = "") -> None:
        ledger.open(
            LedgerEntry(
                request_id=request_id,
                act="refund" if original_id else "sale",
                amount_fen=amount_fen,
                state="waiting",
                number=ledger.next_number(),
                original_id=original_id,
            )
        )
        ledger.close(request_id, "taken")

    book("s", 1000)
    book("f", 300, "s")
    assert (ledger.refundable_fen("s"), ledger.refundable_fen("f"), ledger.held_fen) == (700, 0, 700)
    batch = ledger.settle()
    assert (batch.count, batch.net_fen, batch.counts, batch.sums_fen) == (2, 700, (1, 1, 0), (1000, 300, 0))
    ledger.close("f", "reversed")
    assert (ledger.refundable_fen("s"), ledger.held_fen, ledger.settle().net_fen) == (1000, 1000, 300)
    ledger.close("s", "reversed")
    batch = ledger.settle()
    assert (batch.counts, batch.sums_fen, batch.net_fen) == ((0, 0, 1), (0, 0, 1000), -1000)


def test_a_slow_counter_is_news_on_its_view(tmp_path: Path) -> None:
    with SimulatedCounter(tmp_path, (CARD_TERMINAL,)) as counter, tcp_host(counter, CARD) as host:
        counter.expect("approve", CARD, after_ms=30)
        host.sendall(request_of(SALE))
        view = counter.until(CARD, lambda seen: bool(seen.terminal and seen.terminal.held_fen))
        assert view.terminal is not None
        assert (view.terminal.asking, view.terminal.movements) == (None, 1)
        assert [entry.account for entry in view.terminal.ledger] == ["622848******1234"]
