"""Handlers of a basket's lines."""

import msgspec

from hub.kernel.bounds import check_amount, check_quantity
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.money import line_amount_fen, tax_included_fen
from hub.modules.audit.handlers import approve
from hub.modules.catalogue.codes import PLAIN, Reading
from hub.modules.catalogue.messages import ItemView
from hub.modules.orders import store
from hub.modules.orders.baskets import basket_for
from hub.modules.orders.events import LineAdded, LineVoided, QuantityChanged, Weighing
from hub.modules.orders.messages import BasketChanged, LineView, Scanned, SetQuantity, VoidLine
from hub.modules.orders.model import (
    MAX_LINE_NO,
    MAX_LINES,
    BasketAct,
    has_own_quantity,
    is_whole,
    line_of,
    may_be_one_line,
    needs_approval,
)


class Put(msgspec.Struct, frozen=True):
    """So much of an item, to go onto a basket."""

    item: ItemView
    qty_milli: int
    code: str | None
    line_id: str
    weighing: Weighing | None = None
    approver_id: str | None = None
    reading: Reading = PLAIN
    symbology: str | None = None


def put(ctx: Context, row: store.BasketRow, wanted: Put) -> Decision:
    """Add a line, or raise the line that has the same goods at the same price already."""
    alike = (
        store.lines_alike(ctx.read, ctx.store_id, row.order_id, wanted.item.item_id, wanted.line_id)
        if row.last_line_no
        else []
    )
    if any(line.line_id == wanted.line_id for line in alike):
        return Decision.refuse("orders.line_exists")
    if wanted.reading.serial and any(_is_same_piece(line, wanted) for line in alike):
        return Decision.refuse("orders.piece_on_basket", item=wanted.item.name, serial=wanted.reading.serial)
    for line in alike:
        if may_be_one_line(line, wanted.item, wanted.reading):
            return _raise(row, line, wanted)
    return _add(row, wanted)


def _is_same_piece(line: LineView, wanted: Put) -> bool:
    return line.state == "live" and line.serial == wanted.reading.serial


def set_quantity(command: SetQuantity, ctx: Context) -> Decision:
    """Change a line's quantity; over a cashier's limit, less of it needs a second person."""
    row, line, refusal = _live_line(ctx, command.order_id, command.line_id)
    if row is None or line is None:
        return refusal
    if (outside := check_quantity(command.qty_milli)) is not None:
        return outside
    if line.weighed_by is not None:
        return Decision.refuse("orders.line_weighed", item=line.name)
    if not is_whole(line.sold_by, command.qty_milli):
        return Decision.refuse("orders.quantity_not_whole", 400, item=line.name)
    if has_own_quantity(line):
        return Decision.refuse("orders.quantity_fixed", item=line.name)
    changed, outside = _changed(row, line, command.qty_milli)
    if changed is None:
        return outside
    taken_off_fen = line.amount_fen - changed.amount_fen
    unapproved_fen = row.unapproved_fen + max(taken_off_fen, 0)
    approval = Decision()
    if needs_approval(row.unapproved_fen, taken_off_fen):
        approved = approve(ctx, "orders.set_quantity", row.order_id)
        if approved.approver_id is None:
            return approved.decision
        approval, unapproved_fen = approved.decision, 0
        changed = msgspec.structs.replace(changed, approver_id=approved.approver_id)
    changed = msgspec.structs.replace(changed, unapproved_fen=unapproved_fen)
    answer = BasketChanged(order_id=row.order_id, state="open", total_fen=changed.total_fen)
    return approval + Decision.of(changed, answer=answer)


def void_line(command: VoidLine, ctx: Context) -> Decision:
    """Take a line off; over a cashier's limit a second person must agree."""
    row, line, refusal = _live_line(ctx, command.order_id, command.line_id)
    if row is None or line is None:
        return refusal
    approval, approver_id = Decision(), None
    unapproved_fen = row.unapproved_fen + line.amount_fen
    if needs_approval(row.unapproved_fen, line.amount_fen):
        approved = approve(ctx, "orders.void_line", row.order_id)
        if approved.approver_id is None:
            return approved.decision
        approval, approver_id, unapproved_fen = approved.decision, approved.approver_id, 0
    voided = LineVoided(
        order_id=row.order_id,
        terminal_id=row.terminal_id,
        line_id=line.line_id,
        line_no=line.line_no,
        item_id=line.item_id,
        qty_milli=line.qty_milli,
        amount_fen=line.amount_fen,
        approver_id=approver_id,
        total_fen=row.total_fen - line.amount_fen,
        tax_fen=row.tax_fen - line.tax_fen,
        unapproved_fen=unapproved_fen,
    )
    answer = BasketChanged(order_id=row.order_id, state="open", total_fen=voided.total_fen)
    return approval + Decision.of(voided, answer=answer)


def _live_line(
    ctx: Context, order_id: str, line_id: str
) -> tuple[store.BasketRow | None, LineView | None, Decision]:
    row, refusal = basket_for(ctx, order_id, BasketAct.EDIT)
    if row is None:
        return None, None, refusal
    line = store.line(ctx.read, ctx.store_id, order_id, line_id)
    if line is None or line.state != "live":
        return None, None, Decision.refuse("orders.line_unknown", 404)
    return row, line, Decision()


def _add(row: store.BasketRow, wanted: Put) -> Decision:
    if row.line_count >= MAX_LINES or row.last_line_no >= MAX_LINE_NO:
        return Decision.refuse("orders.too_many_lines", limit=MAX_LINES)
    line = line_of(
        wanted.item,
        wanted.line_id,
        row.last_line_no + 1,
        wanted.qty_milli,
        wanted.code,
        wanted.weighing,
        wanted.reading,
        wanted.symbology,
    )
    total_fen = row.total_fen + line.amount_fen
    if (outside := check_amount(line.amount_fen) or check_amount(total_fen)) is not None:
        return outside
    added = LineAdded(
        order_id=row.order_id,
        terminal_id=row.terminal_id,
        line=line,
        total_fen=total_fen,
        tax_fen=row.tax_fen + line.tax_fen,
        weighing=wanted.weighing,
        approver_id=wanted.approver_id,
    )
    return Decision.of(added, answer=_scanned("added", wanted, row, line.line_id, line.qty_milli, total_fen))


def _raise(row: store.BasketRow, line: LineView, wanted: Put) -> Decision:
    qty_milli = line.qty_milli + wanted.qty_milli
    changed, outside = _changed(row, line, qty_milli)
    if changed is None:
        return outside
    answer = _scanned("raised", wanted, row, line.line_id, qty_milli, changed.total_fen)
    return Decision.of(changed, answer=answer)


def _changed(row: store.BasketRow, line: LineView, qty_milli: int) -> tuple[QuantityChanged | None, Decision]:
    """The line at another quantity, or why it cannot be."""
    amount_fen = line_amount_fen(line.unit_price_fen, qty_milli)
    line_tax_fen = tax_included_fen(amount_fen, line.tax_rate_bp)
    total_fen = row.total_fen - line.amount_fen + amount_fen
    outside = check_quantity(qty_milli) or check_amount(amount_fen) or check_amount(total_fen)
    if outside is not None:
        return None, outside
    changed = QuantityChanged(
        order_id=row.order_id,
        terminal_id=row.terminal_id,
        line_id=line.line_id,
        line_no=line.line_no,
        item_id=line.item_id,
        was_qty_milli=line.qty_milli,
        qty_milli=qty_milli,
        amount_fen=amount_fen,
        line_tax_fen=line_tax_fen,
        approver_id=None,
        total_fen=total_fen,
        tax_fen=row.tax_fen - line.tax_fen + line_tax_fen,
        unapproved_fen=row.unapproved_fen,
    )
    return changed, Decision()


def _scanned(
    outcome: str, wanted: Put, row: store.BasketRow, line_id: str, qty_milli: int, total_fen: int
) -> Scanned:
    return Scanned(
        outcome="raised" if outcome == "raised" else "added",
        code=wanted.code,
        order_id=row.order_id,
        line_id=line_id,
        item_id=wanted.item.item_id,
        qty_milli=qty_milli,
        total_fen=total_fen,
    )
