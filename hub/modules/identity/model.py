"""Pure rules: what each role may do, what a PIN may be, when it is locked."""

import re

import msgspec

CASHIER = frozenset({"orders.sell", "payments.shift", "catalogue.read", "inventory.read", "returns.take"})
MANAGER = CASHIER | {
    "audit.approve",
    "audit.read",
    "catalogue.recall",
    "devices.edit",
    "gateways.edit",
    "identity.read",
    "inventory.receive",
}
ADMIN = MANAGER | {"identity.edit", "catalogue.activate"}
PERMISSIONS: dict[str, frozenset[str]] = {"cashier": CASHIER, "manager": MANAGER, "admin": ADMIN}

WRONG_PIN_LIMIT = 5
LOCK_S = 60

SESSION_MAX_MS = 20 * 3_600_000
"""The longest day behind a till, and still over before the next one begins."""

_PIN = re.compile(r"[0-9]{4,12}")
_STAFF_NO = re.compile(r"[0-9A-Za-z-]{1,20}")
_TERMINAL_ID = re.compile(r"[0-9A-Z]{1,8}")


def permissions_of(role: str) -> frozenset[str]:
    """What a role may do; nothing for a role that is not one of ours."""
    return PERMISSIONS.get(role, frozenset())


def is_pin(pin: str) -> bool:
    """Four to twelve digits."""
    return _PIN.fullmatch(pin) is not None


def is_staff_no(staff_no: str) -> bool:
    """Up to twenty letters, digits and hyphens."""
    return _STAFF_NO.fullmatch(staff_no) is not None


def is_terminal_id(terminal_id: str) -> bool:
    """Up to eight capital letters and digits: it stands in every receipt number."""
    return _TERMINAL_ID.fullmatch(terminal_id) is not None


class PinState(msgspec.Struct, frozen=True):
    """Wrong PINs in a row, and until when none is accepted (monotonic time, 0 when not locked)."""

    failures: int = 0
    locked_until_ms: int = 0


def lock_left_s(state: PinState, monotonic_s: float) -> int:
    """Whole seconds until a PIN is accepted again; 0 when it is now.

    Monotonic time starts again with the machine: a lock that would end later than a whole lock from now
    was set before a restart, and a restart takes about as long as a lock.
    """
    left_ms = state.locked_until_ms - int(monotonic_s * 1000)
    if left_ms <= 0 or left_ms > LOCK_S * 1000:
        return 0
    return -(-left_ms // 1000)


def after_wrong_pin(state: PinState, monotonic_s: float) -> PinState:
    """One more wrong PIN; the fifth in a row locks, and the count begins again after the lock."""
    failures = state.failures + 1
    if failures < WRONG_PIN_LIMIT:
        return PinState(failures)
    return PinState(0, int(monotonic_s * 1000) + LOCK_S * 1000)
