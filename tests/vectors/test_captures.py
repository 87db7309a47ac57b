"""Lines recorded in the field: what a driver made of each once, it makes of it for ever.

A file here is a recording (`dianshu drivers record`) that `dianshu drivers replay --as-test` has written
what is heard into. Where the driver was wrong, put right what is heard by hand, and mend the driver.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.gateway.capture import plain, read_capture, replay

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.jsonl"))


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_recorded_line_is_heard_as_ever(path: Path) -> None:
    capture = read_capture(path)
    assert any(traffic.heard for traffic in capture.traffic), "nothing is expected: see --as-test"
    assert [plain(heard) for _, heard in replay(capture)] == [traffic.heard for traffic in capture.traffic]


def test_there_are_some() -> None:
    assert CAPTURES
