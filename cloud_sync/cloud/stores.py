"""How every store stands: what the cloud has, what the hub last said, how far the tables are."""

from sqlalchemy import bindparam, func, select

from cloud_sync.cloud.heard import Heard, last_heard
from cloud_sync.cloud.messages import HubState, ProjectionLag, StoreState
from cloud_sync.cloud.projections import Cursor, read_cursor
from cloud_sync.cloud.registry import HubRow, alarms_of, every_hub
from cloud_sync.cloud.tables import quarantine
from hub.kernel.errors import Refusal, Texts
from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader

OFFLINE_AFTER_MS = 30_000
"""Three heartbeats missed."""
_ALARM_SHOWN_MS = 24 * 3_600_000


class _Count(View, frozen=True):
    n: int


_set_aside = Query(
    select(func.count()).select_from(quarantine).where(quarantine.c.hub_id == bindparam("hub_id")), _Count
)


def read_stores(read: Reader, texts: Texts, language: str, now_ms: int) -> list[StoreState]:
    """Every enrolled hub's standing."""
    return [_standing(read, hub, texts, language, now_ms) for hub in every_hub(read)]


def read_lags(read: Reader) -> list[ProjectionLag]:
    """How far the tables of each hub stand behind its acknowledged journal."""
    lags = []
    for hub in every_hub(read):
        projected = read_cursor(read, hub).projected
        lags.append(
            ProjectionLag(
                hub.hub_id,
                hub.store_id,
                hub.applied,
                projected,
                hub.applied - projected,
                _quarantined(read, hub.hub_id),
            )
        )
    return lags


def _standing(read: Reader, hub: HubRow, texts: Texts, language: str, now_ms: int) -> StoreState:
    heard = last_heard(read, hub.hub_id)
    cursor: Cursor = read_cursor(read, hub)
    alarm = _alarm(read, hub, heard, now_ms)
    return StoreState(
        store_id=hub.store_id,
        hub_id=hub.hub_id,
        state=_state(hub, heard, now_ms),
        epoch=hub.epoch,
        applied=hub.applied,
        pending_events=max(heard.head_seq - hub.applied, 0) if heard else 0,
        oldest_age_s=heard.oldest_age_s if heard and heard.head_seq > hub.applied else 0,
        lag_events=hub.applied - cursor.projected,
        quarantined_events=_quarantined(read, hub.hub_id),
        last_seen_ms=heard.last_seen_ms if heard else None,
        last_ack_ms=hub.last_ack_ms,
        version=heard.version if heard else "",
        live_orders=heard.live_orders if heard else 0,
        live_total_fen=heard.live_total_fen if heard else 0,
        live_business_date=heard.live_date if heard else "",
        alarm=alarm,
        alarm_text=texts.render(Refusal(alarm), language) if alarm else None,
    )


def _state(hub: HubRow, heard: Heard | None, now_ms: int) -> HubState:
    if hub.state != "ok":
        return "quarantined"
    if heard is None:
        return "waiting"
    return "online" if heard.online and now_ms - heard.last_seen_ms <= OFFLINE_AFTER_MS else "offline"


def _alarm(read: Reader, hub: HubRow, heard: Heard | None, now_ms: int) -> str | None:
    """The one thing a person should look at first."""
    if hub.state != "ok":
        return hub.reason or "sync.quarantined"
    if heard and heard.uplink_state != "ok":
        return f"sync.{heard.uplink_state}"
    recent = [alarm for alarm in alarms_of(read, hub.hub_id) if now_ms - alarm.last_ms < _ALARM_SHOWN_MS]
    return max(recent, key=lambda alarm: alarm.last_ms).code if recent else None


def _quarantined(read: Reader, hub_id: str) -> int:
    found = read.first(_set_aside, hub_id=hub_id)
    return found.n if found else 0
