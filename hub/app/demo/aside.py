"""The demo's own folder: told from a real hub's, and put aside where another build made it."""

import time
import tomllib
from pathlib import Path

from hub.app.demo.places import Places
from hub.app.demo.processes import DemoFailed
from hub.kernel.engine import Folder


def check_demo(places: Places) -> None:
    """Raises DemoFailed for a folder that holds a hub which is no demo's: nothing there is touched."""
    root = places.root
    holds_hub = any(Folder(folder).database.exists() for folder in (root, root / "hub"))
    if holds_hub and not _is_demo(places.hub_settings):
        raise DemoFailed(
            f"demo.not_a_demo: {root} 中有真实门店的数据，未作任何改动，请用 --folder 另选目录 · "
            "there is a real hub in this folder, which was left alone: name another with --folder"
        )


def put_aside(places: Places) -> Path:
    """Rename the demo's folder; where it is now."""
    check_demo(places)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = places.root.with_name(f"{places.root.name}-{stamp}")
    try:
        places.root.rename(aside)
    except OSError as error:
        raise DemoFailed(
            f"demo.folder_stays: {places.root} 无法移开，请自行删除或改名 · "
            f"it cannot be put aside ({error.strerror}): remove or rename it yourself"
        ) from error
    return aside


def _is_demo(settings: Path) -> bool:
    try:
        return tomllib.loads(settings.read_text(encoding="utf-8")).get("mode") == "demo"
    except (OSError, ValueError):
        return False
