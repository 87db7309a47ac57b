"""The cloud's own tables; the projected ones are the hub's modules'."""

from sqlalchemy import Index, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.schema import SchemaItem

from hub.kernel.tables import blob, integer, text

metadata = MetaData()


def _table(name: str, *items: SchemaItem, key: tuple[str, ...]) -> Table:
    return Table(name, metadata, *items, PrimaryKeyConstraint(*key), sqlite_strict=True)


hubs = _table(
    "cloud_hubs",
    text("hub_id"),
    text("tenant"),
    text("store_id"),
    blob("public_key"),
    integer("epoch"),
    integer("applied"),
    blob("applied_hash"),
    text("state"),
    text("reason", nullable=True),
    integer("last_ack_ms", nullable=True),
    key=("hub_id",),
)
"""Who may send, and the contiguous prefix of each that is committed here."""

raw_journal = _table(
    "cloud_journal",
    text("hub_id"),
    integer("epoch"),
    integer("seq"),
    text("store_id"),
    text("type"),
    text("subject"),
    integer("at_ms"),
    blob("body"),
    blob("hash"),
    Index("cloud_journal_by_subject", "store_id", "subject"),
    key=("hub_id", "epoch", "seq"),
)
"""Every event of every store, body by body as it was hashed."""

quarantine = _table(
    "cloud_quarantine",
    text("hub_id"),
    integer("epoch"),
    integer("seq"),
    text("kind"),
    blob("hash"),
    text("reason"),
    blob("body"),
    integer("at_ms"),
    key=("hub_id", "epoch", "seq", "kind", "hash"),
)
"""Events set aside: `poison` (unreadable), `projection` (its tables failed), `fork` (another is known)."""

alarms = _table(
    "cloud_alarms",
    text("hub_id"),
    text("code"),
    integer("times"),
    integer("last_ms"),
    text("detail"),
    key=("hub_id", "code"),
)
"""What a person should look at, one row for a kind however often it happens."""

cursors = _table(
    "cloud_cursors",
    text("hub_id"),
    integer("epoch"),
    integer("projected"),
    integer("unknown_events"),
    key=("hub_id", "epoch"),
)
"""How far the tables have followed each hub's journal."""

heartbeats = _table(
    "cloud_heartbeats",
    text("hub_id"),
    integer("online"),
    integer("last_seen_ms"),
    integer("head_seq"),
    integer("oldest_age_s"),
    text("version"),
    text("uplink_state"),
    text("live_date"),
    integer("live_orders"),
    integer("live_total_fen"),
    key=("hub_id",),
)
"""The last word of each hub about itself; provisional by nature."""

device_figures = _table(
    "cloud_device_figures",
    text("hub_id"),
    text("device_id"),
    text("counts"),
    integer("scans_a_minute"),
    integer("heard_ms"),
    key=("hub_id", "device_id"),
)
"""What each hub last said its devices have done; `counts` is JSON."""

console_users = _table(
    "cloud_console_users",
    text("login"),
    text("name"),
    text("password_hash"),
    integer("demo"),
    integer("wrong_tries"),
    integer("locked_until_ms"),
    key=("login",),
)

console_sessions = _table(
    "cloud_console_sessions",
    text("token_hash"),
    text("login"),
    integer("expires_ms"),
    key=("token_hash",),
)
