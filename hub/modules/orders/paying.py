"""What turns a basket, or a whole order at once, into money, stock and a receipt number."""

from collections.abc import Sequence

import msgspec

from hub.kernel.bounds import check_amount, check_ids, check_quantity, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.sql import Reader
from hub.modules.catalogue import store as catalogue
from hub.modules.catalogue.codes import PLAIN
from hub.modules.catalogue.finding import Found, find
from hub.modules.catalogue.fitness import why_not_paid
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.inventory.handlers import movements_for_sale
from hub.modules.inventory.model import Wanted
from hub.modules.orders import store
from hub.modules.orders.baskets import basket_for
from hub.modules.orders.events import Line, OrderPaid, PaidBy
from hub.modules.orders.messages import (
    LineView,
    OrderPlaced,
    PayCash,
    Paying,
    PlacedLine,
    PlacedPayment,
    PlaceOrder,
)
from hub.modules.orders.model import (
    MAX_CODE_CHARS,
    MAX_LINES,
    MAX_PAYMENTS,
    BasketAct,
    is_whole,
    line_of,
    receipt_no,
    split_due,
    sums,
)
from hub.modules.payments import attempts
from hub.modules.payments import store as payments_store
from hub.modules.payments.events import PaymentTaken
from hub.modules.payments.handlers import no_open_shift, shift_to_pay_in, take_cash
from hub.modules.payments.messages import AttemptView, PaymentDone
from hub.modules.payments.store import ShiftRow


class Sale(msgspec.Struct, frozen=True):
    """What is to become an order: its lines, and what was taken for it by card or code already."""

    order_id: str
    terminal_id: str
    lines: Sequence[Line]
    at_once: bool = False
    parts: Sequence[AttemptView] = ()


def pay_cash(command: PayCash, ctx: Context) -> Decision:
    """Pay the till's basket as it was shown; one that changed meanwhile is shown again instead."""
    row, refusal = basket_for(ctx, command.order_id, BasketAct.PAY)
    if row is None:
        return refusal
    if row.line_count == 0:
        return Decision.refuse("orders.basket_empty")
    parts = held_parts(ctx, row) if row.state == "paying" else []
    if any(part.state != "approved" for part in parts):
        return Decision.refuse("payments.attempt_open")
    due_fen = left_to_pay_fen(row, parts)
    if due_fen != command.due_fen:
        return Decision.refuse("orders.total_changed", total_fen=due_fen)
    if parts and due_fen == 0:
        return Decision.refuse("payments.nothing_to_pay", 400)
    payment = PlacedPayment(payment_id=command.payment_id, tender="cash", amount_fen=command.tendered_fen)
    return paid(ctx, sale_of(ctx, row, parts), [payment])


def sale_of(ctx: Context, row: store.BasketRow, parts: Sequence[AttemptView]) -> Sale:
    """A basket with what is on it now."""
    lines = [
        _sold(line) for line in store.lines(ctx.read, ctx.store_id, row.order_id) if line.state == "live"
    ]
    return Sale(row.order_id, row.terminal_id, lines, parts=parts)


def held_parts(ctx: Context, row: store.BasketRow) -> list[AttemptView]:
    """The card and code payments that a basket waits for, or has."""
    found = payments_store.attempts_of(ctx.read, ctx.store_id, row.order_id)
    return [one for one in found if one.holds and one.is_open]


def left_to_pay_fen(row: store.BasketRow, parts: Sequence[AttemptView]) -> int:
    """What the approved payments leave of the total."""
    return row.total_fen - sum(part.amount_fen for part in parts if part.state == "approved")


def place_order(command: PlaceOrder, ctx: Context) -> Decision:
    """Take a whole order at once."""
    refusal = wrong_terminal(ctx, command.terminal_id) or check_ids(order_id=command.order_id)
    if refusal is not None:
        return refusal
    if not 0 < len(command.lines) <= MAX_LINES:
        return Decision.refuse("orders.too_many_lines", 400, limit=MAX_LINES)
    if store.basket_row(ctx.read, ctx.store_id, command.order_id) is not None:
        return Decision.refuse("orders.order_exists")
    lines, refusal = _priced(ctx, command.lines)
    if refusal is not None:
        return refusal
    return paid(ctx, Sale(command.order_id, command.terminal_id, lines, at_once=True), command.payments)


def _priced(ctx: Context, placed: Sequence[PlacedLine]) -> tuple[list[Line], Decision | None]:
    """The lines at the catalogue's prices, or why one cannot be sold."""
    current = catalogue.active(ctx.read, ctx.store_id)
    if current is None:
        return [], Decision.refuse("catalogue.not_ready")
    lines: list[Line] = []
    line_ids: set[str] = set()
    for number, wanted in enumerate(placed, start=1):
        refusal = _unsound(wanted, line_ids)
        if refusal is not None:
            return [], refusal
        line_ids.add(wanted.line_id)
        found = _found(ctx, current, wanted)
        if found is None:
            return [], Decision.refuse("orders.item_unknown", 404, line_no=number)
        item, reading = found.item, found.unmeasured().reading
        if not is_whole(item.sold_by, wanted.qty_milli):
            return [], Decision.refuse("orders.quantity_not_whole", 400, item=item.name)
        lines.append(
            line_of(
                item,
                wanted.line_id,
                number,
                wanted.qty_milli,
                wanted.code,
                reading=reading,
                symbology=found.symbology,
            )
        )
        if (outside := check_amount(lines[-1].amount_fen)) is not None:
            return [], outside
    return lines, None


def _found(ctx: Context, current: catalogue.Active, wanted: PlacedLine) -> Found | None:
    if wanted.item_id is None:
        return find(ctx.read, current, wanted.code or "", None, ctx.business_date_today)
    item = catalogue.item(ctx.read, current, wanted.item_id)
    return Found(item, PLAIN, None) if item else None


def _unsound(wanted: PlacedLine, line_ids: set[str]) -> Decision | None:
    if (wanted.item_id is None) == (wanted.code is None):
        return Decision.refuse("orders.item_or_code", 400)
    if wanted.code is not None and not 0 < len(wanted.code) <= MAX_CODE_CHARS:
        return Decision.refuse("orders.code_malformed", 400, limit=MAX_CODE_CHARS)
    if wanted.line_id in line_ids:
        return Decision.refuse("orders.line_exists")
    return (
        check_ids(line_id=wanted.line_id)
        or check_texts(wanted.code or "")
        or check_quantity(wanted.qty_milli)
    )


def paid(ctx: Context, sale: Sale, cash: Sequence[PlacedPayment]) -> Decision:
    """Order, payments and stock movements as one decision; any refusal leaves nothing behind."""
    shift = shift_to_pay_in(ctx, sale.terminal_id)
    if shift is None:
        return no_open_shift(sale.terminal_id)
    total_fen, tax_fen = sums(sale.lines)
    if (outside := check_amount(total_fen)) is not None:
        return outside
    booked = [attempts.book(part) for part in sale.parts]
    taken = _payments(ctx, shift, sale.order_id, total_fen - sum(one.amount_fen for one in booked), cash)
    if taken.refusal is not None:
        return taken
    moved = moves_of(ctx, sale)
    if moved.refusal is not None:
        return moved
    seq = store.last_receipt_seq(ctx.read, ctx.store_id, sale.terminal_id, shift.business_date) + 1
    in_cash = [event for event in taken.events if isinstance(event, PaymentTaken)]
    order = OrderPaid(
        order_id=sale.order_id,
        terminal_id=sale.terminal_id,
        receipt_no=receipt_no(ctx.store_id, sale.terminal_id, shift.business_date, seq),
        receipt_seq=seq,
        business_date=shift.business_date,
        shift_id=shift.shift_id,
        cashier_id=_cashier(ctx, sale),
        lines=tuple(sale.lines),
        total_fen=total_fen,
        tax_fen=tax_fen,
        change_fen=sum(payment.change_fen for payment in in_cash),
        payments=tuple(_paid_by(event) for event in (*booked, *in_cash)),
        at_once=sale.at_once,
    )
    return Decision.of(order, *booked, *taken.events, *moved.events, answer=placed(order))


def paying_at(read: Reader, store_id: str, terminal_id: str) -> Paying:
    """What a till has to do with card and code payments now: its basket's, and those left to themselves."""
    row = store.open_basket_row(read, store_id, terminal_id)
    mine = payments_store.attempts_of(read, store_id, row.order_id) if row is not None else []
    known = {one.attempt_id for one in mine}
    still_open = payments_store.open_attempts_at(read, store_id, terminal_id)
    return Paying(attempts=mine, loose=[one for one in still_open if one.attempt_id not in known])


def moves_of(ctx: Context, sale: Sale) -> Decision:
    """What a sale takes off the shelves, or why it may not or cannot."""
    if (stopped := why_not_paid(ctx, sale.lines)) is not None:
        return stopped
    wanted = [Wanted(line.item_id, line.qty_milli) for line in sale.lines]
    return movements_for_sale(ctx, sale.order_id, wanted)


def _cashier(ctx: Context, sale: Sale) -> str | None:
    """Who sells: a terminal's answer comes from nobody, so then it is who asked for the money."""
    if ctx.actor is not None:
        return ctx.actor.staff_id
    return sale.parts[-1].asked_by if sale.parts else None


def _payments(
    ctx: Context,
    shift: ShiftRow,
    order_id: str,
    total_fen: int,
    payments: Sequence[PlacedPayment],
) -> Decision:
    """Each cash payment's part of what is left taken, or why not; with nothing left none is needed."""
    if total_fen == 0 and not payments:
        return Decision()
    if not 0 < len(payments) <= MAX_PAYMENTS or len({one.payment_id for one in payments}) < len(payments):
        return Decision.refuse("orders.payments_malformed", 400, limit=MAX_PAYMENTS)
    for payment in payments:
        if (outside := check_amount(payment.amount_fen)) is not None:
            return outside
    tendered = [payment.amount_fen for payment in payments]
    parts = split_due(total_fen, tendered)
    if parts is None:
        if sum(tendered) < total_fen:
            return Decision.refuse("payments.too_little", due_fen=total_fen, tendered_fen=sum(tendered))
        return Decision.refuse("orders.payments_malformed", 400, limit=MAX_PAYMENTS)
    taken = Decision()
    for payment, part_fen in zip(payments, parts, strict=True):
        one = take_cash(ctx, shift, order_id, payment.payment_id, part_fen, payment.amount_fen)
        if one.refusal is not None:
            return one  # alone: a refusal keeps the events it comes with
        taken += one
    return taken


def _paid_by(event: PaymentTaken) -> PaidBy:
    return PaidBy(
        payment_id=event.payment_id,
        tender=event.tender,
        amount_fen=event.amount_fen,
        tendered_fen=event.tendered_fen,
        change_fen=event.change_fen,
        reference=event.reference,
        scheme=event.scheme,
        account=event.account,
        settled_by=event.settled_by,
    )


def _sold(line: LineView) -> Line:
    return Line(
        line_id=line.line_id,
        line_no=line.line_no,
        item_id=line.item_id,
        sku=line.sku,
        code=line.code,
        name=line.name,
        name_en=line.name_en,
        unit=line.unit,
        sold_by=line.sold_by,
        unit_price_fen=line.unit_price_fen,
        qty_milli=line.qty_milli,
        amount_fen=line.amount_fen,
        tax_rate_bp=line.tax_rate_bp,
        tax_fen=line.tax_fen,
        weighed_by=line.weighed_by,
        tare_g=line.tare_g,
        batch=line.batch,
        expires_on=line.expires_on,
        serial=line.serial,
        priced_by=line.priced_by,
        symbology=line.symbology,
    )


def placed(paid: OrderPaid) -> OrderPlaced:
    return OrderPlaced(
        order_id=paid.order_id,
        receipt_no=paid.receipt_no,
        business_date=paid.business_date,
        total_fen=paid.total_fen,
        change_fen=paid.change_fen,
        payments=tuple(
            PaymentDone(
                payment_id=one.payment_id,
                tender=one.tender,  # type: ignore[arg-type]
                amount_fen=one.amount_fen,
                tendered_fen=one.tendered_fen,
                change_fen=one.change_fen,
                reference=one.reference,
                scheme=one.scheme,
                account=one.account,
                settled_by=one.settled_by,
            )
            for one in paid.payments
        ),
    )
