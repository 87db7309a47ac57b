"""What to ask on a port, in which order: made from the shipped profiles, so a new driver needs no list."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from drivers.base import Answers, Probe, probe_of
from drivers.profile import Profile, load_profile, profile_names

_RAW_PRINT_PORTS = range(9100, 9110)
Line = tuple[tuple[str, str], ...]
"""A line's settings; two wires on the same line are asked without opening it twice."""


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A profile that may describe what hangs there."""

    profile: Profile
    probe: Probe

    @property
    def name(self) -> str:
        return name_of(self.profile)


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that several profiles share; each judges the answers by itself."""

    line: Line
    asks: Answers
    suspects: tuple[Suspect, ...]

    @property
    def is_text(self) -> bool:
        return self.suspects[0].probe.is_text


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The rounds in order, and the profiles whose devices never answer."""

    rounds: tuple[Round, ...]
    mute: tuple[Profile, ...]


def shipped_profiles() -> list[Profile]:
    """Every profile that is shipped."""
    return [load_profile(name) for name in profile_names()]


def make_plan(profiles: Iterable[Profile], scheme: str, tcp_port: int = 0) -> Plan:
    """Listening first, then what no printer prints, then text; printers before scales; common lines first.

    A port that can only be a printer's is asked a printer's questions, which print nothing on any.
    """
    fitting = [profile for profile in profiles if _fits(profile, scheme, tcp_port)]
    asked = [(profile, probe) for profile in fitting if (probe := probe_of(profile)) is not None]
    lines = [_line(profile, scheme) for profile in fitting]
    shared: dict[tuple[Line, Answers], list[Suspect]] = {}
    for profile, probe in asked:
        suspects = shared.setdefault((_line(profile, scheme), probe.asks), [])
        suspects.append(Suspect(profile=profile, probe=probe))
    rounds = [
        Round(line=line, asks=asks, suspects=tuple(suspects)) for (line, asks), suspects in shared.items()
    ]
    rounds.sort(
        key=lambda one: (
            any(one.asks) + one.is_text,
            -lines.count(one.line),
            one.line,
            all(suspect.profile.kind != "printer" for suspect in one.suspects),
        )
    )
    known = {name_of(profile) for profile, _ in asked}
    return Plan(rounds=tuple(rounds), mute=tuple(one for one in fitting if name_of(one) not in known))


def name_of(profile: Profile) -> str:
    """A profile as gateway.toml names it."""
    return f"{profile.kind}/{profile.model}"


def _fits(profile: Profile, scheme: str, tcp_port: int) -> bool:
    is_key_driver = profile.driver == "scanner.hid"
    if scheme == "hid" or is_key_driver:
        return scheme == "hid" and is_key_driver
    if profile.kind == "drawer":
        return False
    if profile.kind == "payment_terminal" and scheme != "tcp":
        return False
    printers_only = scheme == "usb" or (scheme == "tcp" and tcp_port in _RAW_PRINT_PORTS)
    return profile.kind == "printer" or not printers_only


def _line(profile: Profile, scheme: str) -> Line:
    if scheme != "serial":
        return ()
    return tuple(sorted((name, str(value)) for name, value in profile.link.items()))
