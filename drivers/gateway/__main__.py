"""`python -m drivers.gateway --config FILE`: the bare gateway, which `dianshu gateway run` turns into."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from drivers.gateway.process import GatewayError, run
from drivers.gateway.settings import SettingsError, load_settings


def main() -> int:
    """Run until told to stop; 2 with one plain line if it cannot start."""
    parser = argparse.ArgumentParser(prog="dianshu gateway run")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    logging.basicConfig(
        level=logging.DEBUG if asked.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        run(load_settings(asked.config))
    except (SettingsError, GatewayError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
