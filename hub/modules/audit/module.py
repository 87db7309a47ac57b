"""The manifest of audit."""

from typing import Any

from hub.kernel.module import Manifest
from hub.modules.audit import events, projection
from hub.modules.audit.tables import TABLES


def _routes() -> list[Any]:
    from hub.modules.audit.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


MODULE = Manifest(
    name="audit",
    package="hub.modules.audit",
    events=(events.ApprovalGranted, events.ApprovalDenied),
    projections={
        events.ApprovalGranted: projection.approval_granted,
        events.ApprovalDenied: projection.approval_denied,
    },
    tables=TABLES,
    routes=_routes,
)
