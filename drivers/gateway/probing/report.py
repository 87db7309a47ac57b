"""What was found, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from rich.table import Table

from drivers.gateway.probing.prober import Finding, PortReport
from drivers.gateway.words import words
from drivers.profile import load_profile


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """Every port that was looked at, those that are configured already, and what to paste."""

    ports: tuple[PortReport, ...]
    configured: Mapping[str, str]
    snippets: Mapping[str, str]


def table(result: ProbeResult) -> Table:
    """One row for each finding, or one for a port without any."""
    shown = Table(show_lines=True)
    for head in ("port", "found", "sure", "why"):
        shown.add_column(words(f"probe.head_{head}"), overflow="fold")
    for link, device_id in result.configured.items():
        shown.add_row(link, device_id, "", words("probe.configured"))
    for report in result.ports:
        for row in _rows(report):
            shown.add_row(report.link, *row)
    return shown


def _rows(report: PortReport) -> Sequence[tuple[str, str, str]]:
    if report.state == "unread":
        return [("", "", words(report.reason))]
    if report.state == "silent":
        return [(words("probe.nothing"), "", _silence(report.silent_alike))]
    return [(_titles(one), words(f"probe.{one.sure}"), _why(one)) for one in report.findings]


def _titles(found: Finding) -> str:
    return "\n".join(f"{name}: {load_profile(name).title}" for name in found.profiles)


def _why(found: Finding) -> str:
    why = words(found.why, says=found.says)
    return f"{why} {words('probe.alike')}" if len(found.profiles) > 1 else why


def _silence(alike: tuple[str, ...]) -> str:
    if not alike:
        return words("probe.silent")
    drivers = dict.fromkeys(load_profile(name).driver.partition(".")[2] for name in alike)
    return words("probe.silent_alike", wires=", ".join(drivers))
