"""What a command may carry: one refusal each for ids, texts, amounts and quantities out of bounds."""

from hub.kernel.decision import Decision
from hub.kernel.ids import is_id
from hub.kernel.messages import MAX_TEXT_CHARS, is_clean_text
from hub.kernel.money import MAX_AMOUNT_FEN, MAX_QTY_MILLI


def check_ids(**ids: str | None) -> Decision | None:
    """A refusal naming the first id that is not 32 lower-case hex digits; None is no id at all."""
    for field, value in ids.items():
        if value is not None and not is_id(value):
            return Decision.refuse("id.malformed", 400, field=field)
    return None


def check_texts(*texts: str) -> Decision | None:
    """A refusal of the first text that must not be kept: NUL, lone surrogate, not NFC, too long."""
    for value in texts:
        if not is_clean_text(value):
            return Decision.refuse("text.invalid", 400, limit=MAX_TEXT_CHARS)
    return None


def check_amount(amount_fen: int) -> Decision | None:
    """A refusal of an amount below zero or over ten million yuan."""
    if 0 <= amount_fen <= MAX_AMOUNT_FEN:
        return None
    return Decision.refuse("money.out_of_range", 400, amount_fen=max(-(2**62), min(amount_fen, 2**62)))


def check_quantity(qty_milli: int) -> Decision | None:
    """A refusal of a quantity that is nothing, negative, or beyond a hundred thousand."""
    if 0 < qty_milli <= MAX_QTY_MILLI:
        return None
    return Decision.refuse("quantity.out_of_range", 400)
