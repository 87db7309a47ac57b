"""What of a return's money is with the customer or may yet come there, by refunds that were replaced too."""

from collections import Counter

from hub.kernel.sql import Reader
from hub.modules.payments import store as payments
from hub.modules.returns import store


def given_fen(read: Reader, store_id: str, return_id: str) -> Counter[str]:
    """What went back by each payment."""
    given: Counter[str] = Counter()
    for one in store.all_refunds_of(read, store_id, return_id):
        if payments.refund(read, store_id, one.refund_id) is not None:
            given[one.payment_id] += one.amount_fen
    return given


def is_under_way(read: Reader, store_id: str, return_id: str, payment_id: str) -> bool:
    """Whether a terminal that was asked for this payment's part has not ended it, or ended it in doubt."""
    attempts = (
        payments.attempt(read, store_id, one.refund_id)
        for one in store.all_refunds_of(read, store_id, return_id)
        if one.payment_id == payment_id
    )
    return any(one is not None and one.is_open for one in attempts)
