"""Labels for shelves and weighed bags: decided from the catalogue, printed as durable jobs like receipts."""

from hub.devices import store
from hub.devices.events import LabelOrdered
from hub.devices.messages import PrintQueuedAnswer
from hub.devices.printing import queue_print
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.messages import Command
from hub.kernel.money import line_amount_fen
from hub.modules.catalogue import store as catalogue
from hub.modules.catalogue.labels import write_label
from hub.modules.catalogue.messages import ItemView
from hub.modules.identity.handlers import wrong_terminal

MAX_COPIES = 50


class PrintShelfLabel(Command, frozen=True, kw_only=True):
    """Labels for the shelf, on the terminal's label printer."""

    terminal_id: str
    item_id: str
    copies: int = 1


class PrintScaleLabel(Command, frozen=True, kw_only=True):
    """A label for what lies on the terminal's scale; its code sells it by the amount."""

    terminal_id: str
    item_id: str


class PrintWeighedLabel(Command, frozen=True, kw_only=True):
    """A label for goods that a scale weighed, as the hub took it from the scale."""

    terminal_id: str
    item_id: str
    weight_g: int


def print_shelf_label(command: PrintShelfLabel, context: Context) -> Decision:
    """Labels that say an item's name, price and code."""
    if (refusal := wrong_terminal(context, command.terminal_id)) is not None:
        return refusal
    if not 1 <= command.copies <= MAX_COPIES:
        return Decision.refuse("devices.label_copies", 400, most=MAX_COPIES)
    item = _item(context, command.item_id)
    if item is None:
        return Decision.refuse("devices.label_item_unknown", 404)
    return _ordered(context, command.terminal_id, item, "shelf", item.code or item.sku, command.copies)


def print_weighed_label(command: PrintWeighedLabel, context: Context) -> Decision:
    """A label whose code carries the item, its weight and what it costs."""
    if (refusal := wrong_terminal(context, command.terminal_id)) is not None:
        return refusal
    item = _item(context, command.item_id)
    if item is None:
        return Decision.refuse("devices.label_item_unknown", 404)
    amount_fen = line_amount_fen(item.price_fen, command.weight_g)
    current = catalogue.active(context.read, context.store_id)
    patterns = catalogue.labels(context.read, current) if current else ()
    code = write_label(item.sku, amount_fen, command.weight_g, patterns) if item.sku.isdigit() else None
    if code is None:
        return Decision.refuse("devices.label_no_room", 409, item=item.name)
    return _ordered(
        context, command.terminal_id, item, "scale", code, 1, weight_g=command.weight_g, amount_fen=amount_fen
    )


def _item(context: Context, item_id: str) -> ItemView | None:
    current = catalogue.active(context.read, context.store_id)
    return catalogue.item(context.read, current, item_id) if current else None


def _ordered(
    context: Context,
    terminal_id: str,
    item: ItemView,
    kind: str,
    code: str,
    copies: int,
    weight_g: int | None = None,
    amount_fen: int | None = None,
) -> Decision:
    if store.device_at(context.read, context.store_id, terminal_id, "label_printer") is None:
        return Decision.refuse("devices.no_label_printer")
    label_id = context.new_id()
    ordered = LabelOrdered(
        label_id=label_id,
        terminal_id=terminal_id,
        kind=kind,
        item_id=item.item_id,
        name=item.name,
        unit=item.unit,
        price_fen=item.price_fen,
        code=code,
        copies=copies,
        weight_g=weight_g,
        amount_fen=amount_fen,
    )
    job = queue_print(
        context, label_id, "label", label_id, terminal_id, copy=False, printer_kind="label_printer"
    )
    return Decision.of(ordered) + job + Decision(answer=PrintQueuedAnswer(label_id))
