"""Devices, print jobs, drawers and refused scans; and how far each gateway's readings are taken."""

from sqlalchemy import Index

from hub.kernel.tables import integer, local, projected, text

devices = projected(
    "devices",
    "store",
    text("device_id"),
    text("gateway_id"),
    text("kind"),
    text("model"),
    text("identity"),
    text("terminal_id", nullable=True),
    text("state"),
    text("health"),
    text("reason"),
    text("ability"),
    Index("devices_by_terminal", "store_id", "terminal_id", "kind", "device_id"),
    key=("device_id",),
)

print_jobs = projected(
    "print_jobs",
    "store",
    text("job_id"),
    text("document"),
    text("order_id"),
    text("terminal_id"),
    text("printer_kind"),
    integer("is_copy"),
    text("state"),
    text("reason"),
    integer("queued_ms"),
    integer("changed_ms"),
    text("device_id", nullable=True),
    Index("print_jobs_by_state", "store_id", "state", "terminal_id", "queued_ms", "job_id"),
    Index("print_jobs_by_printer", "store_id", "state", "device_id", "queued_ms"),
    Index("print_jobs_by_order", "store_id", "order_id"),
    key=("job_id",),
)

labels = projected(
    "labels",
    "store",
    text("label_id"),
    text("kind"),
    text("item_id"),
    text("name"),
    text("unit"),
    integer("price_fen"),
    text("code"),
    integer("copies"),
    integer("weight_g", nullable=True),
    integer("amount_fen", nullable=True),
    key=("label_id",),
)

drawers = projected(
    "drawers",
    "store",
    text("device_id"),
    integer("is_open", nullable=True),
    integer("changed_ms"),
    text("release_id", nullable=True),
    key=("device_id",),
)

drawer_incidents = projected(
    "drawer_incidents",
    "store",
    integer("seq"),
    text("kind"),
    text("device_id"),
    text("terminal_id", nullable=True),
    text("staff_id", nullable=True),
    integer("opened_ms"),
    integer("told_ms"),
    text("answer", nullable=True),
    text("answered_by", nullable=True),
    integer("answered_ms", nullable=True),
    Index("drawer_incidents_by_opening", "store_id", "device_id", "opened_ms"),
    key=("seq",),
)

pay_routes = projected(
    "pay_routes",
    "store",
    text("attempt_id"),
    text("device_id"),
    integer("routed_ms"),
    Index("pay_routes_by_device", "store_id", "device_id", "routed_ms"),
    key=("attempt_id",),
)

drawer_releases = projected(
    "drawer_releases",
    "store",
    text("release_id"),
    text("terminal_id"),
    text("device_id"),
    text("order_id"),
    text("reason"),
    text("state"),
    integer("requested_ms"),
    Index("drawer_releases_by_device", "store_id", "device_id", "requested_ms"),
    key=("release_id",),
)

refused_scans = projected(
    "refused_scans",
    "store",
    integer("seq"),
    text("device_id"),
    text("terminal_id", nullable=True),
    text("text"),
    integer("age_ms"),
    text("reason"),
    integer("at_ms"),
    text("symbology", nullable=True),
    key=("seq",),
)

gateway_boots = local(
    "gateway_boots",
    text("boot_id"),
    text("gateway_id"),
    integer("seq"),
    integer("seen_ms"),
    key=("boot_id",),
)
"""Each life of a gateway's process: how far its readings are taken, and when it was last seen."""

print_attempts = local(
    "print_attempts",
    text("job_id"),
    text("device_id"),
    text("gateway_id"),
    integer("given_ms"),
    key=("job_id",),
)

TABLES = (
    devices,
    print_jobs,
    drawers,
    drawer_incidents,
    pay_routes,
    labels,
    drawer_releases,
    refused_scans,
    gateway_boots,
    print_attempts,
)
