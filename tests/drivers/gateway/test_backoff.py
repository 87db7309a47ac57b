"""Waits between tries: they grow, are bounded on both sides, and no two gateways wait alike."""

from __future__ import annotations

import random

from drivers.gateway.backoff import SHORTEST_SHARE, Backoff
from drivers.gateway.keeper import RETRY_CEILING_S, RETRY_FIRST_S


def test_no_wait_is_longer_than_the_ceiling_nor_shorter_than_a_tenth() -> None:
    for seed in range(200):
        backoff, ceiling_s = Backoff(RETRY_FIRST_S, RETRY_CEILING_S, random.Random(seed)), RETRY_FIRST_S
        for _ in range(12):
            assert ceiling_s * SHORTEST_SHARE <= backoff.next_s() <= ceiling_s <= RETRY_CEILING_S
            ceiling_s = min(RETRY_CEILING_S, ceiling_s * 2)


def test_the_waits_of_many_spread_over_the_whole_range() -> None:
    waits_s = []
    for seed in range(500):
        backoff = Backoff(RETRY_CEILING_S, RETRY_CEILING_S, random.Random(seed))
        waits_s.append(backoff.next_s() / RETRY_CEILING_S)
    assert min(waits_s) < 0.15
    assert max(waits_s) > 0.95
    assert 0.5 < sum(waits_s) / len(waits_s) < 0.6


def test_it_starts_again_from_the_shortest() -> None:
    backoff = Backoff(1.0, 8.0, random.Random(1))
    for _ in range(5):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 1.0
