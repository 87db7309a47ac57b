"""Refusals: one shape for every "no", rendered in one place in the reader's language."""

import tomllib
from importlib import resources

import msgspec

Fact = str | int


class Refusal(msgspec.Struct, frozen=True):
    """A coded "no" with the facts its text needs; `status` is the HTTP status it answers with."""

    code: str
    status: int = 409
    facts: dict[str, Fact] = {}


class Refused(Exception):
    """Raised at the edges, where there is no handler to return the refusal."""

    def __init__(self, code: str, status: int = 409, **facts: Fact) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, status, facts)

    @classmethod
    def of(cls, refusal: Refusal) -> "Refused":
        """A refusal as an exception."""
        return cls(refusal.code, refusal.status, **refusal.facts)


class _Facts(dict[str, str]):
    """Facts as text; one that nobody gave leaves a gap, not an error on top of a refusal."""

    def __missing__(self, name: str) -> str:
        return "…"


class Texts:
    """The refusal texts of every room, by code and language."""

    LANGUAGES = ("zh-CN", "en")

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._by_code: dict[str, dict[str, str]] = {}
        for package in packages:
            source = resources.files(package).joinpath("texts.toml")
            self._by_code.update(tomllib.loads(source.read_text(encoding="utf-8")))

    def codes(self) -> frozenset[str]:
        """Every code that has a text."""
        return frozenset(self._by_code)

    def render(self, refusal: Refusal, language: str) -> str:
        """The refusal in `language` (zh-CN when it is not one of ours); the bare code when it has no text."""
        texts = self._by_code.get(refusal.code)
        if texts is None:
            return refusal.code
        template = texts.get(language) or texts["zh-CN"]
        return template.format_map(_Facts((name, _shown(name, fact)) for name, fact in refusal.facts.items()))


def _shown(name: str, fact: Fact) -> str:
    if name.endswith("_fen") and isinstance(fact, int):
        sign = "-" if fact < 0 else ""
        return f"{sign}¥{abs(fact) // 100}.{abs(fact) % 100:02d}"
    if name.endswith("_milli") and isinstance(fact, int):
        whole, rest = divmod(abs(fact), 1000)
        sign = "-" if fact < 0 else ""
        return f"{sign}{whole}" + (f".{rest:03d}".rstrip("0") if rest else "")
    return str(fact)
