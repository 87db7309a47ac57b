"""What the counter's tools say: every code that a driver or a tool gives has words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drivers.gateway.words import all_words, words

DRIVERS = Path(__file__).parents[3] / "drivers"
CODE = re.compile(r'"((?:probe|check|link)\.[a-z_]+)"')


def codes() -> set[str]:
    """Every code of these rooms that stands in the drivers' sources."""
    sources = (path.read_text(encoding="utf-8") for path in DRIVERS.rglob("*.py"))
    return {code for source in sources for code in CODE.findall(source)}


def test_every_code_has_words() -> None:
    assert len(codes()) > 10
    assert codes() - set(all_words()) - {"link.no_keys"} == set()


@pytest.mark.parametrize("code", sorted(all_words()))
def test_both_languages_ask_for_the_same_facts(code: str) -> None:
    texts = all_words()[code]
    assert set(texts) == {"zh-CN", "en"}
    facts = [set(re.findall(r"\{(\w+)\}", text)) for text in texts.values()]
    assert facts[0] == facts[1]


def test_the_language_is_the_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert words("probe.certain") == "确定"
    monkeypatch.setenv("LC_ALL", "C")
    assert words("probe.certain") == "certain"
    assert words("nothing.of.ours") == "nothing.of.ours"
