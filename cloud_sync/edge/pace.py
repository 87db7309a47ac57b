"""How fast a backlog drains: a token bucket that gives way to the tills. Pure; time is handed in."""


class TokenBucket:
    """`rate` tokens a second, at most `burst` saved up; a batch may overdraw it once.

    `rate` may be changed at any time and counts from then on.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self._burst = burst
        self._tokens = burst
        self._at_s: float | None = None

    def wait_s(self, now_s: float) -> float:
        """How long until something may be sent; 0 when now."""
        if self._at_s is not None:
            self._tokens = min(self._burst, self._tokens + (now_s - self._at_s) * self.rate)
        self._at_s = now_s
        return 0.0 if self._tokens > 0 else -self._tokens / self.rate + 1e-6

    def spend(self, tokens: int) -> None:
        """Count what was sent."""
        self._tokens -= tokens


class Backoff:
    """Exponential with full jitter between attempts to connect; `random` gives 0..1."""

    def __init__(self, first_s: float = 0.25, most_s: float = 30.0) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._failures = 0

    def failed(self, random: float) -> float:
        """How long to wait after one more failure."""
        ceiling_s = min(self._most_s, self._first_s * float(1 << min(self._failures, 16)))
        self._failures += 1
        return ceiling_s * (0.1 + 0.9 * random)

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self._failures = 0
