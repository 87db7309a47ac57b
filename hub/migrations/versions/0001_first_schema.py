"""The first schema: the journal, and every table that no rebuild can bring back."""

from hub.migrations.columns import blob, create, index, integer, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    _kernel()
    _identity()
    _catalogue()
    _gateway()
    _payments()


def _kernel() -> None:
    create(
        "durable_marks",
        text("name"),
        integer("seq"),
        key=("name",),
    )
    create(
        "effect_cursors",
        text("effect"),
        integer("seq"),
        key=("effect",),
    )
    create(
        "journal",
        integer("seq"),
        integer("epoch"),
        text("type"),
        text("subject"),
        text("command_id", nullable=True),
        text("request_hash", nullable=True),
        integer("at_ms"),
        blob("body"),
        blob("hash"),
        key=("seq",),
    )
    index("journal_by_command", "journal", "command_id", unique=True)
    index("journal_by_subject", "journal", "subject")
    create(
        "loaded_artifacts",
        text("sha256"),
        integer("row_count"),
        key=("sha256",),
    )
    create(
        "signed_heads",
        text("origin"),
        integer("epoch"),
        integer("seq"),
        blob("hash"),
        blob("signature"),
        key=("origin", "epoch", "seq"),
    )
    create(
        "table_shapes",
        text("name"),
        text("shape"),
        key=("name",),
    )


def _identity() -> None:
    create(
        "identity_pins",
        text("staff_id"),
        text("pin_hash"),
        integer("failures"),
        integer("locked_until_ms"),
        key=("staff_id",),
    )
    create(
        "identity_sessions",
        text("session_id"),
        text("store_id"),
        text("staff_id"),
        text("terminal_id"),
        integer("opened_ms"),
        key=("session_id",),
    )
    index("identity_sessions_by_staff", "identity_sessions", "staff_id")
    index("identity_sessions_by_terminal", "identity_sessions", "terminal_id")


def _catalogue() -> None:
    create(
        "catalogue_categories",
        text("sha256"),
        integer("category_no"),
        text("category"),
        text("name"),
        text("name_en"),
        key=("sha256", "category_no"),
    )
    create(
        "catalogue_codes",
        text("sha256"),
        text("code"),
        text("item_id"),
        key=("sha256", "code"),
    )
    create(
        "catalogue_containers",
        text("sha256"),
        integer("container_no"),
        text("name"),
        text("name_en"),
        integer("tare_g"),
        key=("sha256", "container_no"),
    )
    create(
        "catalogue_headers",
        text("sha256"),
        integer("version"),
        integer("item_count"),
        text("labels"),
        key=("sha256",),
    )
    create(
        "catalogue_items",
        text("sha256"),
        text("item_id"),
        integer("item_no"),
        text("sku"),
        text("name"),
        text("name_en"),
        text("category"),
        text("unit"),
        text("sold_by"),
        integer("price_fen"),
        integer("tax_rate_bp"),
        text("stock_policy"),
        text("code"),
        text("search_text"),
        integer("tare_g"),
        key=("sha256", "item_id"),
    )
    index("catalogue_items_by_category", "catalogue_items", "sha256", "category", "item_no")
    index("catalogue_items_in_order", "catalogue_items", "sha256", "item_no")


def _gateway() -> None:
    create(
        "gateway_offers",
        integer("slot"),
        text("gateway_id"),
        text("code_digest"),
        integer("opened_ms"),
        integer("failures"),
        key=("slot",),
    )
    create(
        "gateway_tokens",
        text("gateway_id"),
        text("token_digest"),
        key=("gateway_id",),
    )
    index("gateway_tokens_by_digest", "gateway_tokens", "token_digest")
    create(
        "gateway_boots",
        text("boot_id"),
        text("gateway_id"),
        integer("seq"),
        integer("seen_ms"),
        key=("boot_id",),
    )
    create(
        "print_attempts",
        text("job_id"),
        text("device_id"),
        text("gateway_id"),
        integer("given_ms"),
        key=("job_id",),
    )


def _payments() -> None:
    create(
        "payments_codes",
        text("attempt_id"),
        text("code"),
        key=("attempt_id",),
    )
