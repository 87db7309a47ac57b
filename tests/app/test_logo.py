"""The shop's logo on its receipts."""

import io
from pathlib import Path

import pytest
from PIL import Image

from hub.app.logo import MAX_FILE_BYTES, load_logo
from hub.app.receipts import Layouts
from hub.app.settings import HubSettings, Shop
from hub.devices import store
from hub.kernel.errors import Refused
from tests.devices.conftest import counter  # noqa: F401
from tests.devices.counter import Counter
from tests.devices.test_links import sell
from tests.modules.shop import STORE


def png(path: Path, size: tuple[int, int]) -> Path:
    Image.linear_gradient("L").resize(size).save(path, "PNG")
    return path


def test_a_logo_becomes_black_and_white_and_fits_a_narrow_paper(tmp_path: Path) -> None:
    logo = load_logo(png(tmp_path / "logo.png", (1600, 400)))
    with Image.open(io.BytesIO(logo.png)) as made:
        assert (made.mode, made.size) == ("1", (384, 96))
        assert made.convert("L").getextrema() == (0, 255)


def test_see_through_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "logo.png")
    with Image.open(io.BytesIO(load_logo(tmp_path / "logo.png").png)) as made:
        assert made.convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"x" * (MAX_FILE_BYTES + 1)])
def test_a_logo_that_is_none_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        load_logo(path)
    assert refused.value.refusal.code == "settings.logo_unusable"
    with pytest.raises(Refused):
        load_logo(tmp_path / "nowhere.png")


def test_the_logo_is_looked_for_in_the_data_folder(tmp_path: Path) -> None:
    settings = HubSettings(
        store_id="S001", hub_id="hub-1", shop=Shop("店", logo="logo.png"), data_dir=str(tmp_path)
    )
    assert settings.logo_path == tmp_path / "logo.png"


def test_the_logo_stands_above_the_shops_name(tmp_path: Path, counter: Counter) -> None:  # noqa: F811
    logo = load_logo(png(tmp_path / "logo.png", (200, 100)))
    sell(counter)
    engine = counter.engine
    layouts = Layouts(Shop("测试店"), engine.origin, engine.types, engine.keystore, logo)
    with engine.readers.session() as read:
        job = store.waiting_print_jobs(read, STORE, "T01")[0]
        assert layouts(read, job)[0] == logo
