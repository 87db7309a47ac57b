"""Erase a person, rebuild, restore a backup: the name is nowhere, and the chain is whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.app import tools
from hub.app.settings import HubSettings, Shop
from hub.app.wiring import ROOMS, open_engine
from hub.kernel.context import SYSTEM, Caller
from hub.kernel.engine import Engine, Folder, open_for_reading
from hub.kernel.ids import new_id
from hub.kernel.journal import read_page
from hub.kernel.keystore import Keystore, load_key
from hub.kernel.messages import Command
from hub.kernel.projections import event_types
from hub.modules.identity import store as identity
from hub.modules.identity.events import StaffAdded
from hub.modules.identity.messages import AddStaff, RegisterTerminal, SignIn
from tests.kernel.pages import decrypted

NAME = "收银员七十七号"
OTHER = "收银员七十八号"
NUMBERS = {NAME: "1077", OTHER: "1078"}
STAFF = {NAME: "7" * 32, OTHER: "8" * 32}
EVERYTHING = 100_000


class World:
    """A hub with two cashiers, and everything that its folders hold."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = HubSettings(
            store_id="S001", hub_id="hub-1", shop=Shop("店"), data_dir=str(root / "hub")
        )
        self.folder = Folder(root / "hub")
        self.desk = tools.Desk("en")

    def open(self) -> Engine:
        engine = open_engine(self.settings)
        engine.start()
        return engine

    def hire(self, engine: Engine) -> None:
        send(engine, RegisterTerminal(command_id=new_id(), terminal_id="T01", name="一号收银台"))
        for name, number in NUMBERS.items():
            hired = AddStaff(
                command_id=new_id(),
                staff_id=STAFF[name],
                staff_no=number,
                name=name,
                role="cashier",
                pin="135790",
            )
            send(engine, hired)
            signed_in = SignIn(command_id=new_id(), terminal_id="T01", staff_no=number, pin="135790")
            send(engine, signed_in, Caller())

    def databases(self) -> list[Path]:
        """Every database and log under the root, those that a restore moved aside included."""
        return [path for path in self.root.rglob("*.db*") if path.suffix in (".db", ".db-wal")]

    def held(self) -> bytes:
        """Every byte of every file as it lies there, and every page of every database decrypted."""
        key = load_key(self.folder.key)
        raw = b"".join(path.read_bytes() for path in self.root.rglob("*") if path.is_file())
        return raw + b"".join(decrypted(path, key) for path in self.databases())

    def readable_names(self) -> set[str]:
        """What any keystore in the folder opens of any sealed name in the journal."""
        key = load_key(self.folder.key)
        readers = open_for_reading(self.folder)
        types = event_types(ROOMS)
        events = [types.decode(entry.body).event for entry in read_page(readers, 0, EVERYTHING, EVERYTHING)]
        readers.close()
        names: set[str] = set()
        for path in self.folder.path.rglob("keys.db"):
            keystore = Keystore(path, key)
            sealed = [event for event in events if isinstance(event, StaffAdded)]
            names |= {keystore.open(event.staff_id, event.name_sealed) or "" for event in sealed}
            keystore.close()
        return names - {""}


def send(engine: Engine, command: Command, caller: Caller = SYSTEM) -> None:
    outcome = engine.bus.dispatch(command, caller)
    assert outcome.refusal is None, outcome.refusal


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "world")
    engine = made.open()
    made.hire(engine)
    assert NAME.encode() not in made.held()  # while it runs, with its logs: never in the clear
    engine.close()
    return made


def shown_names(world: World) -> dict[str, str | None]:
    """The staff as a manager's page lists them."""
    engine = world.open()
    try:
        everybody = identity.all_staff(engine.readers, "S001", engine.keystore)
        return {member.staff_no: member.name for member in everybody}
    finally:
        engine.close()


def person_key(world: World, person_id: str) -> bytes:
    keystore = Keystore(world.folder.keystore, load_key(world.folder.key))
    key = keystore._person_keys[person_id]
    keystore.close()
    return key


def test_before_anybody_is_erased_the_names_are_there(world: World) -> None:
    assert world.readable_names() == {NAME, OTHER}
    assert person_key(world, STAFF[NAME]) in world.held()
    assert shown_names(world) == {NUMBERS[NAME]: NAME, NUMBERS[OTHER]: OTHER}


def test_erased_rebuilt_and_restored_the_name_is_nowhere(world: World, tmp_path: Path) -> None:
    key = person_key(world, STAFF[NAME])
    assert tools.make_backup(world.desk, world.folder.path, tmp_path / "backup", with_key=True) == tools.OK
    steps: list[Callable[[], int]] = [
        lambda: tools.erase_person(world.desk, world.settings, NUMBERS[NAME]),
        lambda: tools.rebuild_journal(world.desk, world.folder.path),
        lambda: tools.restore_backup(world.desk, tmp_path / "backup", world.folder.path, None),
        lambda: tools.rebuild_journal(world.desk, world.folder.path),
    ]
    for step in steps:
        assert world.desk.run(step) == tools.OK
        held = world.held()
        assert NAME.encode() not in held
        assert key not in held
        assert world.readable_names() == {OTHER}
        assert shown_names(world).get(NUMBERS[NAME]) is None
        assert shown_names(world)[NUMBERS[OTHER]] == OTHER
        assert tools.verify_journal(world.desk, world.folder.path) == tools.OK


def test_who_was_erased_can_be_hired_again_only_as_somebody_new(world: World) -> None:
    assert tools.erase_person(world.desk, world.settings, STAFF[NAME]) == tools.OK
    engine = world.open()
    again = AddStaff(
        command_id=new_id(), staff_id=STAFF[NAME], staff_no="1079", name=NAME, role="cashier", pin="135790"
    )
    assert engine.bus.dispatch(again, SYSTEM).refusal is not None
    engine.close()
    assert world.readable_names() == {OTHER}
