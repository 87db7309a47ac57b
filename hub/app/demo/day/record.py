"""What a played day came to, seen from the cashier's side."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attempt:
    """A code held under a scanner; `heard` is what the scanner thinks, `faults` those it had around then.

    Of a customer's payment code only that there was one.
    """

    device_id: str
    code: str
    heard: bool
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Weighed:
    """What was put on the pan, and what the till sold of it; None where it would not.

    How far the pan had drifted before it was put down, and by the time that it was taken off.
    """

    load_g: int
    sold_g: int | None
    faults: tuple[str, ...]
    before_g: int = 0
    after_g: int = 0


@dataclass(frozen=True)
class Paper:
    """A whole receipt that came out of a printer."""

    device_id: str
    receipt_no: str
    is_copy: bool


@dataclass(frozen=True)
class Asked:
    """A card or code payment that was asked for, what its customer did, and where it stood when they left."""

    attempt_id: str
    tender: str
    choice: str
    amount_fen: int
    state: str


@dataclass(frozen=True)
class Taken:
    """One line of an acquirer's own book."""

    device_id: str
    request_id: str
    act: str
    amount_fen: int
    state: str
    moved_fen: tuple[int, ...]
    """Every movement of its money, as it happened."""


@dataclass
class DayRecord:
    """Counts and evidence, growing while the day is played."""

    customers: int = 0
    sales: int = 0
    taken_fen: int = 0
    tenders: Counter[str] = field(default_factory=Counter)
    """How many sales by what they were paid with in the end."""
    lines: int = 0
    typed_codes: int = 0
    typed_weights: int = 0
    voids: int = 0
    parks: int = 0
    no_sales: int = 0
    shifts: int = 0
    refused_scans: int = 0
    difference_fen: int = 0
    settled_by_hand: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    weighings: list[Weighed] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    blank_papers: int = 0
    """Pieces of paper with nothing on them."""
    asked: list[Asked] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    """Payments that the till still shows as of unknown end when the day is over."""
    books: list[Taken] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    """Receipt numbers by order."""

    @property
    def weighed_g(self) -> int:
        """What the scale sold."""
        return sum(weighed.sold_g or 0 for weighed in self.weighings)
