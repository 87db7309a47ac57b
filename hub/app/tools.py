"""What an operator may do to a hub's files: each tool ends with an exit code and says it in plain words."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hub.app.settings import HubSettings
from hub.app.wiring import ROOMS, open_engine, texts
from hub.kernel import backup
from hub.kernel.artifacts import Artifacts, ArtifactStore
from hub.kernel.clock import SystemClock
from hub.kernel.context import SYSTEM
from hub.kernel.db import DatabaseError, WrongKey
from hub.kernel.engine import Engine, Folder, open_for_reading, open_for_repair, with_kernel
from hub.kernel.erasure import apply_erasures, erasing_events
from hub.kernel.errors import Fact, Refusal, Refused
from hub.kernel.files import FolderLock
from hub.kernel.ids import new_id
from hub.kernel.keystore import Keystore, load_key
from hub.kernel.module import Manifest
from hub.kernel.projections import Projector, event_types
from hub.kernel.rebuild import rebuild_in_place
from hub.kernel.schema import prepare_schema, tables_of
from hub.kernel.sql import Session
from hub.kernel.verify import Finding, Verdict, verify
from hub.modules.identity import store as identity
from hub.modules.identity.messages import ErasePerson

OK, FINDING, TROUBLE = 0, 1, 2
_WORDS: dict[Finding, str] = {
    "gap": "journal.gap",
    "entry_changed": "journal.entry_changed",
    "column_changed": "journal.column_changed",
    "tail_cut": "journal.tail_cut",
    "chain_recomputed": "journal.chain_recomputed",
    "bad_signature": "journal.bad_signature",
}
_FINDINGS = frozenset({"backup.damaged", "backup.chain_broken"})
Told = Callable[[int, int], None]


def reader_language() -> str:
    """The language of whoever sits at this terminal."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-CN" if chosen.lower().startswith("zh") else "en"


class Desk:
    """Where a tool speaks to its operator: results on stdout, progress on stderr."""

    def __init__(self, language: str | None = None) -> None:
        self._language = language or reader_language()
        self._texts = texts()
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True)

    def text(self, code: str, **facts: Fact) -> str:
        """A code's words in the operator's language."""
        return self._texts.render(Refusal(code, 0, facts), self._language)

    def say(self, code: str, **facts: Fact) -> None:
        """Print them."""
        self._out.print(self.text(code, **facts), markup=False)

    @contextmanager
    def progress(self, code: str) -> Iterator[Told]:
        """A progress bar for the length of the block."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._err, transient=True) as bars:
            bar = bars.add_task(self.text(code), total=None)
            yield lambda done, whole: bars.update(bar, completed=done, total=whole)

    def run(self, tool: Callable[[], int]) -> int:
        """A tool's exit code; whatever is refused is said in plain words."""
        try:
            return tool()
        except Refused as refused:
            self.say(refused.refusal.code, **refused.refusal.facts)
            return FINDING if refused.refusal.code in _FINDINGS else TROUBLE
        except WrongKey as error:
            self.say("key.wrong", file=Path(str(error)).name)
            return TROUBLE
        except DatabaseError as error:
            self.say("journal.unreadable", reason=str(error))
            return FINDING


def verify_journal(desk: Desk, data: Path) -> int:
    """Check the chain, its signatures and what the cloud acknowledged; the hub may run."""
    folder = Folder(data)
    readers = open_for_reading(folder)
    keystore = Keystore(folder.keystore, load_key(folder.key))
    try:
        with desk.progress("journal.checking") as told, readers.session() as session:
            verdict = verify(session, keystore, event_types(manifests_of(folder)), told)
    finally:
        keystore.close()
        readers.close()
    return _say_verdict(desk, verdict)


def rebuild_journal(desk: Desk, data: Path) -> int:
    """Make every table anew from the journal of a stopped hub; a broken journal is left alone."""
    folder = Folder(data)
    if not data.is_dir():
        raise Refused("hub.no_data", 404, folder=str(data))
    with FolderLock(data):
        found = verify_journal(desk, data)
        return found if found != OK else _rebuild(desk, folder)


def erase_person(desk: Desk, settings: HubSettings, person: str) -> int:
    """Forget somebody, by id or staff number, on a stopped hub; the key is gone on return."""
    if not Folder(settings.data_path).database.exists():
        raise Refused("hub.no_data", 404, folder=settings.data_dir)
    engine = open_engine(settings)
    try:
        refusal = _erase(engine, person)
    finally:
        engine.close()
    if refusal is not None:
        raise Refused(refusal.code, refusal.status, **refusal.facts)
    desk.say("people.erased", person=person)
    return OK


def make_backup(desk: Desk, data: Path, to: Path, with_key: bool) -> int:
    """Copy a hub, running or stopped."""
    with desk.progress("backup.copying") as told:
        made = backup.make_backup(Folder(data), to, SystemClock().read().wall_ms, with_key, told)
    desk.say("backup.done", seq=made.seq, folder=str(to))
    if not with_key:
        desk.say("backup.done_without_key", file=str(Folder(data).key))
    return OK


def restore_backup(desk: Desk, source: Path, to: Path, key_file: Path | None) -> int:
    """Put a backup in a stopped hub's place."""
    key = load_key(key_file) if key_file else None
    with desk.progress("journal.checking") as told:
        restored = backup.restore_backup(source, Folder(to), key, told)
    desk.say("backup.restored", seq=restored.backup.seq, folder=str(to))
    if restored.erased:
        desk.say("backup.restored_erased", count=len(restored.erased))
    if restored.behind:
        desk.say("backup.restored_behind", behind=restored.behind)
    return OK


def _say_verdict(desk: Desk, verdict: Verdict) -> int:
    if verdict.ok:
        desk.say("journal.ok", entries=verdict.entries, signed_heads=verdict.signed_heads)
        return OK
    desk.say(_WORDS[verdict.finding], seq=verdict.seq)
    return FINDING


def _rebuild(desk: Desk, folder: Folder) -> int:
    manifests = manifests_of(folder)
    types = event_types(manifests)
    connection = open_for_repair(folder)
    try:
        with desk.progress("journal.rebuilding") as told:
            prepare_schema(connection, manifests, types, told)
            session = Session(connection.cursor(), "sqlite")
            tables = tables_of(manifests, "projected")
            rebuilt = rebuild_in_place(session, session, tables, Projector(manifests), types, told)
    finally:
        connection.close()
    if rebuilt.different:
        tables_named = ", ".join(rebuilt.different)
        desk.say("journal.rebuilt_differently", events=rebuilt.events, tables=tables_named)
        return FINDING
    desk.say("journal.rebuilt", events=rebuilt.events)
    return OK


def _erase(engine: Engine, person: str) -> Refusal | None:
    member = identity.staff_by_no(engine.readers, person) or identity.staff_member(
        engine.readers, engine.origin.store_id, person
    )
    if member is None:
        return Refusal("people.unknown", 404, {"person": person})
    command = ErasePerson(command_id=new_id(), person_id=member.staff_id)
    refusal = engine.bus.dispatch(command, SYSTEM).refusal
    if refusal is None:
        apply_erasures(engine.readers, engine.keystore, erasing_events(engine.manifests))
    return refusal


def manifests_of(folder: Folder) -> tuple[Manifest, ...]:
    """Every room of the hub whose files these are."""
    return with_kernel(ROOMS, Artifacts(ArtifactStore(folder.artifacts), {}))
