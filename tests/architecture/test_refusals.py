"""Every refusal has a text in every language, and every text a refusal."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator

from hub.app.wiring import TEXT_PACKAGES
from tests.architecture.house import PRODUCT, ROOT, Source, called_name, calls_of, parse, product

LANGUAGES = ("zh-CN", "en")
REFUSING = {"refuse", "Refusal", "Refused"}
CODE = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z0-9_]*)+")
CODE_BEGIN = re.compile(r"[a-z][a-z_]*\.[a-z_]+_")
# Where codes pass through as parameters, and are not chosen.
PASSING_ON = {"hub/kernel/decision.py", "hub/kernel/errors.py"}

Call = tuple[str, str, frozenset[str] | None]


def texts() -> dict[str, dict[str, str]]:
    """Every refusal text; a code may stand in one room only."""
    found: dict[str, dict[str, str]] = {}
    for room in PRODUCT:
        for path in sorted((ROOT / room).rglob("texts.toml")):
            for code, by_language in tomllib.loads(path.read_text(encoding="utf-8")).items():
                assert code not in found, f"{code} again in {path}"
                found[code] = by_language
    return found


def refusals(source: Source) -> Iterator[Call]:
    """Every refusal a file makes: place, code, and the names of its facts (None where they are computed)."""
    for call in calls_of(source):
        if called_name(call) not in REFUSING or source.path in PASSING_ON or not call.args:
            continue
        for code in codes_in(call.args[0]):
            yield f"{source.path}:{call.lineno}", code, facts_of(call)


def codes_in(argument: ast.expr) -> Iterator[str]:
    """The literal codes an argument can be; a name is a code chosen elsewhere."""
    for node in ast.walk(argument):
        assert not isinstance(node, ast.JoinedStr), "a refusal's code is written out, so that it can be found"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def facts_of(call: ast.Call) -> frozenset[str] | None:
    """The names of the facts given, whether as keywords or as the third argument's dict."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    if called_name(call) != "Refusal":
        return frozenset(keyword.arg or "" for keyword in call.keywords)
    given = [keyword.value for keyword in call.keywords if keyword.arg == "facts"] or call.args[2:3]
    if not given:
        return frozenset()
    if not isinstance(given[0], ast.Dict) or None in given[0].keys:
        return None
    return frozenset(str(key.value) for key in given[0].keys if isinstance(key, ast.Constant))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_in_every_language() -> None:
    for code, by_language in texts().items():
        assert all(by_language.get(language, "").strip() for language in LANGUAGES), code
        assert len({frozenset(placeholders(by_language[language])) for language in LANGUAGES}) == 1, code


def test_every_refusal_has_a_text_and_the_facts_it_shows() -> None:
    known = texts()
    for source in product():
        for place, code, facts in refusals(source):
            assert code in known, f"{place}: {code} has no text"
            if facts is not None:
                assert placeholders(known[code]["en"]) <= facts, (
                    f"{place}: {code} shows facts that are not given"
                )


def test_every_text_has_a_refusal() -> None:
    nodes = [node for source in product() for node in ast.walk(source.tree)]
    strings = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    # A family of codes may be composed, as in f"devices.misread_{reason}".
    begins = tuple(text for text in strings if CODE_BEGIN.fullmatch(text))
    assert {code for code in texts() if code not in strings and not code.startswith(begins)} == set()


def test_every_room_with_texts_is_read() -> None:
    rooms = {path.parent.relative_to(ROOT) for path in (ROOT / "hub").rglob("texts.toml")}
    assert {".".join(room.parts) for room in rooms} | {"cloud_sync.wire"} == set(TEXT_PACKAGES)


def test_a_refusal_and_its_facts_are_found() -> None:
    sample = """
Decision.refuse("orders.basket_empty", terminal_id="T01")
Refusal("money.out_of_range", 400, {"amount_fen": 5})
Refused("a.b" if late else "a.c", 409, **facts)
"""
    assert list(refusals(parse(sample))) == [
        ("sample.py:2", "orders.basket_empty", frozenset({"terminal_id"})),
        ("sample.py:3", "money.out_of_range", frozenset({"amount_fen"})),
        ("sample.py:4", "a.b", None),
        ("sample.py:4", "a.c", None),
    ]
