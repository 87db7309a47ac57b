"""A day of trade from its data file and a seed: who comes when, with what, and what goes wrong."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from random import Random
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from hub.modules.catalogue.demo import items
from hub.modules.catalogue.messages import Item

Time = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Mishap = Literal["void", "park", "unknown_code", "no_sale"]
Tender = Literal["cash", "card", "code"]
Choice = Literal["approve", "decline", "cancel"]
Percent = Annotated[int, Meta(ge=0, le=100)]
Count = Annotated[int, Meta(ge=1, le=10_000)]
MIN_PER_HOUR = 60
D = TypeVar("D", bound=str)


class DayUnreadable(Exception):
    """There is no such day, or its file cannot be used; the message says why in one line."""


class Hour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """So many customers in the hour that begins here."""

    from_: Time
    customers: Count


class Day(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the files beside this one; `things` and `grams` are the least and the most.

    `tenders` are shares; `at_terminal` is how many in a hundred of those who pay by card or code do not.
    """

    title: str
    title_en: str
    float_fen: Annotated[int, Meta(ge=0, le=10_000_000)]
    shifts: tuple[Time, ...]
    closes: Time
    things: tuple[Count, Count]
    grams: tuple[Count, Count]
    weighed_percent: Percent
    hours: tuple[Hour, ...]
    categories: dict[str, Count]
    percent: dict[Mishap, Percent]
    tenders: dict[Tender, Count]
    at_terminal: dict[Choice, Percent]


class Thing(msgspec.Struct, frozen=True):
    """A thing out of a customer's hands: to be scanned, or with grams to be weighed."""

    item: Item
    grams: int | None = None


class Purse(msgspec.Struct, frozen=True):
    """What a customer pays with, and does at the terminal; a payment code is their own."""

    tender: Tender = "cash"
    choice: Choice = "approve"
    pay_code: str = ""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes are counted from midnight."""

    at_min: int
    things: tuple[Thing, ...]
    mishap: Mishap | None
    purse: Purse = Purse()


def find_faults(name: str) -> Path:
    """A fault schedule that is shipped here, or the file of this name."""
    shipped = Path(__file__).parent / f"faults_{name}.toml"
    path = shipped if shipped.is_file() else Path(name)
    if not path.is_file():
        raise DayUnreadable(f"no fault schedule {name!r}; there is bad_day, or any file")
    return path.resolve()


def day_names() -> list[str]:
    """The days there are."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files(__package__).iterdir()
        if entry.name.endswith(".toml") and not entry.name.startswith("faults_")
    )


def read_day(name: str) -> Day:
    """A day by its name."""
    if name not in day_names():
        raise DayUnreadable(f"no day {name!r}; there are {', '.join(day_names())}")
    return parse_day(resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"), name)


def parse_day(text: str, name: str) -> Day:
    """A day from the text of its file."""
    try:
        day = msgspec.convert(tomllib.loads(text), Day)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DayUnreadable(f"{name} is no day: {error}") from error
    unknown = set(day.categories) - {item.category for item in items()}
    if unknown or not day.hours or not day.shifts or not day.tenders:
        raise DayUnreadable(f"{name} is no day: no hours, shifts or tenders, or nothing of {sorted(unknown)}")
    return day


def minutes(time: str) -> int:
    """Minutes from midnight."""
    hour, minute = time.split(":")
    return int(hour) * MIN_PER_HOUR + int(minute)


def customers_of(day: Day, seed: int, at_most: int | None = None) -> list[Customer]:
    """Everybody who comes that day, in order; `at_most` so many, spread over it as all of them would be."""
    dice = Random(f"{seed}/{day.title_en}")
    purses = _purses(day, Random(f"{seed}/{day.title_en}/purses"))
    came = [
        msgspec.structs.replace(customer, purse=next(purses))
        for hour in day.hours
        for customer in _of_hour(day, hour, dice)
    ]
    if at_most is not None and at_most < len(came):
        came = [came[number] for number in sorted(dice.sample(range(len(came)), at_most))]
    return came


def _of_hour(day: Day, hour: Hour, dice: Random) -> list[Customer]:
    start = minutes(hour.from_)
    times = sorted(start + dice.randrange(MIN_PER_HOUR) for _ in range(hour.customers))
    return [
        Customer(at_min=at_min, things=tuple(_things(day, dice)), mishap=_drawn(day.percent, dice))
        for at_min in times
    ]


def _things(day: Day, dice: Random) -> Iterator[Thing]:
    weighed = [item for item in items() if item.sold_by == "weight"]
    scanned = [item for item in items() if item.barcodes and item.category in day.categories]
    shares = [day.categories[item.category] for item in scanned]
    for _ in range(dice.randint(*day.things)):
        if dice.randrange(100) < day.weighed_percent:
            yield Thing(dice.choice(weighed), dice.randint(*day.grams))
        else:
            yield Thing(dice.choices(scanned, shares)[0])


def _purses(day: Day, dice: Random) -> Iterator[Purse]:
    while True:
        tender = dice.choices(list(day.tenders), list(day.tenders.values()))[0]
        choice: Choice = "approve" if tender == "cash" else _drawn(day.at_terminal, dice) or "approve"
        yield Purse(tender, choice, _pay_code(dice) if tender == "code" else "")


def _pay_code(dice: Random) -> str:
    """As the wallets make them, in the shares of those who carry them."""
    (head, digits), *_ = dice.choices([("13", 18), ("28", 18), ("62", 19)], [60, 35, 5])
    return head + "".join(str(dice.randrange(10)) for _ in range(digits - len(head)))


def _drawn(percent: Mapping[D, int], dice: Random) -> D | None:
    drawn = dice.randrange(100)
    for what, share in percent.items():
        if drawn < share:
            return what
        drawn -= share
    return None
