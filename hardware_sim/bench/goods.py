"""The goods that lie on the bench, read from a JSON file."""

from pathlib import Path

import msgspec

from hardware_sim.bench.messages import Good

MAX_GOODS = 10_000


class GoodsUnreadable(Exception):
    """The goods file cannot be used; the message says why in one line."""


def read_goods(path: Path) -> tuple[Good, ...]:
    """A JSON list of goods, in its order."""
    try:
        goods = msgspec.json.decode(path.read_bytes(), type=tuple[Good, ...])
    except OSError as error:
        raise GoodsUnreadable(f"cannot read {path.name}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise GoodsUnreadable(f"{path.name} is not a list of goods: {error}") from error
    if len(goods) > MAX_GOODS:
        raise GoodsUnreadable(f"{path.name} holds {len(goods)} goods; the bench takes {MAX_GOODS}")
    return goods
