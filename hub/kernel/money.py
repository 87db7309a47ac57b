"""Money is integer fen; quantity is integer thousandths. No float comes near either."""

MAX_AMOUNT_FEN = 10_000_000_00
"""The largest amount of one line, payment or order: ten million yuan."""

MAX_QTY_MILLI = 100_000_000
"""The largest quantity of one line: a hundred thousand pieces or kilograms."""


def in_range(amount_fen: int) -> bool:
    """Whether an amount is within what one line, payment or order may carry."""
    return -MAX_AMOUNT_FEN <= amount_fen <= MAX_AMOUNT_FEN


def line_amount_fen(unit_price_fen: int, qty_milli: int) -> int:
    """Price times quantity, half a fen rounded away from zero."""
    product = unit_price_fen * qty_milli
    rounded = (abs(product) + 500) // 1000
    return rounded if product >= 0 else -rounded


def tax_included_fen(amount_fen: int, rate_bp: int) -> int:
    """The tax inside a tax-inclusive amount, at a rate in basis points, half a fen away from zero."""
    divisor = 10_000 + rate_bp
    rounded = (2 * abs(amount_fen) * rate_bp + divisor) // (2 * divisor)
    return rounded if amount_fen >= 0 else -rounded


def allocate_fen(total_fen: int, weights: list[int]) -> list[int]:
    """`total_fen` split by non-negative `weights` by largest remainder; the parts sum to the total.

    Raises ValueError when there are no weights or all are zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative with a positive sum")
    magnitude = abs(total_fen)
    parts = [magnitude * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(magnitude * weights[i] % whole), i))
    for index in by_remainder[: magnitude - sum(parts)]:
        parts[index] += 1
    return parts if total_fen >= 0 else [-part for part in parts]


def yuan(amount_fen: int) -> str:
    """An amount for people: 1234 → "12.34"."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"
