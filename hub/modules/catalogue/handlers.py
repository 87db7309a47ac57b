"""One function per command of the catalogue."""

from hub.kernel.bounds import check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.catalogue import store
from hub.modules.catalogue.events import GoodsRecalled, RecallLifted, VersionActivated
from hub.modules.catalogue.finding import find
from hub.modules.catalogue.messages import (
    Activated,
    ActivateVersion,
    ItemView,
    LiftRecall,
    RecallChanged,
    RecallGoods,
)
from hub.modules.catalogue.model import MAX_BATCH_CHARS


def activate_version(command: ActivateVersion, ctx: Context) -> Decision:
    """Sell from a wholly loaded version from now on; a version number stands for one content for good."""
    header = store.header(ctx.read, command.sha256)
    if header is None or header.version != command.version:
        return Decision.refuse("catalogue.version_not_loaded", version=command.version)
    earlier = store.version(ctx.read, ctx.store_id, command.version)
    if earlier is not None and earlier.sha256 != command.sha256:
        return Decision.refuse("catalogue.version_taken", version=command.version)
    answer = Activated(version=command.version, item_count=header.item_count)
    current = store.active(ctx.read, ctx.store_id)
    if current is not None and current.version == command.version:
        return Decision(answer=answer)
    event = VersionActivated(version=command.version, sha256=command.sha256, item_count=header.item_count)
    return Decision.of(event, answer=answer)


def recall_goods(command: RecallGoods, ctx: Context) -> Decision:
    """Stop the sale of a batch, or of all of an item; what is recalled already stays so."""
    if (refusal := _check(command)) is not None:
        return refusal
    item, refusal = _named(command, ctx)
    if item is None:
        return refusal
    answer = RecallChanged(item_id=item.item_id, batch=command.batch)
    open_batches = {recall.batch for recall in store.recalls_of(ctx.read, ctx.store_id, item.item_id)}
    if command.batch in open_batches:
        return Decision(answer=answer)
    event = GoodsRecalled(item_id=item.item_id, batch=command.batch, reason=command.reason)
    return Decision.of(event, answer=answer)


def lift_recall(command: LiftRecall, ctx: Context) -> Decision:
    """Let a recalled batch be sold again."""
    if (refusal := _check(command)) is not None:
        return refusal
    recalls = store.recalls_of(ctx.read, ctx.store_id, command.item_id)
    if command.batch not in {recall.batch for recall in recalls}:
        return Decision.refuse("catalogue.recall_unknown", 404)
    event = RecallLifted(item_id=command.item_id, batch=command.batch, reason=command.reason)
    return Decision.of(event, answer=RecallChanged(item_id=command.item_id, batch=command.batch))


def _check(command: RecallGoods | LiftRecall) -> Decision | None:
    if (refusal := check_texts(command.reason, command.batch, command.item_id or "")) is not None:
        return refusal
    if not command.reason.strip():
        return Decision.refuse("catalogue.recall_reason_missing", 400)
    if len(command.batch) > MAX_BATCH_CHARS:
        return Decision.refuse("catalogue.batch_too_long", 400, limit=MAX_BATCH_CHARS)
    return None


def _named(command: RecallGoods, ctx: Context) -> tuple[ItemView | None, Decision]:
    """The item that a recall names, or why there is none."""
    current = store.active(ctx.read, ctx.store_id)
    if current is None:
        return None, Decision.refuse("catalogue.not_ready")
    if (command.item_id is None) == (command.code is None):
        return None, Decision.refuse("catalogue.item_or_code", 400)
    if command.item_id is not None:
        item = store.item(ctx.read, current, command.item_id)
    else:
        found = find(ctx.read, current, command.code or "", None, ctx.business_date_today)
        item = found.item if found else None
    return item, Decision.refuse("catalogue.item_unknown", 404)
