"""The operator's tools: exit codes, plain words in the reader's language."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from hub.app import cli, cli_backup, cli_journal, cli_people, cli_restore
from hub.app.settings import HubSettings, load_settings
from hub.app.tools import reader_language
from hub.app.wiring import open_engine
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.heads import remember_acknowledged, sign_head
from hub.kernel.ids import new_id
from hub.kernel.journal import Head
from hub.modules.identity.messages import AddStaff, RegisterTerminal

SETTINGS = """
store_id = "S001"
hub_id = "hub-1"
data_dir = "{data}"

[shop]
name = "店"
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(SETTINGS.format(data=tmp_path / "hub"))
    engine = open_engine(load_settings(path))
    for number in range(5):
        till = RegisterTerminal(command_id=new_id(), terminal_id=f"T0{number + 1}", name="till")
        assert engine.bus.dispatch(till, SYSTEM).refusal is None
    engine.close()
    return path


@pytest.fixture
def settings(config: Path) -> HubSettings:
    return load_settings(config)


def run(module: object, *words: object) -> Result:
    app = module.app  # type: ignore[attr-defined]
    return CliRunner().invoke(app, [str(word) for word in words])


def tamper(settings: HubSettings, sql: str) -> None:
    connection = open_for_repair(Folder(settings.data_path))
    assert connection.execute(sql).rowcount > 0
    connection.close()


def test_a_whole_journal_is_0_in_words_of_the_reader_s_language(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(cli_journal, "verify", "--config", config)
    assert (told.exit_code, told.stdout) == (0, "The journal is whole: 5 entries, 0 signed heads\n")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    told = run(cli_journal, "verify", "--config", config)
    assert (told.exit_code, told.stdout) == (0, "流水账完好：5 条，0 个签名\n")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE journal SET body = x'7b7d' WHERE seq = 3", "Entry 3 of the journal was changed"),
        ("DELETE FROM journal WHERE seq = 2", "Entry 2 is missing from the journal"),
        ("UPDATE journal SET at_ms = 0 WHERE seq = 4", "The columns of entry 4 do not say"),
    ],
)
def test_a_finding_is_1_and_named(config: Path, settings: HubSettings, sql: str, words: str) -> None:
    tamper(settings, sql)
    for command in ("verify", "rebuild"):  # a broken journal rebuilds nothing
        told = run(cli_journal, command, "--config", config)
        assert (told.exit_code, words in told.stdout) == (1, True), told.stdout


@pytest.mark.parametrize(
    ("had", "words"),
    [
        (lambda head: head, "The journal's end was cut off: from entry 5 on"),
        (lambda head: msgspec.structs.replace(head, seq=3, hash=bytes(32)), "was recomputed"),
    ],
)
def test_what_the_cloud_had_and_the_journal_has_no_more_is_1_and_named(
    config: Path, settings: HubSettings, had: Callable[[Head], Head], words: str
) -> None:
    engine = open_engine(settings)
    head = had(engine.head() or Head(1, 0, b"", 0))
    signed = sign_head(engine.keystore, engine.origin.hub_id, head.epoch, head.seq, head.hash)
    remember_acknowledged(engine.keystore, signed)
    engine.close()
    tamper(settings, "DELETE FROM journal WHERE seq > 4")
    told = run(cli_journal, "verify", "--config", config)
    assert (told.exit_code, words in told.stdout) == (1, True), told.stdout


def test_what_is_not_there_and_what_was_not_said_is_2(tmp_path: Path) -> None:
    for command in ("verify", "rebuild"):
        told = run(cli_journal, command, "--data", tmp_path / "none")
        assert (told.exit_code, "There is no hub's data here" in told.stdout) == (2, True)
        assert run(cli_journal, command).exit_code == 2
    told = run(cli_journal, "verify", "--config", tmp_path / "none.toml")
    assert (told.exit_code, "There is no settings file" in told.stdout) == (2, True)
    assert not (tmp_path / "none").exists()


def test_a_rebuild_that_changes_nothing_is_0_one_that_does_is_1_and_then_0(
    config: Path, settings: HubSettings
) -> None:
    told = run(cli_journal, "rebuild", "--config", config)
    assert (told.exit_code, "5 entries replayed: the tables were what" in told.stdout) == (0, True)
    tamper(settings, "UPDATE identity_terminals SET name = 'changed' WHERE terminal_id = 'T01'")
    told = run(cli_journal, "rebuild", "--config", config)
    assert (told.exit_code, "put right: identity_terminals" in told.stdout) == (1, True)
    assert run(cli_journal, "rebuild", "--config", config).exit_code == 0


def test_beside_a_running_hub_verify_goes_on_and_rebuild_refuses(config: Path, settings: HubSettings) -> None:
    engine = open_engine(settings)
    assert run(cli_journal, "verify", "--config", config).exit_code == 0
    told = run(cli_journal, "rebuild", "--config", config)
    assert (told.exit_code, "Another hub is using this data folder" in told.stdout) == (2, True)
    assert run(cli_people, "erase", "1001", "--yes", "--config", config).exit_code == 2
    engine.close()


def test_a_wrong_key_is_2_and_said(config: Path, settings: HubSettings) -> None:
    Folder(settings.data_path).key.write_bytes(bytes(32))
    told = run(cli_journal, "verify", "--config", config)
    assert (told.exit_code, "The key is not the one of the data file hub.db" in told.stdout) == (2, True)


def hire(engine: Engine, number: str) -> None:
    hired = AddStaff(
        command_id=new_id(),
        staff_id=new_id(),
        staff_no=number,
        name="收银员 01",
        role="cashier",
        pin="135790",
    )
    assert engine.bus.dispatch(hired, SYSTEM).refusal is None


def test_erasing_asks_first_and_an_unknown_person_is_2(config: Path, settings: HubSettings) -> None:
    engine = open_engine(settings)
    hire(engine, "1001")
    engine.close()
    declined = CliRunner().invoke(cli_people.app, ["erase", "1001", "--config", str(config)], input="n\n")
    assert declined.exit_code == 1
    told = run(cli_people, "erase", "1001", "--yes", "--config", config)
    assert (told.exit_code, "Done: the name of 1001" in told.stdout) == (0, True)
    told = run(cli_people, "erase", "1001", "--yes", "--config", config)
    assert (told.exit_code, "Nobody has the id or staff number 1001" in told.stdout) == (2, True)


def test_backup_and_restore(config: Path, settings: HubSettings, tmp_path: Path) -> None:
    to, target = tmp_path / "backup", tmp_path / "another"
    made = run(cli_backup, "--config", config, "--to", to)
    assert (made.exit_code, "up to journal entry 5" in made.stdout) == (0, True)
    assert "The key is not in it" in made.stdout
    assert run(cli_backup, "--config", config, "--to", to).exit_code == 2
    told = run(cli_restore, "--from", to, "--to", target)
    assert (told.exit_code, "Without its key a backup is useless" in told.stdout) == (2, True)
    told = run(cli_restore, "--from", to, "--to", target, "--key", settings.data_path / "hub.key")
    assert (told.exit_code, "Restored, up to journal entry 5" in told.stdout) == (0, True)
    assert run(cli_journal, "verify", "--data", target).exit_code == 0
    (to / "hub.db").write_bytes(b"rubbish")
    assert run(cli_restore, "--from", to, "--to", target).exit_code == 1


def test_a_backup_needs_to_know_where_to(config: Path) -> None:
    assert run(cli_backup, "--config", config).exit_code == 2


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": ""}, "en"),
    ],
)
def test_the_reader_s_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert reader_language() == language


@pytest.mark.parametrize(
    ("language", "words"), [("zh_CN.UTF-8", "另一个版本"), ("en_GB.UTF-8", "another build made these data")]
)
@pytest.mark.parametrize("command", ["run", "init"])
def test_a_hub_on_another_builds_schema_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    config: Path,
    settings: HubSettings,
    command: str,
    language: str,
    words: str,
) -> None:
    connection = open_for_repair(Folder(settings.data_path))
    connection.execute("ALTER TABLE table_shapes ADD COLUMN more TEXT")
    connection.close()
    monkeypatch.setenv("LANG", language)
    refused = CliRunner().invoke(cli.app, ["hub", command, "--config", str(config)])
    assert refused.exit_code == 2
    (line,) = refused.output.splitlines()
    assert line.startswith("schema.changed: ")
    assert words in line
    assert "table_shapes" in line
