"""Freezes what a release wrote: `python -m tests.vectors.freeze 0.1`. Later ones must read it as it did.

A journal as its exact bodies, one a line, and what its tables held. Once a release is out its vector never
changes; `--again` is for the time before that.
"""

import json
import sys
import tempfile
from pathlib import Path

from sqlalchemy import Table

from hub.app.label_orders import PrintShelfLabel
from hub.app.wiring import ROOMS
from hub.devices import store as devices
from hub.devices.messages import (
    BindDevice,
    FinishDrawerRelease,
    FinishPrint,
    NoteOpenDrawer,
    TakeDrawerPosition,
)
from hub.devices.model import DRAWER_LEFT_OPEN_MS
from hub.kernel.context import SYSTEM, Caller
from hub.kernel.dump import dump
from hub.kernel.journal import read_page
from hub.kernel.schema import tables_of
from hub.modules.catalogue import demo
from hub.modules.catalogue.messages import RecallGoods
from hub.modules.gateways.messages import OpenPairing, PairGateway, RevokeGateway
from hub.modules.identity.messages import SignIn
from hub.modules.payments.messages import OpenDrawer, RefundPayment, SettleTerminal, TakeSettlementAnswer
from hub.modules.returns.messages import RetryRefund
from tests.devices.counter import DRAWER, SCANNER, Counter
from tests.devices.pay_counter import CARD, bind_terminals
from tests.modules.day_of_trade import NUMBERS, PINS, Day
from tests.modules.electronic import answer, approve, fill, start
from tests.modules.returns.counter_of_returns import all_of, sold_by_card, take_back
from tests.modules.shop import STORE, TILL, approval

HERE = Path(__file__).resolve().parent / "journal"
STEPS, ROUNDS, SEED = 10, 15, 20_261_136
EVERYTHING = 100_000


def projected_tables() -> list[Table]:
    """Every table that a journal makes."""
    return tables_of(ROOMS, "projected")


def trade(counter: Counter) -> None:
    """A short day in which everything of this release happens at least once."""
    counter.catalogue()
    day = Day(counter.engine.bus.dispatch, SEED)
    day.open_shop()
    counter.devices()
    order_label(counter)
    bind_terminals(counter)
    use_card(counter)
    take_back_and_settle(counter)
    pair_gateways(counter)
    recalled = {"item_id": demo.items()[90].item_id, "batch": "B-0", "reason": "供应商通知"}
    counter.do(RecallGoods, SYSTEM, **recalled)
    counter.do(OpenDrawer, terminal_id=TILL, reason="换零钱", approval=approval())
    sign_in(counter, "manager", PINS["manager"], times=2)
    sign_in(counter, "cashier", "000000", times=5)
    counter.clock.pass_s(61)
    for number in range(ROUNDS):
        day.trade(STEPS)
        use_hardware(counter, number)
        counter.clock.pass_s(61)
    day.close_shop()
    day.forget_the_cashier()


def sign_in(counter: Counter, role: str, pin: str, times: int) -> None:
    """At the first till, as often as that: right twice ends the first session, wrong five times locks."""
    for _ in range(times):
        counter.send(SignIn, Caller(), terminal_id=TILL, staff_no=NUMBERS[role], pin=pin)


def use_card(counter: Counter) -> None:
    """A sale by card at the first till, and a part of the money back."""
    fill(counter)
    payment_id, refund_id = start(counter), counter.new_id()
    approve(counter, payment_id)
    back = {"refund_id": refund_id, "payment_id": payment_id, "terminal_id": TILL, "amount_fen": 100}
    counter.do(RefundPayment, reason="退货", approval=approval(), **back)
    approve(counter, refund_id)


def pair_gateways(counter: Counter) -> None:
    """Two gateways on other computers; one is let in no more, after somebody tried a wrong code."""
    for gateway_id in ("counter-2", "counter-3"):
        counter.do(OpenPairing, counter.caller("manager"), gateway_id=gateway_id, code_digest="right")
        counter.send(PairGateway, SYSTEM, code_digest="wrong", token_digest=gateway_id)
        counter.do(PairGateway, SYSTEM, code_digest="right", token_digest=gateway_id)
    counter.do(RevokeGateway, counter.caller("manager"), gateway_id="counter-3")


def use_hardware(counter: Counter, number: int) -> None:
    """Scans that count, are unknown, come late; the drawer; what has been waiting for the printer."""
    code = next(item.barcodes[0] for item in demo.items()[number:] if item.barcodes)
    counter.scan(code)
    counter.scan("6999999999991")
    counter.scan(code, age_ms=5_000)
    for is_open in (True, False):
        position = {"device_id": DRAWER, "boot_id": "boot-2", "gateway_seq": 2 * number + (not is_open)}
        counter.send(TakeDrawerPosition, SYSTEM, is_open=is_open, **position)
        opened = {"device_id": DRAWER, "opened_ms": counter.clock.wall_ms}
        counter.send(NoteOpenDrawer, SYSTEM, open_for_ms=DRAWER_LEFT_OPEN_MS, **opened)
    read, endings = counter.read, ("printed", "unknown", "failed")
    for job in devices.waiting_print_jobs(read, STORE, TILL)[:1]:
        counter.send(FinishPrint, SYSTEM, job_id=job.job_id, state=endings[number % 3], reason="")
    if (release := devices.release_since(read, STORE, DRAWER, 0)) is not None:
        counter.send(FinishDrawerRelease, SYSTEM, release_id=release.release_id, is_sent=True)
    assert devices.device(read, STORE, SCANNER) is not None


def take_back_and_settle(counter: Counter) -> None:
    """Goods paid by card come back, their refund at the second try; then the terminal is settled."""
    sold = sold_by_card(counter)
    taken = take_back(counter, sold, all_of(sold))
    refund_id, again = taken.refunds[0].refund_id, counter.new_id()
    answer(counter, refund_id, "refused")
    counter.do(RetryRefund, refund_id=refund_id, new_refund_id=again, terminal_id=TILL)
    answer(counter, again, "approved")
    settlement_id = counter.new_id()
    counter.do(SettleTerminal, settlement_id=settlement_id, terminal_id=TILL, device_id=CARD)
    told = {"state": "approved", "count": 1, "net_fen": 100}
    counter.do(TakeSettlementAnswer, SYSTEM, settlement_id=settlement_id, **told)


def order_label(counter: Counter) -> None:
    """A label for the shelf, on a label printer of the till's."""
    counter.see("labels-1", "label_printer")
    counter.do(BindDevice, SYSTEM, device_id="labels-1", terminal_id=TILL)
    order = PrintShelfLabel(
        command_id=counter.new_id(), terminal_id=TILL, item_id=demo.items()[0].item_id, copies=2
    )
    assert counter.engine.bus.dispatch(order, SYSTEM).refusal is None


def freeze(release: str) -> int:
    """Write a release's vector; returns its number of events."""
    with tempfile.TemporaryDirectory() as folder:
        counter = Counter(Path(folder))
        trade(counter)
        entries = read_page(counter.read, 0, EVERYTHING, EVERYTHING)
        with counter.read.session() as session:
            tables = dump(session, projected_tables())
        counter.engine.close()
    HERE.mkdir(exist_ok=True)
    (HERE / f"{release}.journal.jsonl").write_bytes(b"".join(entry.body + b"\n" for entry in entries))
    frozen = {"head": entries[-1].hash.hex(), "events": len(entries), "tables": tables}
    (HERE / f"{release}.tables.json").write_text(json.dumps(frozen, ensure_ascii=False, indent=0) + "\n")
    return len(entries)


def main() -> int:
    """The command line; exit 1 when the release is frozen already."""
    release, *options = sys.argv[1:]
    if (HERE / f"{release}.tables.json").exists() and "--again" not in options:
        print(f"{release} is frozen already", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{release}: {freeze(release)} events")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
