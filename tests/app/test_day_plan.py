"""Days of trade as data: each reads, each is its seed, and a wrong one says why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hub.app.demo.day.plan import (
    DayUnreadable,
    customers_of,
    day_names,
    find_faults,
    minutes,
    parse_day,
    read_day,
)
from hub.modules.payments.pay_codes import pay_scheme

GOOD = """
title = "一天"
title_en = "A day"
float_fen = 100
shifts = ["08:00"]
closes = "09:00"
things = [1, 2]
grams = [100, 200]
weighed_percent = 50
categories = { produce = 1 }
percent = { void = 50, park = 50 }
tenders = { cash = 1, card = 1, code = 2 }
at_terminal = { decline = 20, cancel = 20 }
hours = [{ from = "08:00", customers = 40 }]
"""


@pytest.mark.parametrize("name", day_names())
def test_every_day_is_its_seed(name: str) -> None:
    day = read_day(name)
    everybody = customers_of(day, 7)
    assert everybody == customers_of(day, 7)
    assert everybody != customers_of(day, 8)
    assert len(everybody) == sum(hour.customers for hour in day.hours)
    assert [one.at_min for one in everybody] == sorted(one.at_min for one in everybody)
    assert minutes(day.shifts[0]) <= everybody[0].at_min
    assert everybody[-1].at_min <= minutes(day.closes)


def test_a_few_of_the_customers_are_spread_over_the_day() -> None:
    day = read_day("saturday")
    few = customers_of(day, 7, at_most=12)
    assert len(few) == 12
    assert few[-1].at_min - few[0].at_min > 6 * 60
    everybody = customers_of(day, 7)
    assert all(one in everybody for one in few)


def test_customers_bring_what_the_day_says() -> None:
    everybody = customers_of(parse_day(GOOD, "a"), 1)
    things = [thing for one in everybody for thing in one.things]
    assert {one.mishap for one in everybody} == {"void", "park"}
    assert {len(one.things) for one in everybody} == {1, 2}
    assert all(thing.grams is None or 100 <= thing.grams <= 200 for thing in things)
    assert all((thing.grams is None) == bool(thing.item.barcodes) for thing in things)
    assert 10 < sum(thing.grams is not None for thing in things) < len(things) - 10
    assert {thing.item.category for thing in things if thing.grams is None} == {"produce"}
    assert all(480 <= one.at_min < 540 for one in everybody)


def test_customers_pay_as_the_day_says() -> None:
    purses = [
        one.purse
        for one in customers_of(parse_day(GOOD.replace("customers = 40", "customers = 400"), "a"), 3)
    ]
    tenders = Counter(purse.tender for purse in purses)
    assert tenders["code"] > tenders["cash"] > 50
    assert tenders["card"] > 50
    assert {purse.choice for purse in purses if purse.tender != "cash"} == {"approve", "decline", "cancel"}
    assert all(purse.choice == "approve" for purse in purses if purse.tender == "cash")
    schemes = Counter(pay_scheme(purse.pay_code) for purse in purses if purse.tender == "code")
    assert set(schemes) == {"wechat", "alipay", "unionpay"}
    assert not any(purse.pay_code for purse in purses if purse.tender != "code")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "is no day"),
        (GOOD.replace("08:00", "8 am"), "is no day"),
        (GOOD + "weather = 1\n", "weather"),
        (GOOD.replace("produce", "fireworks"), "fireworks"),
        (GOOD.replace('shifts = ["08:00"]', "shifts = []"), "no hours, shifts"),
        (GOOD.replace("cash = 1, card", "cheque = 1, card"), "cheque"),
        (GOOD.replace("{ cash = 1, card = 1, code = 2 }", "{}"), "tenders"),
    ],
)
def test_a_wrong_day_says_why(text: str, why: str) -> None:
    with pytest.raises(DayUnreadable, match=why):
        parse_day(text, "a")


def test_days_and_faults_are_found_by_name(tmp_path: Path) -> None:
    assert day_names() == ["saturday", "weekday"]
    with pytest.raises(DayUnreadable, match="there are saturday, weekday"):
        read_day("sunday")
    assert find_faults("bad_day").name == "faults_bad_day.toml"
    own = tmp_path / "own.toml"
    own.write_text("")
    assert find_faults(str(own)) == own
    with pytest.raises(DayUnreadable, match="nowhere"):
        find_faults("nowhere")
