"""Setting a real store up from the command line, from nothing to goods that can be sold."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.app import cli_shop
from hub.app.settings import load_settings
from hub.app.wiring import open_engine
from hub.modules.catalogue import demo
from hub.modules.catalogue import store as catalogue
from hub.modules.identity import store as identity

SETTINGS = """
store_id = "S009"
hub_id = "hub-s009"
data_dir = "{data}"

[shop]
name = "店"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    path = tmp_path / "hub.toml"
    path.write_text(SETTINGS.format(data=tmp_path / "hub"))
    return path


def shop(config: Path, *words: str) -> Result:
    return CliRunner().invoke(cli_shop.app, [*words, "--config", str(config)])


def test_a_new_store_gets_staff_a_till_and_goods(config: Path, tmp_path: Path) -> None:
    goods = tmp_path / "goods.jsonl"
    goods.write_bytes(demo.artifact_bytes())

    for words in (
        ("staff", "--number", "9901", "--name", "管理员", "--pin", "975310"),
        ("till", "--id", "T01", "--name", "一号台"),
        ("catalogue", "--file", str(goods)),
    ):
        told = shop(config, *words)
        assert (told.exit_code, told.stdout) == (0, "Done\n"), told.output

    engine = open_engine(load_settings(config))
    with engine.readers.session() as read:
        (admin,) = identity.all_staff(read, "S009", engine.keystore)
        assert (admin.staff_no, admin.name, admin.role) == ("9901", "管理员", "admin")
        assert [till.terminal_id for till in identity.all_terminals(read, "S009")] == ["T01"]
        current = catalogue.active(read, "S009")
        assert current is not None
        assert current.version == demo.VERSION
    engine.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("staff", "--number", "1", "--name", "x", "--pin", "12"), "PIN"),
        (("staff", "--number", "1", "--name", "x", "--pin", "135790", "--role", "king"), "king"),
        (("till", "--id", "no such id", "--name", "x"), ""),
        (("catalogue", "--file", "/no/such/file"), "/no/such/file"),
    ],
)
def test_what_is_wrong_is_said(config: Path, words: tuple[str, ...], said: str) -> None:
    told = shop(config, *words)

    assert told.exit_code == 2
    assert said in told.output


def test_rubbish_is_no_catalogue(config: Path, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"\x00\xff\n{}\n")

    assert shop(config, "catalogue", "--file", str(rubbish)).exit_code == 2
