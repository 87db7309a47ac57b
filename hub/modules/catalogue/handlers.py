"""One function per command of the catalogue."""

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.catalogue import store
from hub.modules.catalogue.events import VersionActivated
from hub.modules.catalogue.messages import Activated, ActivateVersion


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
