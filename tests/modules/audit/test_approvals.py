"""A second person's consent: asked for, given, denied, and all on record."""

from hub.modules.audit import store
from hub.modules.audit.events import ApprovalDenied, ApprovalGranted
from hub.modules.identity.events import PinLocked
from hub.modules.payments.messages import OpenDrawer
from tests.modules.shop import CASHIER_PIN, MANAGER_PIN, STORE, TILL, Shop, approval

DRAWER = {"terminal_id": TILL, "reason": "换零钱"}


def test_without_an_approval_it_is_asked_for(shop: Shop) -> None:
    refusal = shop.refused(OpenDrawer, **DRAWER)
    assert (refusal.code, refusal.status) == ("audit.approval_needed", 403)
    assert store.recent_approvals(shop.read, STORE) == []


def test_even_a_manager_signed_in_shows_a_pin(shop: Shop) -> None:
    assert shop.refused(OpenDrawer, shop.caller("manager"), **DRAWER).code == "audit.approval_needed"


def test_a_managers_pin_grants_and_is_on_record(shop: Shop) -> None:
    shop.do(OpenDrawer, **DRAWER, approval=approval())
    (granted,) = store.recent_approvals(shop.read, STORE)
    assert granted.result == "granted"
    assert granted.approver_id == shop.staff_id("manager")
    assert granted.requested_by == shop.staff_id("cashier")
    assert (granted.act, granted.about, granted.terminal_id) == ("payments.open_drawer", TILL, TILL)
    assert [event.act for event in shop.events(ApprovalGranted)] == ["payments.open_drawer"]


def test_a_wrong_pin_denies_counts_and_locks(shop: Shop) -> None:
    for _ in range(4):
        refusal = shop.refused(OpenDrawer, **DRAWER, approval=approval("000000"))
        assert (refusal.code, refusal.status) == ("audit.approval_pin_wrong", 403)
    assert shop.refused(OpenDrawer, **DRAWER, approval=approval("000000")).code == "identity.pin_locked"
    assert shop.refused(OpenDrawer, **DRAWER, approval=approval()).code == "identity.pin_locked"
    assert [event.reason for event in shop.events(ApprovalDenied)] == ["wrong_pin"] * 5
    assert len(shop.events(PinLocked)) == 1
    assert {one.result for one in store.recent_approvals(shop.read, STORE)} == {"denied"}


def test_a_cashier_may_not_approve(shop: Shop) -> None:
    refusal = shop.refused(OpenDrawer, **DRAWER, approval=approval(CASHIER_PIN, "1001"))
    assert refusal.code == "audit.approver_not_allowed"
    assert [event.reason for event in shop.events(ApprovalDenied)] == ["not_allowed"]


def test_a_strangers_number_is_denied_without_a_record(shop: Shop) -> None:
    before = len(shop.records())
    refusal = shop.refused(OpenDrawer, **DRAWER, approval=approval("000000", "7777"))
    assert refusal.code == "audit.approval_pin_wrong"
    assert len(shop.records()) == before


def test_the_pin_is_nowhere_in_the_journal(shop: Shop) -> None:
    shop.do(OpenDrawer, **DRAWER, approval=approval())
    assert MANAGER_PIN not in "".join(str(record) for record in shop.records())


def test_a_retry_of_a_denied_command_gets_the_first_no(shop: Shop) -> None:
    body = {**DRAWER, "command_id": shop.new_id()}
    first = shop.refused(OpenDrawer, **body, approval=approval("000000"))
    again = shop.refused(OpenDrawer, **body, approval=approval())
    assert first == again
    assert len(shop.events(ApprovalDenied)) == 1


def test_the_trail_of_a_subject_is_its_journal(shop: Shop) -> None:
    shop.do(OpenDrawer, **DRAWER, approval=approval())
    types = [entry.type for entry in store.trail(shop.read, TILL)]
    assert types == [
        "identity.terminal_registered.v1",
        "audit.approval_granted.v1",
        "payments.no_sale_drawer_requested.v1",
    ]
