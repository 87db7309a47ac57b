"""The shop's logo: made ready once, in black and white and no larger than a narrow receipt."""

import io
from pathlib import Path

from hub.devices.paper import Picture
from hub.kernel.errors import Refused

MAX_FILE_BYTES = 1024 * 1024
_SIDE_DOTS_MAX = 4_000
_WIDTH_DOTS, _HEIGHT_DOTS = 384, 200


def load_logo(path: Path) -> Picture:
    """The PNG in a file, dithered. Raises Refused `settings.logo_unusable`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ValueError(f"over {MAX_FILE_BYTES} bytes")
        return Picture(png=_dithered(content))
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused("settings.logo_unusable", 400, path=str(path), reason=str(error)) from error


def _dithered(content: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415 (only a hub with a logo needs it)

    with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
        if max(opened.size) > _SIDE_DOTS_MAX:
            raise ValueError(f"over {_SIDE_DOTS_MAX} dots a side")
        layer = opened.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    grey = Image.alpha_composite(paper, layer).convert("L")
    grey.thumbnail((_WIDTH_DOTS, _HEIGHT_DOTS))
    out = io.BytesIO()
    grey.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()
