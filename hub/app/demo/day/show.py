"""A day on the terminal: its progress while it is played, its figures at the end."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from hub.app.demo.day.calls import CallRefused
from hub.app.demo.day.plan import Day, customers_of
from hub.app.demo.day.player import DayPlayer
from hub.app.demo.day.record import DayRecord
from hub.app.demo.places import Places
from hub.kernel.money import yuan

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("{task.fields[now]}"),
)


def play_shown(
    console: Console, places: Places, day: Day, seed: int, speed: float, customers: int | None
) -> bool:
    """Play a day; whether it came to its end."""
    player = DayPlayer(places, day, customers_of(day, seed, customers), speed)
    with Progress(*COLUMNS, console=console) as progress:
        task = progress.add_task(f"{day.title} · {day.title_en}", total=None, now="")

        def watch(served: int, of: int, at_min: int, record: DayRecord) -> None:
            now = f"{at_min // 60:02d}:{at_min % 60:02d}  ¥{yuan(record.taken_fen)}"
            progress.update(task, completed=served, total=of, now=now)

        try:
            record = asyncio.run(player.play(watch))
        except (CallRefused, httpx.HTTPError, OSError) as error:
            console.print(f"✗ the day ended early: {str(error) or type(error).__name__}", markup=False)
            return False
    console.print(summary(day, record))
    return True


def summary(day: Day, record: DayRecord) -> Table:
    """What a day came to."""
    table = Table("", "", title=day.title_en, show_header=False)
    for what, figure in figures(record).items():
        table.add_row(what, figure)
    return table


def figures(record: DayRecord) -> Mapping[str, str]:
    """Each figure by its name."""
    heard = sum(attempt.heard for attempt in record.attempts)
    copies = sum(paper.is_copy for paper in record.papers)
    sold = [weighed for weighed in record.weighings if weighed.sold_g is not None]
    return {
        "customers": str(record.customers),
        "sales": f"{record.sales}, ¥{yuan(record.taken_fen)} on {record.lines} lines",
        "paid by": ", ".join(f"{tender} {count}" for tender, count in sorted(record.tenders.items())),
        "terminals": terminals(record),
        "scans": f"{len(record.attempts)}, {heard} heard, {record.typed_codes} codes typed instead",
        "weighed": f"{len(sold)} of {len(record.weighings)}, {record.weighed_g / 1000:.3f} kg; "
        f"{record.typed_weights} weights typed instead",
        "receipts": f"{len(record.papers)} whole, {copies} of them copies",
        "beside": f"{record.voids} voided, {record.parks} parked, {record.no_sales} no-sale drawers",
        "shifts": f"{record.shifts} counted, difference ¥{yuan(record.difference_fen)}",
        "faults met": ", ".join(f"{name} ×{times}" for name, times in record.faults.items()) or "none",
    }


def terminals(record: DayRecord) -> str:
    """What became of the card and code payments while their customers stood there, and by hand after."""
    ends = Counter(asked.state for asked in record.asked)
    told = [f"{count} {state}" for state, count in sorted(ends.items())]
    after = f"{record.settled_by_hand} settled by hand, {len(record.unsettled)} still asking a person"
    return f"asked {len(record.asked)}: {', '.join(told) or '-'}; {after}"
