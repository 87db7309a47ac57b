"""Settlement of payment terminals: each closes its batch and tells its sums, held against ours."""

from typing import Protocol

from hub.kernel.bounds import check_ids, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.money import MAX_AMOUNT_FEN
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.payments import settled
from hub.modules.payments.events import (
    BatchTotals,
    Difference,
    SettlementAsked,
    SettlementDiffers,
    SettlementEnded,
)
from hub.modules.payments.handlers import no_open_shift, shift_to_pay_in
from hub.modules.payments.messages import (
    SettlementStarted,
    SettlementView,
    SettleTerminal,
    TakeSettlementAnswer,
)
from hub.modules.payments.model import SETTLEMENT_ENDS


class OurBatch(Protocol):
    """What this store has of a terminal. Joined by the app, for routes are not known here."""

    def __call__(self, device_id: str, since_ms: int, until_ms: int, ctx: Context) -> BatchTotals: ...


def settle_terminal(command: SettleTerminal, ctx: Context) -> Decision:
    """Ask for a settlement; one that failed or is unknown is asked for anew, under an id of its own."""
    refusal = (
        check_ids(settlement_id=command.settlement_id)
        or check_texts(command.device_id)
        or wrong_terminal(ctx, command.terminal_id)
    )
    if refusal is not None:
        return refusal
    shift = shift_to_pay_in(ctx, command.terminal_id)
    if shift is None:
        return no_open_shift(command.terminal_id)
    if settled.find(ctx.read, ctx.store_id, command.settlement_id) is not None:
        return Decision.refuse("payments.settlement_exists")
    earlier = settled.of_device(ctx.read, ctx.store_id, command.device_id)
    if any(one.state == "requested" for one in earlier):
        return Decision.refuse("payments.settlement_under_way")
    asked = SettlementAsked(
        settlement_id=command.settlement_id,
        device_id=command.device_id,
        terminal_id=shift.terminal_id,
        shift_id=shift.shift_id,
        since_ms=next((one.asked_ms for one in earlier if one.state == "done"), 0),
    )
    answer = SettlementStarted(settlement_id=command.settlement_id, device_id=command.device_id)
    return Decision.of(asked, answer=answer)


class Answers:
    """Takes what terminals say of their settlements."""

    def __init__(self, our_batch: OurBatch) -> None:
        self._our_batch = our_batch

    def take(self, command: TakeSettlementAnswer, ctx: Context) -> Decision:
        """The end of a settlement; a word that is no news changes nothing, a late one ends an unknown."""
        row = settled.find(ctx.read, ctx.store_id, command.settlement_id)
        if row is None or row.state in ("done", "failed") or command.state == "pending":
            return Decision()
        state = SETTLEMENT_ENDS[command.state]
        if row.state == state:
            return Decision()
        if (malformed := check_texts(command.reason, command.text, command.reference)) is not None:
            return malformed
        reason = command.reason
        if state == "done" and not _is_sound(command):
            state, reason = "unknown", "payments.settlement_unsound"
        ended = SettlementEnded(
            settlement_id=row.settlement_id,
            device_id=row.device_id,
            terminal_id=row.terminal_id,
            shift_id=row.shift_id,
            state=state,
            ours=self._our_batch(row.device_id, row.since_ms, row.asked_ms, ctx),
            their_count=command.count if state == "done" else None,
            their_fen=command.net_fen if state == "done" else None,
            theirs=command.totals if state == "done" else None,
            unknown_before=_unknown_before(row, ctx),
            reason=reason,
            text=command.text,
            reference=command.reference,
        )
        return Decision.of(ended, *_differs(ended))


def _is_sound(command: TakeSettlementAnswer) -> bool:
    """Sums that can be kept, and that agree with each other."""
    if command.count is None or command.net_fen is None or abs(command.net_fen) > 1000 * MAX_AMOUNT_FEN:
        return False
    return command.totals is None or command.totals.net_fen == command.net_fen


def _unknown_before(row: SettlementView, ctx: Context) -> int:
    """Settlements of unknown end since the last one that is done: the batch may have gone with one."""
    earlier = settled.of_device(ctx.read, ctx.store_id, row.device_id)
    return sum(
        one.state == "unknown" and one.since_ms == row.since_ms and one.settlement_id != row.settlement_id
        for one in earlier
    )


def _differs(ended: SettlementEnded) -> list[SettlementDiffers]:
    if ended.their_fen is None:
        return []
    ours, theirs = ended.ours, ended.theirs
    pairs = (
        [("sale", ours.kept_fen, theirs.kept_fen), ("refund", ours.refund_fen, theirs.refund_fen)]
        if theirs
        else [("net", ours.net_fen, ended.their_fen)]
    )
    found = tuple(
        Difference(kind=kind, our_fen=our_fen, their_fen=their_fen)
        for kind, our_fen, their_fen in pairs
        if our_fen != their_fen
    )
    if not found:
        return []
    return [
        SettlementDiffers(
            settlement_id=ended.settlement_id,
            device_id=ended.device_id,
            terminal_id=ended.terminal_id,
            shift_id=ended.shift_id,
            differences=found,
        )
    ]
