"""What is remembered is never what a commit has changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.app.remembered import MOST, Remembered
from hub.app.settings import HubSettings, Shop
from hub.app.wiring import open_engine
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine
from hub.kernel.ids import new_id
from hub.modules.identity import store as identity
from hub.modules.identity.messages import RegisterTerminal


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(
        HubSettings(store_id="S001", hub_id="hub-1", shop=Shop("店"), data_dir=str(tmp_path))
    )
    yield engine
    engine.close()


class Tills:
    """Finds the names of tills, and counts how often it is asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.asked: list[str] = []

    def find(self, till: str) -> str | None:
        self.asked.append(till)
        row = identity.terminal(self._engine.readers, "S001", till)
        return row.name if row else None


def name(engine: Engine, till: str, name: str) -> None:
    command = RegisterTerminal(command_id=new_id(), terminal_id=till, name=name)
    assert engine.bus.dispatch(command, SYSTEM).refusal is None


def test_an_answer_is_asked_for_once_and_again_after_a_change(engine: Engine) -> None:
    tills = Tills(engine)
    remembered = Remembered(engine, ("identity.",), tills.find)
    name(engine, "T01", "one")
    assert [remembered("T01"), remembered("T01")] == ["one", "one"]
    assert tills.asked == ["T01"]
    name(engine, "T01", "two")
    assert remembered("T01") == "two"


def test_what_rests_on_other_things_stays(engine: Engine) -> None:
    tills = Tills(engine)
    remembered = Remembered(engine, ("devices.",), tills.find)
    name(engine, "T01", "one")
    assert remembered("T01") == "one"
    name(engine, "T02", "another")
    assert remembered("T01") == "one"
    assert tills.asked == ["T01"]


def test_nothing_is_not_remembered(engine: Engine) -> None:
    tills = Tills(engine)
    remembered = Remembered(engine, ("devices.",), tills.find)
    assert remembered("T01") is None
    name(engine, "T01", "one")
    assert remembered("T01") == "one"


def test_an_answer_found_before_a_change_is_not_kept_after_it(engine: Engine) -> None:
    name(engine, "T01", "old")
    found: list[str] = []

    def find(till: str) -> str | None:
        row = identity.terminal(engine.readers, "S001", till)
        if not found:
            name(engine, "T01", "new")  # commits between the reading and the answer
        found.append(row.name if row else "")
        return found[-1]

    remembered = Remembered(engine, ("identity.",), find)
    assert remembered("T01") == "old"
    assert remembered("T01") == "new"


def test_it_does_not_grow_without_bound(engine: Engine) -> None:
    asked: list[str] = []

    def find(key: str) -> str:
        asked.append(key)
        return key

    remembered = Remembered(engine, ("identity.",), find)
    for _ in range(2):
        for number in range(MOST + 5):
            remembered(str(number))
    assert len(asked) == MOST + 10
