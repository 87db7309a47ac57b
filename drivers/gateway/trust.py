"""Whom this gateway takes for its hub."""

from __future__ import annotations

import ssl
from pathlib import Path


def trust(hub_ca: Path | None) -> ssl.SSLContext:
    """Only what the hub's own authority signed, at whatever address; without one, as a browser would.

    The authority signs for nobody but its hub, so the address, which may change, need not be in it. Raises
    OSError where the file is missing or is no certificate.
    """
    if hub_ca is None:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cafile=hub_ca)
    return context
