"""Signing in, being locked out, being forgotten."""

from pathlib import Path

from hub.kernel.context import SYSTEM, Caller
from hub.modules.identity import store
from hub.modules.identity.events import PinLocked, SessionClosed, SessionOpened, SignInFailed, StaffAdded
from hub.modules.identity.messages import (
    AddStaff,
    EndStaleSessions,
    ErasePerson,
    RegisterTerminal,
    SetPin,
    SignIn,
    SignOut,
)
from hub.modules.identity.model import LOCK_S, SESSION_MAX_MS
from tests.modules.shop import CASHIER_PIN, MANAGER_PIN, STAFF, STORE, TILL, Shop

STRANGER = Caller()


def opened(bare: Shop) -> Shop:
    bare.staff("cashier", "manager")
    bare.till()
    return bare


def attempt(shop: Shop, pin: str, staff_no: str = "1001") -> str | None:
    outcome = shop.send(SignIn, STRANGER, terminal_id=TILL, staff_no=staff_no, pin=pin)
    return outcome.refusal.code if outcome.refusal else None


def test_a_right_pin_opens_a_session(bare: Shop) -> None:
    shop = opened(bare)
    answer = shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="1001", pin=CASHIER_PIN)
    assert answer.role == "cashier"
    assert "orders.sell" in answer.permissions
    session = store.session(shop.read, answer.session_id)
    assert session is not None
    assert store.actor_of(session).staff_id == shop.staff_id("cashier")
    assert store.me(session, shop.engine.keystore).name == "收银员 01"


def test_five_wrong_pins_lock_for_a_minute_and_leave_an_event(bare: Shop) -> None:
    shop = opened(bare)
    codes = [attempt(shop, "000000") for _ in range(5)]
    assert codes == ["identity.sign_in_refused"] * 4 + ["identity.pin_locked"]
    assert [event.failures for event in shop.events(SignInFailed)] == [1, 2, 3, 4, 5]
    assert len(shop.events(PinLocked)) == 1
    before = len(shop.records())
    assert attempt(shop, CASHIER_PIN) == "identity.pin_locked"
    assert attempt(shop, "000000") == "identity.pin_locked"
    assert len(shop.records()) == before
    assert attempt(shop, MANAGER_PIN, "9001") is None
    shop.clock.pass_s(LOCK_S)
    assert attempt(shop, CASHIER_PIN) is None


def test_the_lock_does_not_follow_the_wall_clock(bare: Shop) -> None:
    shop = opened(bare)
    for _ in range(5):
        attempt(shop, "000000")
    shop.clock.wall_ms += 3_600_000
    assert attempt(shop, CASHIER_PIN) == "identity.pin_locked"


def test_a_right_pin_starts_the_count_again(bare: Shop) -> None:
    shop = opened(bare)
    for _ in range(3):
        assert [attempt(shop, "000000") for _ in range(4)] == ["identity.sign_in_refused"] * 4
        assert attempt(shop, CASHIER_PIN) is None
    assert shop.events(PinLocked) == []


def test_a_new_pin_lifts_the_lock_and_ends_old_sessions(bare: Shop) -> None:
    shop = opened(bare)
    answer = shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="1001", pin=CASHIER_PIN)
    for _ in range(5):
        attempt(shop, "000000")
    shop.do(SetPin, shop.caller("admin"), staff_id=shop.staff_id("cashier"), pin="112233")
    assert store.session(shop.read, answer.session_id) is None
    assert attempt(shop, CASHIER_PIN) == "identity.sign_in_refused"
    assert attempt(shop, "112233") is None


def test_a_strangers_number_fills_no_journal(bare: Shop) -> None:
    shop = opened(bare)
    before = len(shop.records())
    assert [attempt(shop, "000000", "7777") for _ in range(8)] == ["identity.sign_in_refused"] * 8
    assert len(shop.records()) == before


def test_signing_in_replaces_the_tills_session(bare: Shop) -> None:
    shop = opened(bare)
    first = shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="1001", pin=CASHIER_PIN)
    second = shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="9001", pin=MANAGER_PIN)
    assert store.session(shop.read, first.session_id) is None
    assert [row.session_id for row in store.sessions_at(shop.read, TILL)] == [second.session_id]
    assert len(shop.events(SessionOpened)) == 2
    assert len(shop.events(SessionClosed)) == 1


def test_nobody_ends_anothers_session(bare: Shop) -> None:
    shop = opened(bare)
    answer = shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="9001", pin=MANAGER_PIN)
    assert shop.refused(SignOut, session_id=answer.session_id).code == "auth.not_permitted"
    shop.do(SignOut, shop.caller("admin"), session_id=answer.session_id)
    assert store.session(shop.read, answer.session_id) is None


def test_signing_in_at_an_unknown_till_is_refused(bare: Shop) -> None:
    shop = opened(bare)
    refusal = shop.refused(SignIn, STRANGER, terminal_id="T99", staff_no="1001", pin=CASHIER_PIN)
    assert refusal.code == "identity.terminal_unknown"


def test_neither_names_nor_pins_are_in_the_journal(bare: Shop) -> None:
    shop = opened(bare)
    attempt(shop, CASHIER_PIN)
    attempt(shop, "864209")
    everything = "".join(str(record) for record in shop.records())
    for _, name, pin in STAFF.values():
        assert name not in everything
        assert pin not in everything
    assert "864209" not in everything
    assert "argon2" not in everything


def test_an_erased_person_has_no_name_no_pin_and_no_session(bare: Shop) -> None:
    shop = opened(bare)
    answer = shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="1001", pin=CASHIER_PIN)
    shop.do(ErasePerson, shop.caller("admin"), person_id=shop.staff_id("cashier"))
    assert store.session(shop.read, answer.session_id) is None
    assert attempt(shop, CASHIER_PIN) == "identity.sign_in_refused"
    erased, manager = store.all_staff(shop.read, STORE, shop.engine.keystore)
    assert (erased.name, erased.erased) == (None, True)
    assert manager.name == "店长 01"


def test_an_erased_persons_key_is_gone_for_good(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "hub")
    shop.staff("cashier", "manager")
    sealed = {event.staff_id: event.name_sealed for event in shop.events(StaffAdded)}
    shop.do(ErasePerson, shop.caller("admin"), person_id=shop.staff_id("cashier"))
    shop.close()
    again = Shop(tmp_path / "hub")
    opened_names = {
        role: again.engine.keystore.open(shop.staff_id(role), sealed[shop.staff_id(role)])
        for role in ("cashier", "manager")
    }
    assert opened_names == {"cashier": None, "manager": "店长 01"}
    again.close()


def test_staff_are_added_by_an_admin_alone(bare: Shop) -> None:
    body = {"staff_id": "f" * 32, "staff_no": "1002", "name": "收银员 02", "role": "cashier", "pin": "4444"}
    for role in ("cashier", "manager"):
        assert bare.refused(AddStaff, bare.caller(role), **body).code == "auth.not_permitted"
    bare.do(AddStaff, bare.caller("admin"), **body)
    again = {**body, "staff_id": "e" * 32}
    assert bare.refused(AddStaff, bare.caller("admin"), **again).code == "identity.staff_no_taken"


def test_malformed_staff_and_tills_are_refused(bare: Shop) -> None:
    body = {"staff_id": "f" * 32, "staff_no": "1002", "name": "收银员 02", "role": "cashier", "pin": "4444"}
    for field, value, code in (
        ("staff_id", "F" * 32, "id.malformed"),
        ("staff_no", "一号", "identity.staff_no_malformed"),
        ("name", "收银\x00员", "text.invalid"),
        ("name", "e\u0301", "text.invalid"),
        ("name", "长" * 201, "text.invalid"),
        ("name", "  ", "identity.name_missing"),
        ("pin", "123", "identity.pin_malformed"),
        ("pin", "12a4", "identity.pin_malformed"),
    ):
        assert bare.refused(AddStaff, SYSTEM, **{**body, field: value}).code == code, field
    for terminal_id in ("t01", "", "T-1", "T01\n", "T" * 9):
        refusal = bare.refused(RegisterTerminal, SYSTEM, terminal_id=terminal_id, name="x")
        assert refusal.code == "identity.terminal_id_malformed"
    assert bare.records() == []


def test_a_session_ends_when_its_day_is_over(bare: Shop) -> None:
    shop = opened(bare)
    cashiers = shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="1001", pin=CASHIER_PIN)
    shop.clock.pass_s(SESSION_MAX_MS // 1000)
    shop.do(EndStaleSessions, SYSTEM)
    assert store.session(shop.read, cashiers.session_id) is not None
    shop.clock.pass_s(1)
    shop.do(EndStaleSessions, SYSTEM)
    assert store.session(shop.read, cashiers.session_id) is None
    assert [event.session_id for event in shop.events(SessionClosed)] == [cashiers.session_id]


def test_sessions_that_ended_leave_no_row(bare: Shop) -> None:
    shop = opened(bare)
    for _ in range(3):
        shop.do(SignIn, STRANGER, terminal_id=TILL, staff_no="1001", pin=CASHIER_PIN)
    assert len(shop.events(SessionOpened)) == 3
    assert len(store.sessions_before(shop.read, shop.clock.wall_ms + 1)) == 1
