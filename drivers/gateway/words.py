"""What the counter's own tools say, in the language of whoever sits there."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["zh-CN", "en"]


def reader_language() -> Language:
    """The terminal's language."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-CN" if chosen.lower().startswith("zh") else "en"


@cache
def all_words() -> dict[str, dict[str, str]]:
    """Every code's words, by language."""
    return tomllib.loads(
        resources.files("drivers.gateway").joinpath("words.toml").read_text(encoding="utf-8")
    )


def words(code: str, **facts: object) -> str:
    """A code in plain words; the code itself where it has none."""
    texts = all_words().get(code)
    return code if texts is None else texts[reader_language()].format_map(facts)
