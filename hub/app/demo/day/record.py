"""What a played day came to, seen from the cashier's side."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attempt:
    """A code held under a scanner; `heard` is what the scanner thinks, `faults` those it had around then."""

    device_id: str
    code: str
    heard: bool
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Weighed:
    """What was put on the pan, and what the till sold of it; None where it would not."""

    load_g: int
    sold_g: int | None
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """A whole receipt that came out of a printer."""

    device_id: str
    receipt_no: str
    is_copy: bool


@dataclass
class DayRecord:
    """Counts and evidence, growing while the day is played."""

    customers: int = 0
    sales: int = 0
    taken_fen: int = 0
    lines: int = 0
    typed_codes: int = 0
    typed_weights: int = 0
    voids: int = 0
    parks: int = 0
    no_sales: int = 0
    shifts: int = 0
    refused_scans: int = 0
    difference_fen: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    weighings: list[Weighed] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    """Receipt numbers by order."""

    @property
    def weighed_g(self) -> int:
        """What the scale sold."""
        return sum(weighed.sold_g or 0 for weighed in self.weighings)
