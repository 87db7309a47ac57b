"""Print jobs: queued in the sale's transaction, and moved only as the paper allows."""

import pytest

from hub.devices import store
from hub.devices.events import DrawerReleaseRequested, PrintFinished, PrintQueued
from hub.devices.messages import FinishPrint, PrintJobView, Reprint, SettlePrint
from hub.kernel.context import SYSTEM
from hub.kernel.messages import is_clean_text
from hub.modules.orders import store as orders
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import PayCash
from tests.devices.counter import DRAWER, Counter
from tests.modules.shop import STORE, TILL, by_piece


@pytest.fixture
def job(counter: Counter) -> PrintJobView:
    """The receipt of a sale just made."""
    counter.scan(by_piece().barcodes[0])
    basket = orders.basket_at(counter.read, STORE, TILL)
    assert basket is not None
    total = basket.total_fen
    counter.do(
        PayCash,
        order_id=basket.order_id,
        payment_id=counter.new_id(),
        due_fen=total,
        tendered_fen=total,
    )
    return store.print_jobs_of(counter.read, STORE, basket.order_id)[0]


def state_of(counter: Counter, job_id: str) -> str:
    found = store.print_job(counter.read, STORE, job_id)
    assert found is not None
    return found.state


def test_a_sale_queues_its_receipt_and_its_drawer_in_one_command(counter: Counter, job: PrintJobView) -> None:
    paid = next(record for record in counter.records() if isinstance(record.event, OrderPaid))
    together = [record.event for record in counter.records() if record.command_id == paid.command_id]

    assert job.state == "queued"
    assert any(isinstance(event, PrintQueued) for event in together)
    release = next(event for event in together if isinstance(event, DrawerReleaseRequested))
    assert (release.device_id, release.reason) == (DRAWER, "sale")


@pytest.mark.parametrize("state", ["printed", "unknown", "failed", "held"])
def test_a_job_ends_as_its_printer_says(counter: Counter, job: PrintJobView, state: str) -> None:
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state=state)

    assert state_of(counter, job.job_id) == state


def test_a_printed_job_never_changes_again(counter: Counter, job: PrintJobView) -> None:
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="printed")
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="unknown")

    assert state_of(counter, job.job_id) == "printed"
    assert len(counter.events(PrintFinished)) == 1


def test_a_late_confirmation_settles_an_unknown_job(counter: Counter, job: PrintJobView) -> None:
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="unknown")
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="printed")

    assert state_of(counter, job.job_id) == "printed"


def test_a_person_who_sees_the_paper_ends_the_question(counter: Counter, job: PrintJobView) -> None:
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="unknown")
    answer = counter.do(SettlePrint, job_id=job.job_id, is_printed=True)

    assert answer.job_id is None
    assert state_of(counter, job.job_id) == "settled"


def test_a_person_who_sees_none_gets_a_marked_copy(counter: Counter, job: PrintJobView) -> None:
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="unknown")
    answer = counter.do(SettlePrint, job_id=job.job_id, is_printed=False)

    copy = store.print_job(counter.read, STORE, answer.job_id)
    assert copy is not None
    assert (copy.is_copy, copy.state, copy.order_id) == (1, "queued", job.order_id)


@pytest.mark.parametrize("state", ["queued", "printed"])
def test_nobody_is_asked_about_a_job_that_is_clear(counter: Counter, job: PrintJobView, state: str) -> None:
    if state == "printed":
        counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="printed")

    refusal = counter.refused(SettlePrint, job_id=job.job_id, is_printed=True)

    assert refusal.code == "devices.print_job_settled"


def test_a_reprint_is_a_copy_under_its_own_id(counter: Counter, job: PrintJobView) -> None:
    copy_id = counter.new_id()
    counter.do(Reprint, job_id=copy_id, order_id=job.order_id)

    assert [found.is_copy for found in store.print_jobs_of(counter.read, STORE, job.order_id)] == [0, 1]


def test_there_is_nothing_to_reprint_of_an_order_never_printed(counter: Counter) -> None:
    refusal = counter.refused(Reprint, job_id=counter.new_id(), order_id=counter.new_id())

    assert refusal.code == "devices.nothing_to_reprint"


def test_a_till_sees_its_own_jobs_however_many_wait_elsewhere(counter: Counter, job: PrintJobView) -> None:
    elsewhere = counter.caller(terminal_id="T02")
    copies = [counter.new_id() for _ in range(60)]
    for copy_id in copies:
        counter.do(Reprint, elsewhere, job_id=copy_id, order_id=job.order_id)
    counter.clock.pass_s(1)
    copy_id = counter.new_id()
    counter.do(Reprint, job_id=copy_id, order_id=job.order_id)

    mine = store.queued_print_jobs(counter.read, STORE, TILL)
    theirs = store.queued_print_jobs(counter.read, STORE, "T02")

    assert [found.job_id for found in mine] == [copy_id, job.job_id]
    assert [found.job_id for found in theirs] == copies[:-11:-1]


def test_jobs_that_failed_hide_none_that_asks(counter: Counter, job: PrintJobView) -> None:
    for _ in range(60):
        failed_id = counter.new_id()
        counter.do(Reprint, job_id=failed_id, order_id=job.order_id)
        counter.do(FinishPrint, SYSTEM, job_id=failed_id, state="failed")
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="unknown")

    assert [one.job_id for one in store.asking_print_jobs(counter.read, STORE, TILL)] == [job.job_id]
    assert len(store.failed_print_jobs(counter.read, STORE, TILL)) == 10


def test_a_reprint_needs_an_id_of_its_own(counter: Counter, job: PrintJobView) -> None:
    taken = counter.refused(Reprint, job_id=job.job_id, order_id=job.order_id)
    malformed = counter.refused(Reprint, job_id="no id", order_id=job.order_id)

    assert (taken.code, malformed.code) == ("devices.print_job_exists", "id.malformed")
    assert len(store.print_jobs_of(counter.read, STORE, job.order_id)) == 1


def test_what_a_printer_says_of_itself_is_made_fit_to_be_kept(counter: Counter, job: PrintJobView) -> None:
    counter.do(FinishPrint, SYSTEM, job_id=job.job_id, state="failed", reason="e\u0301\0" + "x" * 300)

    finished = counter.events(PrintFinished)[-1]
    assert finished.reason.startswith("\u00e9?x")
    assert is_clean_text(finished.reason)
