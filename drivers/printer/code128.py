"""CODE128 as ESC/POS printers take it: code sets chosen so that a receipt number fits the paper."""

from __future__ import annotations

import re

from drivers.printer.realtime import COMMANDS

_START_CHECK_MODULES = 22
_STOP_MODULES = 13
_SYMBOL_MODULES = 11
_DIGIT_RUN = re.compile(r"(?:\d\d){2,}")


def code128(data: str) -> str:
    """The data with {A/{B/{C code set marks: runs of four and more digits in pairs, unless that harms.

    Pairs are raw bytes 0-99, and a printer may obey a real-time command hidden in them (16 04 is DLE EOT):
    such data stays in set B.
    """
    packed = _packed(data)
    if any(command in packed.encode("latin-1") for command in COMMANDS):
        return "{B" + _escaped(data)
    return packed


def _packed(data: str) -> str:
    parts: list[str] = []
    at = 0
    for run in _DIGIT_RUN.finditer(data):
        if run.start() > at:
            parts.append("{B" + _escaped(data[at : run.start()]))
        digits = run.group()
        parts.append("{C" + "".join(chr(int(digits[i : i + 2])) for i in range(0, len(digits), 2)))
        at = run.end()
    if at < len(data) or not parts:
        parts.append("{B" + _escaped(data[at:]))
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("{", "{{")


def code128_modules(encoded: str) -> int:
    """How many modules wide the symbol is, without its quiet zones."""
    switches = len(re.findall(r"\{[ABC]", encoded.replace("{{", "b")))
    payload = len(re.sub(r"\{[ABC]", "", encoded.replace("{{", "b")))
    # The first mark is the start symbol itself, counted with the check symbol.
    return (switches - 1 + payload) * _SYMBOL_MODULES + _START_CHECK_MODULES + _STOP_MODULES
