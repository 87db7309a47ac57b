"""PINs: the slow check that runs off the writer's thread, and the verdict inside it."""

from typing import Protocol

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.sql import Reader, Row
from hub.modules.identity import store
from hub.modules.identity.events import PinLocked, SignInFailed
from hub.modules.identity.model import LOCK_S, WRONG_PIN_LIMIT, PinState, after_wrong_pin, lock_left_s

# 19 MiB and two passes: the least that OWASP advises, a tenth of a second on a Pi.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY_HASH = _hasher.hash("nobody's PIN: a wrong number takes as long as a wrong PIN")


class Credentials(Protocol):
    """Anything that carries a staff number and a PIN."""

    @property
    def staff_no(self) -> str: ...
    @property
    def pin(self) -> str: ...


class PinCheck(msgspec.Struct, frozen=True):
    """What the slow check found; `pin_hash` is the one it was made against."""

    staff_id: str | None
    pin_hash: str
    right: bool


class Verdict(msgspec.Struct, frozen=True):
    """Who gave a right PIN, or None; the decision carries the refusal, events and counters either way."""

    staff: store.StaffRow | None
    decision: Decision
    known_staff_id: str | None = None


def hash_pin(pin: str) -> str:
    """An argon2 hash of a PIN; slow on purpose."""
    return _hasher.hash(pin)


def check_pin(credentials: Credentials, read: Reader) -> PinCheck:
    """Check a PIN; slow on purpose, and as slow for a staff number that nobody has."""
    member = store.staff_by_no(read, credentials.staff_no)
    row = store.pin(read, member.staff_id) if member else None
    pin_hash = row.pin_hash if row else _NOBODY_HASH
    return PinCheck(
        member.staff_id if member else None, pin_hash, _matches(pin_hash, credentials.pin) and row is not None
    )


def _matches(pin_hash: str, pin: str) -> bool:
    try:
        return _hasher.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def judge(ctx: Context, check: PinCheck) -> Verdict:
    """Let a right PIN through unless it is locked; count and record a wrong one.

    A number that nobody has leaves no event: strangers must not be able to fill the journal.
    """
    row = store.pin(ctx.read, check.staff_id) if check.staff_id else None
    member = store.staff_member(ctx.read, ctx.store_id, check.staff_id) if check.staff_id else None
    if row is None or member is None:
        return Verdict(None, Decision.refuse("identity.sign_in_refused", 401))
    state = PinState(row.failures, row.locked_until_ms)
    if left_s := lock_left_s(state, ctx.monotonic_s):
        return Verdict(None, Decision.refuse("identity.pin_locked", 423, wait_s=left_s), member.staff_id)
    if not check.right or check.pin_hash != row.pin_hash:
        return Verdict(None, _wrong_pin(ctx, row, state), member.staff_id)
    return Verdict(member, _counted_from_zero(row), member.staff_id)


def _counted_from_zero(row: store.PinRow) -> Decision:
    if row.failures == 0:
        return Decision()
    return Decision(local=((store.save_pin, pin_row(row.staff_id, row.pin_hash)),))


def _wrong_pin(ctx: Context, row: store.PinRow, state: PinState) -> Decision:
    after = after_wrong_pin(state, ctx.monotonic_s)
    failed = SignInFailed(staff_id=row.staff_id, terminal_id=ctx.terminal_id, failures=state.failures + 1)
    counted = Decision(
        events=(failed,), local=((store.save_pin, pin_row(row.staff_id, row.pin_hash, after)),)
    )
    if not after.locked_until_ms:
        left = WRONG_PIN_LIMIT - after.failures
        return counted + Decision.refuse("identity.sign_in_refused", 401, tries_left=left)
    locked = PinLocked(staff_id=row.staff_id, terminal_id=ctx.terminal_id, lock_s=LOCK_S)
    return counted + Decision.of(locked) + Decision.refuse("identity.pin_locked", 423, wait_s=LOCK_S)


def pin_row(staff_id: str, pin_hash: str, state: PinState | None = None) -> Row:
    """A row of the PIN table, unlocked unless a state is given."""
    state = state or PinState()
    return {
        "staff_id": staff_id,
        "pin_hash": pin_hash,
        "failures": state.failures,
        "locked_until_ms": state.locked_until_ms,
    }
