"""Pure rules: what a gateway may be called, and how long and how often a code may be tried."""

import re

CODE_LASTS_S = 600
WRONG_CODES_LIMIT = 5
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def is_name(gateway_id: str) -> bool:
    """Up to 32 small letters, digits and hyphens: it names files on the other computer."""
    return _NAME.fullmatch(gateway_id) is not None


def is_open(opened_ms: int, monotonic_s: float) -> bool:
    """Whether a code is still good; one of the future was made before the machine restarted."""
    return 0 <= monotonic_s * 1000 - opened_ms < CODE_LASTS_S * 1000
