"""When a weight may be sold: still for long enough, fresh, something there, and not sold before."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import messages as wire
from hub.devices import model
from hub.devices.messages import WeightView
from hub.devices.weights import MAX_SCALES, MAX_SOLD, Sold, Weights, grams_of
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
        pan = model.weighed(pan, model.Said(grams, stable), at_ms)
    assert pan is not None
    now_ms = at_ms + later_ms
    if model.why_not_sold(pan, now_ms):
        return
    assert pan.said.grams is not None
    assert pan.said.grams > 0
    assert later_ms <= 1_500
    still_from = at_ms
    for when, grams, still in reversed(history):
        if (grams, still) != (pan.said.grams, True):
            break
        still_from = when
    assert at_ms - still_from >= 400


@given(readings)
def test_the_same_load_is_never_sold_twice(said: list[Any]) -> None:
    pan: model.Pan | None = None
    at_ms, moved = 0, True
    for gap_ms, grams, stable in said:
        at_ms += gap_ms
        before = pan.said.grams if pan else None
        moved = moved or not stable or not grams or before is None or abs(grams - before) > 10
        pan = model.weighed(pan, model.Said(grams, stable), at_ms)
        if not model.why_not_sold(pan, at_ms):
            assert moved
            pan, moved = model.sold(pan), False
            assert model.why_not_sold(pan, at_ms) == "devices.weight_sold"


def test_a_silent_gap_is_no_rest() -> None:
    pan = model.weighed(None, still(500), 0)
    pan = model.weighed(pan, still(500), 2_000)
    assert model.why_not_sold(pan, 2_000) == "devices.weight_unsettled"
    pan = model.weighed(pan, still(500), 2_400)
    assert model.why_not_sold(pan, 2_400) == ""


def test_a_reading_that_seems_older_than_the_last_does_not_turn_time_back() -> None:
    pan = model.weighed(model.weighed(None, still(500), 5_000), still(500), 4_000)
    assert (pan.at_ms, pan.still_since_ms) == (5_000, 5_000)


def still(grams: int, **told: Any) -> model.Said:
    return model.Said(grams, True, **told)


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
    assert stage.weights.sell(TILL, "c1").grams == 1250
    assert stage.refusal("c2") == "devices.weight_sold"
    stage.settle(0)
    assert stage.refusal("c2") == "devices.weight_empty"
    stage.settle(735)
    assert stage.weights.sell(TILL, "c2").grams == 735


def test_a_till_that_missed_the_answer_is_told_the_same_grams() -> None:
    stage = Stage()
    stage.settle(1250)
    assert stage.weights.sell(TILL, "c1").grams == 1250
    stage.settle(500)
    assert stage.weights.sell(TILL, "c1").grams == 1250
    assert stage.weights.sell(TILL, "c2").grams == 500


def test_a_sale_that_came_to_nothing_gives_the_load_back() -> None:
    stage = Stage()
    stage.settle(1250)
    stage.weights.sell(TILL, "c1")
    stage.weights.give_back(TILL, "another")
    assert stage.refusal() == "devices.weight_sold"
    stage.weights.give_back(TILL, "c1")
    assert stage.weights.sell(TILL, "c2").grams == 1250


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
        (None, "devices.weight_over"),
    ]


def test_a_scale_of_no_till_weighs_nothing() -> None:
    stage = Stage()
    stage.settle(1250, "nobodys")
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
        stage.settle(100 * (number + 1))
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
    assert grams_of(Decimal(value), unit) == grams


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (wire.Weight(value=None, unit="kg", stable=False, over=True), "devices.weight_over"),
        (wire.Weight(value=None, unit="kg", stable=False, under=True), "devices.weight_under"),
        (wire.Weight(value=Decimal(3), unit="lb", stable=True), "devices.weight_unit"),
        (wire.Weight(value=Decimal(3), unit="oz", stable=True), "devices.weight_unit"),
        (wire.Weight(value=None, unit="kg", stable=False), "devices.weight_unsettled"),
    ],
)
def test_what_cannot_be_weighed_says_why_and_is_never_nothing(said: wire.Weight, reason: str) -> None:
    stage = Stage()
    stage.weights.take("scale-1", said, 0)
    stage.clock.monotonic_s += 1
    stage.weights.take("scale-1", said, 0)
    assert stage.refusal() == reason
    assert stage.shown[-1].grams is None


def test_a_sold_load_that_creeps_is_still_sold() -> None:
    pan = model.sold(model.weighed(None, still(500), 0))
    for grams in (505, 515, 520):
        pan = model.weighed(pan, still(grams), 500)
        assert pan.is_sold
    assert not model.weighed(pan, still(600), 500).is_sold
    assert not model.weighed(pan, still(0), 500).is_sold
    assert not model.weighed(pan, model.Said(520, False), 500).is_sold


def test_a_scale_that_falls_silent_is_shown_to_say_nothing() -> None:
    stage = Stage()
    stage.settle(1250)
    stage.weights.grow_old()
    assert stage.shown[-1].reason == ""
    stage.clock.monotonic_s += 2
    stage.weights.grow_old()
    stage.weights.grow_old()
    assert [view.reason for view in stage.shown[-2:]] == ["", "devices.weight_stale"]


def test_what_a_sale_keeps_of_the_scale() -> None:
    stage = Stage()
    net = msgspec.structs.replace(weight(1250), net=True, tare=Decimal(40), raw_hex="02")
    stage.weights.take("scale-1", net, 500)
    stage.weights.take("scale-1", net, 0)
    assert stage.weights.sell(TILL, "c1") == Sold("scale-1", 1250, True, 40, "02")


@pytest.mark.parametrize(
    ("key", "said", "reason"),
    [
        ("zero", model.Said(None, False), "devices.weight_unsettled"),
        ("zero", model.Said(None, False, "devices.weight_under"), ""),
        ("zero", still(5), ""),
        ("tare", still(0), "devices.weight_empty"),
        ("tare", still(40), ""),
        ("tare", model.Said(None, False, "devices.weight_over"), "devices.weight_over"),
        ("clear_tare", model.Said(None, False), ""),
    ],
)
def test_keys_wait_for_a_pan_at_rest(key: str, said: model.Said, reason: str) -> None:
    pan = model.weighed(None, said, 0)
    assert model.why_not_pressed(pan, key, 0) == reason
    assert model.why_not_pressed(pan, key, 2_000) == "devices.weight_stale"


@pytest.mark.parametrize(
    ("then", "after_ms", "tare_g"),
    [
        (still(0, net=True), 500, 40),
        (still(0), 500, 40),
        (still(40), 500, None),
        (still(0), 3_000, None),
        (still(0, tare_g=45), 500, 45),
    ],
)
def test_a_tare_counts_once_the_scale_shows_it(then: model.Said, after_ms: int, tare_g: int | None) -> None:
    pan = model.pressed(model.weighed(None, still(40), 0), "tare", 0)
    assert pan.tare_g is None
    assert model.weighed(pan, then, after_ms).tare_g == tare_g


def test_a_tare_ends_with_the_key_or_when_the_scale_says_so() -> None:
    pan = model.weighed(model.pressed(model.weighed(None, still(40), 0), "tare", 0), still(0, net=True), 500)
    assert model.weighed(pan, still(500, net=True), 900).tare_g == 40
    assert model.pressed(pan, "zero", 900).tare_g is None
    assert model.weighed(pan, still(500, net=False), 900).tare_g is None
    cleared = model.pressed(pan, "clear_tare", 900)
    assert model.weighed(cleared, still(40), 1_000).tare_g is None
    assert model.weighed(cleared, still(0, net=True), 1_000).tare_g == 40
    told = model.weighed(pan, still(500, net=True, tare_g=45), 900)
    assert told.tare_g == 45
    assert model.weighed(told, still(545), 1_000).tare_g is None


@pytest.mark.parametrize("tells", [True, False], ids=["tells its tare", "tells none"])
def test_a_tare_makes_no_sold_load_new(tells: bool) -> None:
    """Tared, cleared and told a tare, what was sold lies there still; less or more of it is new."""
    pan = model.sold(model.weighed(None, still(500), 0))
    zero, gross = (still(0, net=True, tare_g=500), still(500, net=False)) if tells else (still(0), still(500))
    pan = model.weighed(model.pressed(pan, "tare", 100), zero, 200)
    assert pan.is_sold
    pan = model.weighed(model.pressed(pan, "clear_tare", 300), gross, 400)
    assert pan.is_sold
    pan = model.weighed(model.pressed(pan, "preset_tare", 500, 40), still(460, net=True, tare_g=40), 600)
    assert pan.is_sold
    assert not model.weighed(pan, still(0, net=True, tare_g=40), 700).is_sold
    assert not model.weighed(pan, still(-40, net=True, tare_g=40), 700).is_sold
    assert not model.weighed(pan, still(560, net=True, tare_g=40), 700).is_sold


def test_a_tare_begins_the_wait_for_rest_anew() -> None:
    pan = model.weighed(model.weighed(None, still(500), 0), still(500), 400)
    assert model.why_not_sold(pan, 400) == ""
    net = still(460, net=True, tare_g=40)
    pan = model.weighed(model.pressed(pan, "preset_tare", 400, 40), net, 500)
    assert model.why_not_sold(pan, 500) == "devices.weight_unsettled"
    pan = model.weighed(pan, net, 900)
    assert model.why_not_sold(pan, 900) == ""
    assert model.why_not_sold(model.weighed(pan, still(-40, net=True, tare_g=40), 950), 950) != ""


def test_a_scale_is_told_a_tare_only_where_it_has_none_of_its_own() -> None:
    bare = model.weighed(None, model.Said(None, False), 0)
    assert model.why_not_preset(bare, 0) == ""
    assert model.why_not_preset(bare, 2_000) == "devices.weight_stale"
    own = model.weighed(None, still(0, net=True), 0)
    assert model.why_not_preset(own, 0) == "devices.tare_by_key"
    told = model.weighed(model.pressed(bare, "preset_tare", 0, 40), still(460, net=True, tare_g=40), 100)
    assert told.is_preset
    assert model.why_not_preset(told, 100) == ""
    lost = model.weighed(told, still(500), 200)
    assert (lost.tare_g, lost.is_preset) == (None, False)


def test_a_told_tare_ends_when_what_was_sold_with_it_leaves() -> None:
    stage = Stage()
    net = msgspec.structs.replace(weight(460), net=True, tare=Decimal(40))
    stage.settle(500)
    stage.weights.pressed("scale-1", "preset_tare", 40)
    stage.clock.monotonic_s += 1
    for age_ms in (500, 0):
        stage.weights.take("scale-1", net, age_ms)
    assert stage.weights.sell(TILL, "c1").tare_g == 40
    stage.weights.take("scale-1", net, 0)
    assert stage.weights.tares_over() == []
    stage.weights.take("scale-1", msgspec.structs.replace(net, value=Decimal(-40)), 0)
    assert stage.weights.tares_over() == ["scale-1"]
    assert [view.is_preset for view in stage.shown[-2:]] == [True, False]
    stage.settle(500)
    assert stage.weights.tares_over() == []
