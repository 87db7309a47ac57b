"""What the console asks and is told: HTTP under /api/console, one WebSocket at /ws/console.

| request | answer |
|---|---|
| POST /api/console/sign-in `SignIn` | `ConsoleUser`, and the session cookie |
| POST /api/console/sign-out | 204 |
| GET /api/console/session | `ConsoleUser`, or 401 |
| GET /api/console/stores | list of `StoreState` |
| GET /api/console/stores/{store_id}/devices | list of `DeviceFiguresView` |
| GET /api/console/stores/{store_id}/settlements | list of `TerminalSettlement` |
| GET /api/console/orders?date=&store_id=&before=&limit= | `OrderPage` |
| GET /api/console/orders/{store_id}/{order_id} | `OrderDetail` |
| GET /api/console/figures?date=&store_id= | `DayFigures` |
| GET /api/console/projections | list of `ProjectionLag` |
| WS /ws/console | `Snapshot`, then `SaleFrame` and `StoresFrame`, told apart by `type` |

Every refusal is a `Problem`, its text in the language of Accept-Language (zh-CN unless it asks for en).
"""

from typing import Literal

import msgspec

from hub.kernel.messages import View

Fact = str | int


class Problem(msgspec.Struct, frozen=True):
    """A refusal as the console is told it."""

    code: str
    text: str
    facts: dict[str, Fact] = {}


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is at the console."""

    login: str
    password: str


class ConsoleUser(msgspec.Struct, frozen=True):
    """The person signed in; `demo` marks a demonstration's account."""

    login: str
    name: str
    demo: bool
    expires_at_ms: int


HubState = Literal["waiting", "online", "offline", "quarantined"]


class StoreState(msgspec.Struct, frozen=True):
    """How one store's hub stands.

    `pending_events` is what the hub last said it still holds; `lag_events` is what the cloud has
    acknowledged and not yet projected. `alarm` is a refusal code with a text, or null. Live totals
    come with the heartbeat, so they are provisional: they include sales still on their way.
    """

    store_id: str
    hub_id: str
    state: HubState
    epoch: int
    applied: int
    pending_events: int
    oldest_age_s: int
    lag_events: int
    quarantined_events: int
    last_seen_ms: int | None
    last_ack_ms: int | None
    version: str
    live_orders: int
    live_total_fen: int
    live_business_date: str
    alarm: str | None
    alarm_text: str | None


class DeviceFiguresView(msgspec.Struct, frozen=True):
    """What one of a store's devices has done, by UnifiedPOS's names where there is one; lossy telemetry."""

    hub_id: str
    device_id: str
    counts: dict[str, int]
    scans_a_minute: int
    heard_ms: int


class TerminalSettlement(View, frozen=True):
    """A payment terminal's settlement: what it told, and what its store has of it.

    A difference may have gone with one of `unknown_before` settlements of unknown end.
    """

    settlement_id: str
    device_id: str
    terminal_id: str
    state: Literal["requested", "done", "failed", "unknown"]
    asked_ms: int
    their_count: int | None
    their_fen: int | None
    our_fen: int
    difference_fen: int | None
    unknown_before: int


class TenderAmount(msgspec.Struct, frozen=True):
    """What one kind of tender took."""

    tender: str
    amount_fen: int


Returned = Literal["none", "part", "all"]


class SaleView(msgspec.Struct, frozen=True):
    """A paid order in a list; `returned` says how much of it came back, `refunded_fen` for how much."""

    store_id: str
    order_id: str
    receipt_no: str
    business_date: str
    paid_at_ms: int
    terminal_id: str
    cashier_id: str
    line_count: int
    total_fen: int
    tenders: list[TenderAmount]
    returned: Returned
    refunded_fen: int


class OrderPage(msgspec.Struct, frozen=True):
    """Newest first; hand `next_before` back as `before` for the following page."""

    orders: list[SaleView]
    next_before: str | None


class OrderLineView(View, frozen=True):
    """One line of an order."""

    line_no: int
    sku: str
    name: str
    qty_milli: int
    unit_price_fen: int
    amount_fen: int
    returned_milli: int


class JournalEvent(msgspec.Struct, frozen=True):
    """One journal record as it arrived: `body` is the text of the exact bytes that `hash` covers."""

    epoch: int
    seq: int
    type: str
    at_ms: int
    actor: str | None
    hash: str
    body: str


class ReturnView(View, frozen=True):
    """Goods of an order that came back; `settled_ms` is when all their money was, null until then."""

    return_no: str
    kind: Literal["void", "return"]
    terminal_id: str
    refund_fen: int
    reason: str
    at_ms: int
    settled_ms: int | None


class OrderDetail(msgspec.Struct, frozen=True):
    """One order, what is on it, what came back of it, and every journal record of its life."""

    order: SaleView
    lines: list[OrderLineView]
    returns: list[ReturnView]
    tendered_fen: int
    change_fen: int
    events: list[JournalEvent]
    events_truncated: bool


class HourFigure(msgspec.Struct, frozen=True):
    """One hour of the trading day, on the store's wall clock."""

    hour: int
    orders: int
    total_fen: int


class StoreFigure(msgspec.Struct, frozen=True):
    """One store's day."""

    store_id: str
    orders: int
    total_fen: int


class DayFigures(msgspec.Struct, frozen=True):
    """A trading day over the stores asked for."""

    business_date: str
    orders: int
    total_fen: int
    average_fen: int
    by_hour: list[HourFigure]
    by_store: list[StoreFigure]
    by_tender: list[TenderAmount]


class ProjectionLag(msgspec.Struct, frozen=True):
    """How far the tables of one hub stand behind its acknowledged journal."""

    hub_id: str
    store_id: str
    applied: int
    projected: int
    lag_events: int
    quarantined_events: int


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """The first frame on /ws/console, and again after a gap: everything the live page shows."""

    seq: int
    now_ms: int
    business_date: str
    stores: list[StoreState]
    sales: list[SaleView]
    figures: DayFigures


class SaleFrame(msgspec.Struct, frozen=True, tag="sale"):
    """A sale that has just reached the cloud's tables, with the day's figures after it."""

    seq: int
    sale: SaleView
    orders_today: int
    total_today_fen: int


class StoresFrame(msgspec.Struct, frozen=True, tag="stores"):
    """Stores whose standing changed; with none of them, every ten seconds, it says that the link lives."""

    seq: int
    stores: list[StoreState]


ConsoleFrame = Snapshot | SaleFrame | StoresFrame
