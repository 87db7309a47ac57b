"""What a benchmark found, and the table of it all."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; without a target it is only told."""

    bench: str
    what: str
    measured: float
    unit: str
    target: float | None = None
    bound: Literal["at least", "at most"] = "at least"

    @property
    def is_met(self) -> bool:
        """Whether the target is reached; a figure without one always is."""
        if self.target is None:
            return True
        return self.measured >= self.target if self.bound == "at least" else self.measured <= self.target


def table(figures: list[Figure]) -> str:
    """Every figure in one table, as it also stands in docs/performance.md."""
    lines = ["| bench | figure | target | measured | |", "|---|---|---|---|---|"]
    for one in figures:
        measured = f"{_number(one.measured)} {one.unit}"
        lines.append(f"| {one.bench} | {one.what} | {_target(one)} | {measured} | {_verdict(one)} |")
    return "\n".join(lines)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    sign = "≥" if figure.bound == "at least" else "≤"
    return f"{sign} {_number(figure.target)} {figure.unit}".rstrip()


def _verdict(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return "ok" if figure.is_met else "**not**"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
