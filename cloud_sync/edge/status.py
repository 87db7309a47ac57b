"""What the till's badge and the health page show of the way up."""

import msgspec

from cloud_sync.edge.window import UplinkState


class SyncStatus(msgspec.Struct, frozen=True):
    """How far the cloud is behind the store. `state` is an `UplinkState`; `reason` its code when not ok."""

    connected: bool = False
    state: str = UplinkState.OK.value
    reason: str | None = None
    head_seq: int = 0
    applied: int = 0
    pending_events: int = 0
    pending_money_fen: int | None = None
    oldest_age_s: int = 0
    last_ack_at_ms: int | None = None
