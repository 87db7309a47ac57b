"""Lock-out and roles, as pure rules."""

from hypothesis import given
from hypothesis import strategies as st

from hub.modules.identity.model import (
    ADMIN,
    CASHIER,
    LOCK_S,
    MANAGER,
    WRONG_PIN_LIMIT,
    PinState,
    after_wrong_pin,
    lock_left_s,
    permissions_of,
)

MONOTONIC = st.floats(min_value=0, max_value=1e7)


@given(MONOTONIC)
def test_only_the_fifth_wrong_pin_locks(monotonic_s: float) -> None:
    state = PinState()
    for tried in range(1, WRONG_PIN_LIMIT + 1):
        assert lock_left_s(state, monotonic_s) == 0
        state = after_wrong_pin(state, monotonic_s)
        assert (state.locked_until_ms > 0) == (tried == WRONG_PIN_LIMIT)
    assert lock_left_s(state, monotonic_s) == LOCK_S


@given(MONOTONIC, st.floats(min_value=0, max_value=3600))
def test_a_lock_ends_by_itself(monotonic_s: float, later_s: float) -> None:
    locked = after_wrong_pin(PinState(WRONG_PIN_LIMIT - 1), monotonic_s)
    left_s = lock_left_s(locked, monotonic_s + later_s)
    assert 0 <= left_s <= LOCK_S
    if later_s >= LOCK_S:
        assert left_s == 0
    if later_s < LOCK_S - 1:
        assert left_s > 0


@given(MONOTONIC)
def test_a_lock_from_before_a_restart_is_over(monotonic_s: float) -> None:
    locked = after_wrong_pin(PinState(WRONG_PIN_LIMIT - 1), monotonic_s + 2 * LOCK_S)
    assert lock_left_s(locked, monotonic_s) == 0


def test_each_role_may_do_what_the_one_below_may() -> None:
    assert CASHIER < MANAGER < ADMIN
    assert "audit.approve" not in CASHIER
    assert "identity.edit" not in MANAGER
    assert permissions_of("nobody") == frozenset()
