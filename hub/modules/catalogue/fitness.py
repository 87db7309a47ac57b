"""Whether goods may be sold now: not past their last day, and not recalled."""

from collections.abc import Iterable
from typing import Protocol

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.catalogue import store


class Goods(Protocol):
    """What is known of the goods on a line."""

    @property
    def item_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def batch(self) -> str | None: ...
    @property
    def expires_on(self) -> str | None: ...


def why_not_sold(
    ctx: Context, item_id: str, name: str, batch: str | None = None, expires_on: str | None = None
) -> Decision | None:
    """A refusal of goods past their last day or recalled; None if they may be sold."""
    return _expired(ctx, name, expires_on) or _recalled(ctx, item_id, name, batch)


def why_not_paid(ctx: Context, lines: Iterable[Goods]) -> Decision | None:
    """A refusal of the first goods whose day or recall has come since they were put on the basket."""
    recalled = store.recalled_items(ctx.read, ctx.store_id)
    for line in lines:
        stopped = _expired(ctx, line.name, line.expires_on)
        if stopped is None and line.item_id in recalled:
            stopped = _recalled(ctx, line.item_id, line.name, line.batch)
        if stopped is not None:
            return stopped
    return None


def _expired(ctx: Context, name: str, expires_on: str | None) -> Decision | None:
    """By the business date, trusted or not: it never runs behind the journal, and the refusal shows it."""
    today = ctx.business_date_today
    if expires_on is None or expires_on >= today:
        return None
    return Decision.refuse("catalogue.goods_expired", item=name, expires_on=expires_on, today=today)


def _recalled(ctx: Context, item_id: str, name: str, batch: str | None) -> Decision | None:
    for recall in store.recalls_of(ctx.read, ctx.store_id, item_id):
        if recall.batch == "":
            return Decision.refuse("catalogue.goods_recalled", item=name, reason=recall.reason)
        if recall.batch == batch:
            return Decision.refuse("catalogue.batch_recalled", item=name, batch=batch, reason=recall.reason)
    return None
