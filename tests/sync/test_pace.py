"""How fast a backlog goes, and how long a lost link waits."""

from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.edge.pace import Backoff, TokenBucket


@given(st.lists(st.integers(1, 500), min_size=20, max_size=200))
def test_the_rate_holds_over_time(batches: list[int]) -> None:
    bucket, now_s = TokenBucket(rate=1000, burst=500), 0.0
    for events in batches:
        now_s += bucket.wait_s(now_s)
        assert bucket.wait_s(now_s) == 0.0
        bucket.spend(events)
    assert sum(batches[:-1]) <= 500 + now_s * 1000 + 500


def test_the_wait_doubles_with_jitter_and_starts_again() -> None:
    backoff = Backoff(first_s=1.0, most_s=8.0)
    assert [backoff.failed(1.0) for _ in range(5)] == [1.0, 2.0, 4.0, 8.0, 8.0]
    assert backoff.failed(0.0) == 0.8
    backoff.succeeded()
    assert backoff.failed(1.0) == 1.0
