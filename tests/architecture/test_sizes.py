"""Files and functions stay small. The limits are a ratchet: they may be lowered, never raised."""

import statistics

from tests.architecture.house import AROUND, PRODUCT, product, sources

FILE_LINES_MAX = 400
FILE_LINES_MEDIAN_MAX = 100
FUNCTION_LINES_MAX = 70
FUNCTION_LINES_P95_MAX = 40


def test_no_file_is_too_long() -> None:
    lengths = {source.path: len(source.lines) for source in sources(*PRODUCT, *AROUND)}
    assert {path: length for path, length in lengths.items() if length > FILE_LINES_MAX} == {}


def test_the_median_file_is_short() -> None:
    assert statistics.median(len(source.lines) for source in product()) <= FILE_LINES_MEDIAN_MAX


def test_no_function_is_too_long() -> None:
    too_long = {
        place: length
        for source in sources(*PRODUCT, *AROUND)
        for place, length in source.functions()
        if length > FUNCTION_LINES_MAX
    }
    assert too_long == {}


def test_nineteen_functions_in_twenty_are_short() -> None:
    lengths = sorted(length for source in product() for _, length in source.functions())
    assert lengths[len(lengths) * 95 // 100] <= FUNCTION_LINES_P95_MAX
