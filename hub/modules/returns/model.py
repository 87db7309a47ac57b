"""Pure rules: what a part of a line is worth, and which payments the money goes back by."""

from collections.abc import Sequence

import msgspec


class Share(msgspec.Struct, frozen=True):
    """A line as it was sold, and how much of it is back already."""

    qty_milli: int
    amount_fen: int
    tax_fen: int
    returned_milli: int

    @property
    def left_milli(self) -> int:
        """How much of it can still come back."""
        return self.qty_milli - self.returned_milli

    def worth_fen(self, qty_milli: int) -> int:
        """What was paid for so much more of it."""
        return self._part(self.amount_fen, self.returned_milli + qty_milli) - self.returned_fen

    def tax_of_fen(self, qty_milli: int) -> int:
        """The tax in that."""
        return self._part(self.tax_fen, self.returned_milli + qty_milli) - self._part(
            self.tax_fen, self.returned_milli
        )

    @property
    def returned_fen(self) -> int:
        """What was paid for all that is back."""
        return self._part(self.amount_fen, self.returned_milli)

    def _part(self, whole_fen: int, qty_milli: int) -> int:
        """Each part is what all parts so far come to, so that the parts of a line add up to it."""
        return (2 * whole_fen * qty_milli + self.qty_milli) // (2 * self.qty_milli)


class Payable(msgspec.Struct, frozen=True):
    """A payment of the order, and what of it has not gone back."""

    payment_id: str
    tender: str
    left_fen: int


def split_back(refund_fen: int, payments: Sequence[Payable]) -> list[tuple[Payable, int]]:
    """How much goes back by each payment: cards and codes first, for no cash is drawn on a card."""
    parts: list[tuple[Payable, int]] = []
    for payment in sorted(payments, key=lambda one: one.tender == "cash"):
        part_fen = min(refund_fen, payment.left_fen)
        if part_fen > 0:
            parts.append((payment, part_fen))
            refund_fen -= part_fen
    return parts


def return_no(receipt_no: str, number: int) -> str:
    """The number on the slip: the receipt's own, and which return of that order it is."""
    return f"{receipt_no}-R{number}"
