"""The doctor's visit: everything looked at once, shown as a table, and bundled if asked."""

from collections import Counter
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from hub.app.doctor.books import Books, look_at_books
from hub.app.doctor.bundle import Contents, Scrubber, secrets_in, write_bundle
from hub.app.doctor.drift import kernel_drift, look_at_drift
from hub.app.doctor.line import Line
from hub.app.doctor.machine import look_at_clock, look_at_machine
from hub.app.doctor.reach import ask_hub, look_at_cloud, look_at_gateway, look_at_hub
from hub.app.settings import HubSettings
from hub.app.tools import FINDING, OK, Desk
from hub.kernel.engine import Folder
from hub.kernel.errors import Refused

_COLOURS = {"ok": "green", "attention": "yellow", "failed": "red"}
STATISTICS = "statistics.json"


class Patient(msgspec.Struct, frozen=True):
    """Which programs of this computer are looked at: a hub, a gateway, or both."""

    hub: HubSettings | None
    hub_file: Path | None
    gateway_file: Path | None
    gateway_state: Path | None
    hub_ca: Path | None = None
    """The authority by which the gateway knows its hub."""


class Visit(msgspec.Struct, frozen=True):
    """What was seen."""

    lines: list[Line]
    books: Books


def visit(desk: Desk, patient: Patient) -> Visit:
    """Look at everything; nothing is changed but one file of 4 KiB, to time an fsync."""
    with desk.progress("doctor.looking") as told:
        steps = 4
        data = patient.hub.data_path if patient.hub else patient.gateway_state or Path()
        lines = look_at_machine(data)
        told(1, steps)
        books = Books([])
        if patient.hub is not None:
            books = look_at_books(Folder(patient.hub.data_path), patient.hub.store_id)
        health = ask_hub(patient.hub) if patient.hub else None
        battery = patient.hub.battery_backed_clock if patient.hub else False
        clock = look_at_clock(battery, books.newest_ms, health.clock_trusted if health else None)
        drift = look_at_drift(health.clock_ahead_ms if health else None, kernel_drift())
        lines += [clock, drift, *books.lines]
        told(2, steps)
        if patient.hub is not None:
            lines += look_at_hub(patient.hub, health, books.devices, books.authority_ends)
            lines += look_at_cloud(patient.hub.cloud, health, books.pending)
        told(3, steps)
        if patient.gateway_file is not None:
            lines += look_at_gateway(patient.gateway_file, patient.hub_ca)
        told(4, steps)
    return Visit(lines, books)


def show(desk: Desk, seen: Visit, as_json: bool) -> int:
    """Print the report; the exit code."""
    texts = [desk.text(line.code, **line.facts) for line in seen.lines]
    console = Console(highlight=False, soft_wrap=as_json)
    if as_json:
        report = [
            {"area": line.area, "state": line.state, "code": line.code, "facts": line.facts, "text": text}
            for line, text in zip(seen.lines, texts, strict=True)
        ]
        console.print(msgspec.json.encode(report).decode(), markup=False)
    else:
        console.print(_table(desk, seen.lines, texts))
        states = Counter(line.state for line in seen.lines)
        desk.say("doctor.summary", ok=states["ok"], attention=states["attention"], failed=states["failed"])
    return OK if all(line.state == "ok" for line in seen.lines) else FINDING


def _table(desk: Desk, lines: list[Line], texts: list[str]) -> Table:
    table = Table(show_lines=True)
    for head in ("area", "state", "what"):
        table.add_column(desk.text(f"doctor.head_{head}"), overflow="fold")
    for line, text in zip(lines, texts, strict=True):
        state = f"[{_COLOURS[line.state]}]{desk.text(f'doctor.state_{line.state}')}[/]"
        table.add_row(desk.text(f"doctor.area_{line.area}"), state, text)
    return table


def bundle(desk: Desk, patient: Patient, seen: Visit, target: Path, logs: list[Path]) -> None:
    """Write the bundle. Raises Refused `doctor.bundle_exists` or `doctor.bundle_unwritable`."""
    state = patient.gateway_state
    contents = Contents(
        lines=seen.lines,
        texts=[desk.text(line.code, **line.facts) for line in seen.lines],
        devices=seen.books.devices,
        settings=[path for path in (patient.hub_file, patient.gateway_file) if path is not None],
        logs=logs,
        statistics=[state / STATISTICS] if state and (state / STATISTICS).exists() else [],
    )
    scrubber = Scrubber(secrets_in(_secret_files(patient)), seen.books.names)
    try:
        write_bundle(target, contents, scrubber)
    except FileExistsError as error:
        raise Refused("doctor.bundle_exists", 409, file=str(target)) from error
    except OSError as error:
        raise Refused(
            "doctor.bundle_unwritable", 500, file=str(target), reason=error.strerror or ""
        ) from error
    desk.say("doctor.bundled", file=str(target))


def _secret_files(patient: Patient) -> list[Path]:
    files: list[Path] = []
    if patient.hub is not None:
        folder = Folder(patient.hub.data_path)
        files += [folder.key, patient.hub.gateway_token_path]
        if patient.hub.cloud and patient.hub.cloud.password_file:
            files.append(Path(patient.hub.cloud.password_file))
    if patient.gateway_file is not None:
        files += sorted(patient.gateway_file.parent.glob("*token*"))
    return files
