"""What a frame waited on its way is found without the two clocks ever agreeing."""

from hub.devices.conversation.transit import HEARTBEATS_KEPT, Transit

BEHIND_MS = 7_000_000
"""The gateway's clock has nothing to do with ours."""


def test_a_frame_as_quick_as_the_quickest_took_no_time() -> None:
    transit = Transit()
    transit.heard(1_000, 1_000 + BEHIND_MS)
    assert transit.took_ms(1_500, 1_500 + BEHIND_MS) == 0


def test_what_it_waited_longer_than_the_quickest_is_seen() -> None:
    transit = Transit()
    for sent_ms, waited_ms in ((1_000, 40), (6_000, 3), (11_000, 900)):
        transit.heard(sent_ms, sent_ms + BEHIND_MS + waited_ms)
    assert transit.took_ms(12_000, 12_000 + BEHIND_MS + 2_503) == 2_500


def test_a_quicker_frame_than_any_before_is_no_trouble() -> None:
    transit = Transit()
    transit.heard(1_000, 1_000 + BEHIND_MS + 50)
    assert transit.took_ms(2_000, 2_000 + BEHIND_MS) == 0


def test_clocks_that_drift_apart_do_not_make_scans_late() -> None:
    """A day at 100 ppm is 8.6 s; only the last minute counts."""
    transit = Transit()
    for beat in range(24 * 60 * 12):
        sent_ms = 1 + beat * 5_000
        transit.heard(sent_ms, sent_ms + BEHIND_MS + sent_ms // 10_000)
    last_ms = 1 + 24 * 60 * HEARTBEATS_KEPT * 5_000
    assert transit.took_ms(last_ms, last_ms + BEHIND_MS + last_ms // 10_000) < 10


def test_a_gateway_that_tells_no_time_is_believed() -> None:
    transit = Transit()
    transit.heard(0, BEHIND_MS)
    assert transit.took_ms(0, BEHIND_MS + 9_000) == 0
    assert transit.took_ms(5, BEHIND_MS) == 0
