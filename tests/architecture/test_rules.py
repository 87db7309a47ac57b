"""The house rules hold, and each of them finds what it is for."""

from collections.abc import Callable, Iterable

import pytest

from tests.architecture import rules
from tests.architecture.house import ROOT, Source, imports_of, module_folders, parse, product, sources

Rule = Callable[[Source], Iterable[object]]

# Files of a module that hold statements, I/O or HTTP, and decide nothing.
NOT_DECIDING = {
    "artifact",
    "effects",
    "events",
    "jobs",
    "messages",
    "module",
    "projection",
    "routes",
    "store",
    "tables",
}
STEADY = {"handlers", "model", "reactions"}
# How many supervisors there may be: a ratchet.
SUPERVISORS_MAX = 22


def in_modules() -> list[tuple[str, str, Source]]:
    """The modules' files: folder, name without suffix, source."""
    folders = {folder.relative_to(ROOT).as_posix() for folder in module_folders()}
    split = [(*source.path.removesuffix(".py").rpartition("/")[::2], source) for source in product()]
    return [(folder, name, source) for folder, name, source in split if folder in folders]


def deciding() -> list[Source]:
    """Handlers, models and reactions, and whatever of their module they import to decide with."""
    files = {(folder, name): source for folder, name, source in in_modules()}
    wanted = [key for key in files if key[1] in STEADY]
    found: dict[tuple[str, str], Source] = {}
    while wanted:
        key = wanted.pop()
        if key in found or key not in files or key[1] in NOT_DECIDING:
            continue
        found[key] = files[key]
        for _, module, name in imports_of(files[key]):
            room, _, last = module.replace(".", "/").rpartition("/")
            wanted += [(room, last), (module.replace(".", "/"), name)]
    return list(found.values())


def broken(rule: Rule, found: Iterable[Source]) -> list[object]:
    return [violation for source in found for violation in rule(source)]


def test_nothing_that_decides_can_write() -> None:
    assert broken(rules.writing, deciding()) == []


def test_what_a_handler_leans_on_is_judged_with_it() -> None:
    paths = {source.path for source in deciding()}
    assert {"hub/modules/orders/handlers.py", "hub/modules/identity/pins.py"} <= paths
    assert not any(path.endswith(("/store.py", "/projection.py")) for path in paths)


def test_handlers_take_time_and_ids_from_their_context() -> None:
    assert broken(rules.unsteady, [source for _, name, source in in_modules() if name in STEADY]) == []


def test_projections_are_pure() -> None:
    found = [source for source in product() if source.path.endswith("/projection.py")]
    assert found
    assert broken(rules.impure_projection, found) == []


def test_broad_excepts_are_in_supervisors_that_say_so() -> None:
    found = [(source.path, line, said) for source in product() for line, said in rules.broad_excepts(source)]
    assert [f"{path}:{line}" for path, line, said in found if not said] == []
    assert len(found) <= SUPERVISORS_MAX


def test_no_room_is_named_for_nothing() -> None:
    assert (
        broken(rules.vague_names, sources("hub", "drivers", "cloud_sync", "hardware_sim", "tools", "tests"))
        == []
    )


def test_what_ships_needs_nothing_that_only_develops_it() -> None:
    assert broken(rules.development_imports, product()) == []


def test_no_test_may_decide_not_to_run() -> None:
    assert broken(rules.skips, sources("tests")) == []


def test_queues_are_bounded() -> None:
    assert broken(rules.unbounded_queues, product()) == []


def test_money_and_quantity_are_integers() -> None:
    assert broken(rules.floating_amounts, product()) == []


WRITING_HANDLER = """
from hub.kernel.decision import Decision
def pay(command, ctx):
    ctx.read.cursor.execute("DELETE FROM journal")
    return Decision()
"""
IMPURE_PROJECTION = """
def order_paid(record: Record[OrderPaid]) -> Rows:
    return [(_save, {"at": now()})]
def line_added(record: Record[LineAdded], clock: Clock) -> Rows:
    return []
"""
SAMPLES: list[tuple[Rule, str]] = [
    (rules.writing, WRITING_HANDLER),
    (rules.writing, "from sqlalchemy import insert"),
    (rules.writing, "from hub.kernel import writer"),
    (rules.writing, "from hub.kernel.sql import Reader, upsert"),
    (rules.writing, "def pay(command, ctx):\n    import sqlite3"),
    (rules.writing, "def pay(command, ctx):\n    ctx.bus.dispatch(command)"),
    (rules.writing, "def pay(command, ctx):\n    open('/tmp/x', 'w')"),
    (rules.unsteady, "from datetime import datetime"),
    (rules.unsteady, "def pay(command, ctx):\n    import random"),
    (rules.impure_projection, IMPURE_PROJECTION),
    (rules.impure_projection, "import time"),
    (rules.impure_projection, "from hub.kernel.sql import Query"),
    (rules.impure_projection, "from hub.modules.orders.store import order"),
    (rules.impure_projection, "def a(record: Record[X]) -> Rows:\n    global seen\n    return []"),
    (rules.impure_projection, "async def a(record: Record[X]) -> Rows:\n    return []"),
    (rules.broad_excepts, "try:\n    pass\nexcept Exception:\n    pass"),
    (rules.broad_excepts, "try:\n    pass\nexcept (ValueError, BaseException):\n    pass"),
    (rules.broad_excepts, "try:\n    pass\nexcept:\n    pass"),
    (rules.development_imports, "def f():\n    import tests.kernel.jars"),
    (rules.skips, "import pytest\npytest.importorskip('evdev')"),
    (rules.skips, "import pytest\n@pytest.mark.skipif(True, reason='')\ndef test(): ..."),
    (rules.unbounded_queues, "import queue\nwaiting = queue.Queue()"),
    (rules.floating_amounts, "half = line.amount_fen / 2"),
    (rules.floating_amounts, "def f(qty_milli: float) -> None: ..."),
]


@pytest.mark.parametrize(("rule", "sample"), SAMPLES)
def test_a_rule_finds_its_sample(rule: Rule, sample: str) -> None:
    assert list(rule(parse(sample)))


def test_a_vague_name_is_found() -> None:
    assert list(rules.vague_names(parse("", "hub/modules/orders/utils.py")))


INNOCENT: list[tuple[Rule, str]] = [
    (rules.writing, "from hub.kernel.decision import Decision\nfrom hub.kernel.sql import Reader"),
    (rules.impure_projection, "def a(record: Record[X]) -> Rows:\n    return []\ndef _b(record, kind): ..."),
    (rules.broad_excepts, "try:\n    pass\nexcept BaseException:\n    undo()\n    raise"),
    (rules.unbounded_queues, "import queue\nwaiting = queue.Queue(maxsize=5)"),
    (rules.floating_amounts, "half_fen = line.amount_fen // 2\nratio = done / total"),
]


@pytest.mark.parametrize(("rule", "sample"), INNOCENT)
def test_a_rule_leaves_the_innocent_alone(rule: Rule, sample: str) -> None:
    assert list(rule(parse(sample))) == []


def test_a_supervisor_says_why() -> None:
    sample = "try:\n    pass\nexcept Exception:  # supervisor: one device must not end the others\n    pass"
    assert list(rules.broad_excepts(parse(sample))) == [(3, True)]
