"""The acquirer's own book: what was asked, what became of it, and every movement of money."""

import msgspec

from hardware_sim.views import EntryState, LedgerEntry, Movement


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What moved since the last settlement: in all, and counts and sums of sales, refunds and reversals."""

    count: int
    net_fen: int
    counts: tuple[int, int, int]
    sums_fen: tuple[int, int, int]


class Ledger:
    """It outlives every loss of power and of answers; whoever asks with the same id finds the same entry."""

    def __init__(self) -> None:
        self.entries: dict[str, LedgerEntry] = {}
        self.movements: list[Movement] = []
        self._settled = 0
        self._barred: set[str] = set()

    @property
    def held_fen(self) -> int:
        """What the shop has got so far."""
        return sum(movement.amount_fen for movement in self.movements)

    def open(self, entry: LedgerEntry) -> None:
        """A sale waits for its customer."""
        self.entries[entry.request_id] = entry

    def close(self, request_id: str, state: EntryState) -> None:
        """The entry's end; what was taken or undone moves money."""
        before = self.entries[request_id]
        self.entries[request_id] = msgspec.structs.replace(before, state=state)
        sign = 1 if before.act == "sale" else -1
        if state == "taken":
            self._move(request_id, sign * before.amount_fen)
        elif state == "reversed" and before.state == "taken":
            self._move(request_id, -sign * before.amount_fen)

    def bar(self, request_id: str) -> None:
        """Reversed before it ever came: it must not be taken when it does."""
        self._barred.add(request_id)

    def is_barred(self, request_id: str) -> bool:
        return request_id in self._barred

    def refundable_fen(self, original_id: str) -> int:
        """What is left of a sale that was taken; 0 of any other."""
        original = self.entries.get(original_id)
        if original is None or (original.act, original.state) != ("sale", "taken"):
            return 0
        given_back = (
            entry.amount_fen
            for entry in self.entries.values()
            if (entry.act, entry.state, entry.original_id) == ("refund", "taken", original_id)
        )
        return original.amount_fen - sum(given_back)

    def settle(self) -> Batch:
        """The movements since the last settlement."""
        moved = self.movements[self._settled :]
        self._settled = len(self.movements)
        sales = [one.amount_fen for one in moved if one.amount_fen > 0]
        back = [(self.entries[one.request_id].act, -one.amount_fen) for one in moved if one.amount_fen < 0]
        refunds, undone = ([fen for act, fen in back if act == kind] for kind in ("refund", "sale"))
        return Batch(
            count=len(moved),
            net_fen=sum(one.amount_fen for one in moved),
            counts=(len(sales), len(refunds), len(undone)),
            sums_fen=(sum(sales), sum(refunds), sum(undone)),
        )

    def next_number(self) -> str:
        """The number of the next entry."""
        return f"{len(self.entries) + 1:012d}"

    def _move(self, request_id: str, amount_fen: int) -> None:
        self.movements.append(Movement(request_id=request_id, amount_fen=amount_fen))
