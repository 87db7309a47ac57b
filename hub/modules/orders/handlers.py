"""One function per command on a basket as a whole; lines and payment have files of their own."""

from typing import Protocol

from hub.kernel.bounds import check_ids, check_quantity, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.audit.handlers import approve
from hub.modules.catalogue import store as catalogue
from hub.modules.catalogue.codes import PLAIN, split_symbology
from hub.modules.catalogue.finding import Found, find
from hub.modules.catalogue.fitness import why_not_sold
from hub.modules.catalogue.messages import ItemView
from hub.modules.identity import store as identity
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.orders import store
from hub.modules.orders.baskets import basket_for
from hub.modules.orders.events import (
    BasketCleared,
    BasketOpened,
    BasketParked,
    BasketResumed,
    UnknownCodeScanned,
    Weighing,
)
from hub.modules.orders.lines import Put, put
from hub.modules.orders.messages import (
    AddItem,
    AddWeighed,
    BasketChanged,
    ClearBasket,
    OrderState,
    ParkBasket,
    ResumeBasket,
    ScanCode,
    Scanned,
)
from hub.modules.orders.model import MAX_CODE_CHARS, BasketAct, is_whole, measured, needs_approval
from hub.modules.payments.pay_codes import pay_scheme


def scan_code(command: ScanCode, ctx: Context) -> Decision:
    """A known code lands on the till's basket; an unknown one is kept, and the till asks."""
    code, symbology = split_symbology(command.code.strip(), command.symbology)
    refusal = (
        wrong_terminal(ctx, command.terminal_id)
        or check_ids(order_id=command.order_id, line_id=command.line_id)
        or _check_code(code, symbology)
    )
    if refusal is not None:
        return refusal
    current = catalogue.active(ctx.read, ctx.store_id)
    found = find(ctx.read, current, code, symbology, ctx.business_date_today) if current else None
    if found is None:
        if pay_scheme(code):
            return Decision.refuse("orders.pay_code_not_awaited")
        return _receipt(ctx, code) or _unknown(ctx, command, code, symbology)
    item, reading = found.item, found.reading
    if (stopped := why_not_sold(ctx, item.item_id, item.name, reading.batch, reading.expires_on)) is not None:
        return stopped
    qty_milli = measured(item, reading)
    if qty_milli is None:
        return Decision(answer=_to_be_weighed(found, code))
    line_id = command.line_id or ctx.new_id()
    return _onto_basket(
        ctx, command, Put(item, qty_milli, found.code, line_id, reading=reading, symbology=symbology)
    )


def _receipt(ctx: Context, code: str) -> Decision | None:
    """A paid order's receipt was scanned: nothing lands, and the till shows the order."""
    found = store.order_by_receipt(ctx.read, ctx.store_id, code)
    if found is None:
        return None
    return Decision(answer=Scanned(outcome="receipt", code=code, order_id=found.order_id))


class ScaleWorks(Protocol):
    """Whether a terminal has a scale that works. Joined by the app, for devices are not known here."""

    def __call__(self, terminal_id: str, ctx: Context) -> bool: ...


class ByHand:
    """Adds items that a hand chose; a weight is typed freely only where no scale could tell it."""

    def __init__(self, scale_works: ScaleWorks) -> None:
        self._scale_works = scale_works

    def add_item(self, command: AddItem, ctx: Context) -> Decision:
        """An item chosen by hand lands on the till's basket."""
        found, refusal = _goods_to_add(ctx, command, command.qty_milli)
        if found is None:
            return refusal
        item = found.item
        if not is_whole(item.sold_by, command.qty_milli):
            return Decision.refuse("orders.quantity_not_whole", 400, item=item.name)
        approval, approver_id = Decision(), None
        if item.sold_by == "weight" and self._scale_works(command.terminal_id, ctx):
            approved = approve(ctx, "orders.type_weight", item.item_id)
            if approved.approver_id is None:
                return approved.decision
            approval, approver_id = approved.decision, approved.approver_id
        wanted = _wanted(ctx, command, found, command.qty_milli, approver_id=approver_id)
        landed = _onto_basket(ctx, command, wanted)
        return landed if landed.refusal is not None else approval + landed


def add_weighed(command: AddWeighed, ctx: Context) -> Decision:
    """An item lands on the till's basket by what its scale said."""
    weighing = command.weighing
    found, refusal = _goods_to_add(ctx, command, weighing.grams)
    if found is None:
        return refusal
    return _onto_basket(ctx, command, _wanted(ctx, command, found, weighing.grams, weighing))


def _wanted(
    ctx: Context,
    command: AddItem | AddWeighed,
    found: Found,
    qty_milli: int,
    weighing: Weighing | None = None,
    approver_id: str | None = None,
) -> Put:
    return Put(
        found.item,
        qty_milli,
        found.code,
        command.line_id or ctx.new_id(),
        weighing,
        approver_id,
        found.reading,
        found.symbology,
    )


def _goods_to_add(
    ctx: Context, command: AddItem | AddWeighed, qty_milli: int
) -> tuple[Found | None, Decision]:
    """What a command names, with what its code says of these very goods; or why it cannot be added."""
    refusal = (
        wrong_terminal(ctx, command.terminal_id)
        or check_ids(order_id=command.order_id, line_id=command.line_id)
        or check_quantity(qty_milli)
        or (None if command.code is None else _check_code(command.code, command.symbology))
    )
    if refusal is not None:
        return None, refusal
    current = catalogue.active(ctx.read, ctx.store_id)
    if current is None:
        return None, Decision.refuse("catalogue.not_ready")
    item = catalogue.item(ctx.read, current, command.item_id)
    if item is None:
        return None, Decision.refuse("catalogue.item_unknown", 404)
    found = _as_scanned(ctx, current, item, command)
    if found is None:
        return None, Decision.refuse("orders.code_of_other_goods", item=item.name)
    stopped = why_not_sold(ctx, item.item_id, item.name, found.reading.batch, found.reading.expires_on)
    return (found, Decision()) if stopped is None else (None, stopped)


def _as_scanned(
    ctx: Context, current: catalogue.Active, item: ItemView, command: AddItem | AddWeighed
) -> Found | None:
    """The item with what its code says; None for a code that is another's.

    The quantity is the command's: a weight or amount that a label tells is not what is sold here.
    """
    if command.code is None:
        return Found(item, PLAIN, None)
    found = find(ctx.read, current, command.code, command.symbology, ctx.business_date_today)
    if found is None or found.item.item_id != item.item_id:
        return None
    return found.unmeasured()


def _check_code(code: str, symbology: str | None) -> Decision | None:
    if not 0 < len(code.strip()) <= MAX_CODE_CHARS or len(symbology or "") > 2:
        return Decision.refuse("orders.code_malformed", 400, limit=MAX_CODE_CHARS)
    return check_texts(code, symbology or "")


def _to_be_weighed(found: Found, code: str) -> Scanned:
    return Scanned(
        outcome="needs_weight",
        code=code,
        item_id=found.item.item_id,
        symbology=found.symbology,
        batch=found.reading.batch,
        expires_on=found.reading.expires_on,
        serial=found.reading.serial,
    )


def park_basket(command: ParkBasket, ctx: Context) -> Decision:
    """Put the basket aside."""
    row, refusal = basket_for(ctx, command.order_id, BasketAct.PARK)
    if row is None:
        return refusal
    if (malformed := check_texts(command.label)) is not None:
        return malformed
    if row.line_count == 0:
        return Decision.refuse("orders.basket_empty")
    parked = BasketParked(
        order_id=row.order_id, terminal_id=row.terminal_id, label=command.label, total_fen=row.total_fen
    )
    return Decision.of(parked, answer=_changed(row, "parked"))


def resume_basket(command: ResumeBasket, ctx: Context) -> Decision:
    """Bring a parked basket to a till whose own basket is empty."""
    if (elsewhere := wrong_terminal(ctx, command.terminal_id)) is not None:
        return elsewhere
    row, refusal = basket_for(ctx, command.order_id, BasketAct.RESUME, anywhere=True)
    if row is None:
        return refusal
    if identity.terminal(ctx.read, ctx.store_id, command.terminal_id) is None:
        return Decision.refuse("identity.terminal_unknown", 404, terminal_id=command.terminal_id[:20])
    serving = store.open_basket_row(ctx.read, ctx.store_id, command.terminal_id)
    if serving is not None and serving.line_count > 0:
        return Decision.refuse("orders.another_basket_open")
    resumed = BasketResumed(
        order_id=row.order_id, terminal_id=command.terminal_id, was_terminal_id=row.terminal_id
    )
    given_up = Decision.of(_cleared(serving, None)) if serving is not None else Decision()
    return Decision.of(resumed, answer=_changed(row, "open")) + given_up


def clear_basket(command: ClearBasket, ctx: Context) -> Decision:
    """Give a basket up; over a cashier's limit a second person must agree."""
    row, refusal = basket_for(ctx, command.order_id, BasketAct.CLEAR, anywhere=True)
    if row is None:
        return refusal
    answer = BasketChanged(order_id=row.order_id, state="cleared", total_fen=row.total_fen)
    if not needs_approval(row.unapproved_fen, row.total_fen):
        return Decision.of(_cleared(row, None), answer=answer)
    approved = approve(ctx, "orders.clear_basket", row.order_id)
    if approved.approver_id is None:
        return approved.decision
    return approved.decision + Decision.of(_cleared(row, approved.approver_id), answer=answer)


def _unknown(ctx: Context, command: ScanCode, code: str, symbology: str | None) -> Decision:
    if identity.terminal(ctx.read, ctx.store_id, command.terminal_id) is None:
        return Decision.refuse("identity.terminal_unknown", 404, terminal_id=command.terminal_id[:20])
    serving = store.open_basket_row(ctx.read, ctx.store_id, command.terminal_id)
    order_id = serving.order_id if serving else None
    event = UnknownCodeScanned(
        terminal_id=command.terminal_id, order_id=order_id, code=code, symbology=symbology
    )
    return Decision.of(event, answer=Scanned(outcome="unknown", code=code, order_id=order_id))


def _onto_basket(ctx: Context, command: ScanCode | AddItem | AddWeighed, wanted: Put) -> Decision:
    """Put an item on the till's open basket, opening one if none is."""
    row = store.open_basket_row(ctx.read, ctx.store_id, command.terminal_id)
    if row is not None:
        if row.state == "paying":
            return Decision.refuse("orders.basket_paying")
        if command.order_id is not None and command.order_id != row.order_id:
            return Decision.refuse("orders.another_basket_open")
        return put(ctx, row, wanted)
    if command.order_id and store.basket_row(ctx.read, ctx.store_id, command.order_id) is not None:
        return Decision.refuse("orders.basket_not_in_state", state="closed")
    if identity.terminal(ctx.read, ctx.store_id, command.terminal_id) is None:
        return Decision.refuse("identity.terminal_unknown", 404, terminal_id=command.terminal_id[:20])
    order_id = command.order_id or ctx.new_id()
    fresh = store.BasketRow(order_id, command.terminal_id, "open", 0, 0, 0, 0, 0, None)
    landed = put(ctx, fresh, wanted)
    if landed.refusal is not None:
        return landed
    return Decision.of(BasketOpened(order_id=order_id, terminal_id=command.terminal_id)) + landed


def _cleared(row: store.BasketRow, approver_id: str | None) -> BasketCleared:
    return BasketCleared(
        order_id=row.order_id,
        terminal_id=row.terminal_id,
        line_count=row.line_count,
        total_fen=row.total_fen,
        approver_id=approver_id,
    )


def _changed(row: store.BasketRow, state: OrderState) -> BasketChanged:
    return BasketChanged(order_id=row.order_id, state=state, total_fen=row.total_fen)
