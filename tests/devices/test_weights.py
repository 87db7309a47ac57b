"""When a weight may be sold: still for long enough, fresh, something there, and not sold before."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import messages as wire
from hub.devices import model
from hub.devices.messages import WeightView
from hub.devices.weights import MAX_SCALES, MAX_SOLD, Weights, grams_of
from hub.kernel.errors import Refused
from tests.modules.shop import TILL, OwnClock

# One reading: how long after the last one, what it says, whether it is at rest.
readings = st.lists(
    st.tuples(
        st.sampled_from([0, 50, 100, 400, 500, 2_000]), st.sampled_from([None, 0, 500, 505]), st.booleans()
    ),
    min_size=1,
    max_size=40,
)


@given(readings, st.integers(0, 3_000))
def test_what_may_be_sold_lay_still_is_fresh_and_is_there(said: list[Any], later_ms: int) -> None:
    pan, at_ms, history = None, 0, []
    for gap_ms, grams, stable in said:
        at_ms += gap_ms
        history.append((at_ms, grams, stable and grams is not None))
        pan = model.weighed(pan, grams, stable, at_ms)
    assert pan is not None
    now_ms = at_ms + later_ms
    if model.why_not_sold(pan, now_ms):
        return
    assert pan.grams is not None
    assert pan.grams > 0
    assert later_ms <= 1_500
    still_from = at_ms
    for when, grams, still in reversed(history):
        if (grams, still) != (pan.grams, True):
            break
        still_from = when
    assert at_ms - still_from >= 400


@given(readings)
def test_the_same_load_is_never_sold_twice(said: list[Any]) -> None:
    pan, at_ms, moved = None, 0, True
    for gap_ms, grams, stable in said:
        at_ms += gap_ms
        moved = moved or not stable or grams is None or grams != (pan.grams if pan else None)
        pan = model.weighed(pan, grams, stable, at_ms)
        if not model.why_not_sold(pan, at_ms):
            assert moved
            pan, moved = model.sold(pan), False
            assert model.why_not_sold(pan, at_ms) == "devices.weight_sold"


def test_a_silent_gap_is_no_rest() -> None:
    pan = model.weighed(None, 500, True, 0)
    pan = model.weighed(pan, 500, True, 2_000)
    assert model.why_not_sold(pan, 2_000) == "devices.weight_unsettled"
    pan = model.weighed(pan, 500, True, 2_400)
    assert model.why_not_sold(pan, 2_400) == ""


def test_a_reading_that_seems_older_than_the_last_does_not_turn_time_back() -> None:
    pan = model.weighed(model.weighed(None, 500, True, 5_000), 500, True, 4_000)
    assert (pan.at_ms, pan.still_since_ms) == (5_000, 5_000)


def weight(grams: int | None, *, unit: Any = "g", over: bool = False) -> wire.Weight:
    value = None if grams is None else Decimal(grams)
    return wire.Weight(value=value, unit=unit, stable=value is not None, over=over)


class Stage:
    """Weights on a clock of their own; scale-1 and scale-2 work for the till, no other does."""

    def __init__(self) -> None:
        self.clock = OwnClock()
        self.shown: list[WeightView] = []
        self.tills: dict[str, str] = {"scale-1": TILL, "scale-2": TILL}
        self.weights = Weights(self.clock, self.tills.get, lambda _till, view: self.shown.append(view))

    def settle(self, grams: int, device_id: str = "scale-1") -> None:
        self.clock.monotonic_s += 1
        self.weights.take(device_id, weight(grams), 500)
        self.weights.take(device_id, weight(grams), 0)

    def refusal(self, command_id: str = "c9") -> str:
        with pytest.raises(Refused) as refused:
            self.weights.sell(TILL, command_id)
        return refused.value.refusal.code


def test_a_load_is_sold_once_and_the_next_after_it() -> None:
    stage = Stage()
    assert stage.refusal() == "devices.weight_stale"
    stage.weights.take("scale-1", weight(1250), 0)
    assert stage.refusal() == "devices.weight_unsettled"
    stage.settle(1250)
    assert stage.weights.sell(TILL, "c1") == 1250
    assert stage.refusal("c2") == "devices.weight_sold"
    stage.settle(0)
    assert stage.refusal("c2") == "devices.weight_empty"
    stage.settle(735)
    assert stage.weights.sell(TILL, "c2") == 735


def test_a_till_that_missed_the_answer_is_told_the_same_grams() -> None:
    stage = Stage()
    stage.settle(1250)
    assert stage.weights.sell(TILL, "c1") == 1250
    stage.settle(500)
    assert stage.weights.sell(TILL, "c1") == 1250
    assert stage.weights.sell(TILL, "c2") == 500


def test_a_sale_that_came_to_nothing_gives_the_load_back() -> None:
    stage = Stage()
    stage.settle(1250)
    stage.weights.sell(TILL, "c1")
    stage.weights.give_back(TILL, "another")
    assert stage.refusal() == "devices.weight_sold"
    stage.weights.give_back(TILL, "c1")
    assert stage.weights.sell(TILL, "c2") == 1250


def test_the_newest_weight_is_kept_with_its_age_and_grows_old() -> None:
    stage = Stage()
    stage.weights.take("scale-1", weight(1250), 700)
    latest = stage.weights.latest(TILL)
    assert latest == WeightView("scale-1", 1250, "devices.weight_unsettled", 700)
    stage.clock.monotonic_s += 2
    assert stage.weights.latest(TILL) is None
    assert stage.weights.latest("T99") is None


def test_only_a_change_is_shown() -> None:
    stage = Stage()
    for _ in range(5):
        stage.settle(1250)
    stage.weights.take("scale-1", weight(None, over=True), 0)
    assert [(view.grams, view.reason) for view in stage.shown] == [
        (1250, "devices.weight_unsettled"),
        (1250, ""),
        (None, "devices.weight_unsettled"),
    ]


def test_a_scale_of_no_till_or_in_pounds_weighs_nothing() -> None:
    stage = Stage()
    stage.settle(1250, "nobodys")
    stage.weights.take("scale-2", weight(3, unit="lb"), 0)
    assert stage.refusal() == "devices.weight_stale"
    stage.settle(1250)
    stage.tills.clear()
    stage.weights.take("scale-1", weight(1250), 0)
    assert stage.refusal() == "devices.weight_stale"


def test_what_is_remembered_is_bounded() -> None:
    stage = Stage()
    for number in range(MAX_SCALES + 5):
        stage.tills[f"s{number}"] = TILL
        stage.weights.take(f"s{number}", weight(5), 0)
    assert len(stage.weights._scales) == MAX_SCALES
    stage = Stage()
    for number in range(MAX_SOLD + 5):
        stage.settle(number + 1)
        stage.weights.sell(TILL, f"c{number}")
    assert len(stage.weights._sold) == MAX_SOLD


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [
        ("1.250", "kg", 1250),
        ("0.0005", "kg", 1),
        ("0.0004", "kg", 0),
        ("-0.135", "kg", -135),
        ("100.49", "g", 100),
    ],
)
def test_grams_are_whole(value: str, unit: Any, grams: int) -> None:
    assert grams_of(wire.Weight(value=Decimal(value), unit=unit, stable=True)) == grams
