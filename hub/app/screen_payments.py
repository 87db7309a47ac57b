"""What a customer's screen says of a card or code payment: what to do, never whose card or which code."""

from collections.abc import Sequence
from typing import Literal

from hub.app.screen_frames import ShownPayment
from hub.modules.orders.messages import Basket
from hub.modules.payments.events import AttemptMoved
from hub.modules.payments.messages import AttemptView

_GIVEN_UP = "payments.cancelled"
_OVER_UNPAID = ("refused", "reversed")
_AT_THE_TERMINAL = ("requested", "pending")


def refusal_in(event: object) -> AttemptMoved | None:
    """A payment that came to nothing, unless it was the cashier who gave it up."""
    if not isinstance(event, AttemptMoved) or event.act != "sale" or event.reason == _GIVEN_UP:
        return None
    return event if event.state in _OVER_UNPAID else None


def shown_payment(
    basket: Basket, held: Sequence[AttemptView], refused: AttemptMoved | None
) -> ShownPayment | None:
    """What the basket waits for, or else how its last payment ended."""
    parts = [one for one in held if one.order_id == basket.order_id]
    left_fen = basket.total_fen - sum(one.amount_fen for one in parts if one.state == "approved")
    current = next((one for one in parts if one.state != "approved"), None)
    if current is not None:
        return ShownPayment(step=_step(current), amount_fen=current.amount_fen, left_fen=left_fen)
    if refused is not None and refused.order_id == basket.order_id:
        return ShownPayment(step="refused", amount_fen=refused.amount_fen, left_fen=left_fen)
    if parts:
        return ShownPayment(step="approved", amount_fen=parts[-1].amount_fen, left_fen=left_fen)
    return None


def _step(attempt: AttemptView) -> Literal["show_code", "confirm", "use_terminal", "wait"]:
    if attempt.state == "awaiting_code":
        return "show_code"
    if attempt.state not in _AT_THE_TERMINAL:
        return "wait"
    return "use_terminal" if attempt.tender == "card" else "confirm"
