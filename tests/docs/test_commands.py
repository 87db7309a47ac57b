"""Commands, options, targets and settings that documents name exist; and none that exists goes unnamed."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from typer.main import get_command

from cloud_sync.cloud import settings as cloud
from drivers.gateway import settings as gateway
from hub.app import cli
from hub.app import settings as hub
from tests.docs.papers import ROOT, Paper, paper, papers

_MAKE = re.compile(r"(?:^|&& |[A-Z]=\d+ )make ((?:[a-z]+ ?)+)")
_COMMAND = re.compile(r"(?<![\w/.-])dianshu ([a-z].*)")
OPERATING = paper(ROOT / "docs" / "operating.md")
STRUCTS = (
    hub.HubSettings,
    hub.Shop,
    hub.CloudSettings,
    gateway.GatewaySettings,
    gateway.DeviceSettings,
    cloud.CloudSettings,
    cloud.MqttSettings,
    cloud.ConsoleSettings,
)


def commands_in(command: Any) -> dict[str, Any]:
    """A group's commands; none for a plain command. Typer brings a click of its own, so types do not help."""
    return dict(getattr(command, "commands", {}))


def known() -> dict[str, Any]:
    """Every command by its words."""
    root = commands_in(get_command(cli.app))
    for name, (module, _) in cli.PROGRAMS.items():
        root[name] = get_command(importlib.import_module(module).app)
    return {words: command for name, top in root.items() for words, command in _below(name, top)}


def _below(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = commands_in(command)
    if not inner or command.invoke_without_command:
        yield words, command
    for name, one in inner.items():
        yield from _below(f"{words} {name}", one)


def named(one: Paper) -> Iterator[tuple[str, list[str]]]:
    """Every command that a document names: its words with arguments, and its options."""
    for code in one.code():
        for match in _COMMAND.finditer(code):
            words = match[1].split()
            first_option = next(
                (at for at, word in enumerate(words) if word.startswith(("-", "["))), len(words)
            )
            options = re.findall(r"--[a-z][a-z-]*", match[1])
            yield " ".join(words[:first_option]), options


def meant(words: str, commands: dict[str, Any]) -> str | None:
    """The longest command that these words begin with."""
    parts = words.split()
    tries = (" ".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in tries if name in commands), None)


def arguments_of(command: Any) -> int:
    """How many words a command takes behind its own."""
    return sum(parameter.param_type_name == "argument" for parameter in command.params)


def wrong_commands(one: Paper) -> list[str]:
    """Commands that do not exist, and options that their command does not have."""
    commands, wrong = known(), []
    for words, options in named(one):
        name = meant(words, commands)
        if name is None or len(words.split()) - len(name.split()) > arguments_of(commands[name]):
            wrong.append(words)
            continue
        has = {option for parameter in commands[name].params for option in parameter.opts}
        wrong += [f"{name} {option}" for option in options if option not in has]
    return wrong


@pytest.mark.parametrize("one", papers(), ids=lambda one: one.path.relative_to(ROOT).as_posix())
def test_every_command_and_option_exists(one: Paper) -> None:
    assert wrong_commands(one) == []


def test_every_command_is_written_about() -> None:
    commands = known()
    told = {meant(words, commands) for one in papers() for words, _ in named(one)}
    assert set(commands) - told == set()


def test_what_does_not_exist_is_found() -> None:
    sample = Paper(
        ROOT / "README.md",
        "`dianshu hub sing`, `dianshu demo twice`, `dianshu hub run --loud`\n```\ndianshu fly # high\n```\n",
    )
    assert wrong_commands(sample) == ["hub sing", "demo twice", "hub run --loud", "fly"]


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {
        word
        for one in papers()
        for code in one.code()
        for match in _MAKE.finditer(code)
        for word in match[1].split()
    }
    assert {"demo", "test"} <= asked
    assert asked - targets == set()


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: f"{struct.__module__}.{struct.__name__}")
def test_every_setting_is_written_about(struct: type[msgspec.Struct]) -> None:
    words = {word for span in OPERATING.spans() for word in re.findall(r"\w+", span)}
    assert {field.name for field in msgspec.structs.fields(struct)} - words == set()


def test_every_alarm_of_the_sync_is_written_about() -> None:
    codes = tomllib.loads((ROOT / "cloud_sync" / "wire" / "texts.toml").read_text(encoding="utf-8"))
    assert set(codes) - set(OPERATING.spans()) == set()
