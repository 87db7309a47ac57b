"""House rules that an import contract cannot say, each a function from a source to what breaks it."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.house import Source, called_name, calls_of, imports_of, is_in

# Rooms through which something could be written, sent or started. A handler only decides.
WRITING_ROOMS = frozenset(
    """sqlalchemy sqlite3 sqlcipher3 psycopg alembic os io pathlib shutil tempfile socket ssl http urllib
    subprocess threading multiprocessing asyncio concurrent queue litestar uvicorn websockets
    paho serial evdev escpos
    hub.kernel.bus hub.kernel.writer hub.kernel.db hub.kernel.engine hub.kernel.schema hub.kernel.ledger
    hub.kernel.effects hub.kernel.jobs hub.kernel.rebuild""".split()
)
WRITING_NAMES = frozenset({"Session", "Cursor", "Kept", "upsert", "insert_into"})
WRITING_CALLS = frozenset(
    "execute executemany executescript commit rollback write write_all writelines write_text write_bytes "
    "unlink dispatch adispatch open exec eval print send sendall publish".split()
)
# What makes the same command decide differently the second time, or the same event project differently.
UNSTEADY_ROOMS = frozenset(
    "time datetime random secrets uuid os io socket subprocess threading asyncio".split()
)
PROJECTION_NAMES = frozenset({"Query", "Reader", "Session", "Cursor"})
PROJECTION_ROOMS = frozenset(
    "hub.kernel.context hub.kernel.decision hub.kernel.people hub.kernel.keystore hub.kernel.clock "
    "hub.kernel.artifacts pathlib sqlite3 sqlcipher3 psycopg".split()
)
VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "stuff"})
ESCAPE = re.compile(r"#\s*supervisor: \S")
SKIPS = frozenset({"skip", "skipif", "importorskip", "skipTest", "skipUnless"})
SKIPPERS = frozenset({"pytest", "mark", "unittest"})
QUEUES = frozenset({"Queue", "SimpleQueue", "LifoQueue", "PriorityQueue"})
QUANTITY = re.compile(r"_(fen|milli)$")


def writing(source: Source) -> Iterator[str]:
    """What lets a handler write, send or start something."""
    for line, module, name in imports_of(source):
        if is_in(module, WRITING_ROOMS) or is_in(f"{module}.{name}", WRITING_ROOMS) or name in WRITING_NAMES:
            yield f"{source.path}:{line} imports {module} {name}".rstrip()
    for call in calls_of(source):
        if called_name(call) in WRITING_CALLS:
            yield f"{source.path}:{call.lineno} calls {called_name(call)}"


def unsteady(source: Source) -> Iterator[str]:
    """What reads a clock, randomness or the machine."""
    for line, module, name in imports_of(source):
        if is_in(module, UNSTEADY_ROOMS):
            yield f"{source.path}:{line} imports {module} {name}".rstrip()


def impure_projection(source: Source) -> Iterator[str]:
    """What makes a projection more than a function from one record to rows."""
    yield from unsteady(source)
    for line, module, name in imports_of(source):
        outside = is_in(module, PROJECTION_ROOMS) or module.endswith((".store", ".handlers"))
        if outside or name in PROJECTION_NAMES:
            yield f"{source.path}:{line} imports {module} {name}".rstrip()
    for node in source.tree.body:
        if isinstance(node, ast.AsyncFunctionDef):
            yield f"{source.path}:{node.lineno} {node.name} is async"
        elif (
            isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not _takes_a_record(node)
        ):
            yield f"{source.path}:{node.lineno} {node.name} takes more than a record"
    for inner in ast.walk(source.tree):
        if isinstance(inner, ast.Global | ast.Nonlocal):
            yield f"{source.path}:{inner.lineno} keeps state"
    for call in calls_of(source):
        if called_name(call) in WRITING_CALLS:
            yield f"{source.path}:{call.lineno} calls {called_name(call)}"


def _takes_a_record(function: ast.FunctionDef) -> bool:
    arguments = function.args
    only = len(arguments.args) == 1 and not (arguments.kwonlyargs or arguments.vararg or arguments.kwarg)
    annotation = arguments.args[0].annotation if only else None
    return annotation is not None and ast.unparse(annotation).startswith("Record[")


def broad_excepts(source: Source) -> Iterator[tuple[int, bool]]:
    """Every except that takes all errors and does not end by raising: its line, and whether it says why."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _ends_by_raising(node):
            yield node.lineno, bool(ESCAPE.search(source.lines[node.lineno - 1]))


def _is_broad(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(
        one is None or (isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"})
        for one in kinds
    )


def _ends_by_raising(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise)


def vague_names(source: Source) -> Iterator[str]:
    """Files and folders named for nothing in particular."""
    for part in source.path.removesuffix(".py").split("/"):
        if part in VAGUE_NAMES:
            yield source.path


def development_imports(source: Source) -> Iterator[str]:
    """What ships must not need what only develops it."""
    rooms = frozenset({"tests", "tools", "bench", "pytest", "hypothesis", "hatchling", "hatch_build"})
    for line, module, _ in imports_of(source):
        if is_in(module, rooms):
            yield f"{source.path}:{line} imports {module}"


def skips(source: Source) -> Iterator[str]:
    """Tests that may decide not to run."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and _name(node.value) in SKIPPERS:
            yield f"{source.path}:{node.lineno} {node.attr}"


def unbounded_queues(source: Source) -> Iterator[str]:
    """Queues made without a bound."""
    for call in calls_of(source):
        if called_name(call) in QUEUES and not (call.args or call.keywords):
            yield f"{source.path}:{call.lineno} {called_name(call)}()"


def floating_amounts(source: Source) -> Iterator[str]:
    """Money or quantity that is divided with `/`, or declared a float."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            if any(_is_quantity(side) for side in (node.left, node.right)):
                yield f"{source.path}:{node.lineno} divides with /"
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            name = node.arg if isinstance(node, ast.arg) else _name(node.target)
            if QUANTITY.search(name) and "float" in ast.unparse(node.annotation):
                yield f"{source.path}:{node.lineno} {name} is a float"


def _is_quantity(node: ast.expr) -> bool:
    return bool(QUANTITY.search(_name(node)))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
