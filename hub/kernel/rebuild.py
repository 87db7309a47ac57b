"""Tables from the journal: the same projections over the same records, and nothing else."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Table, delete

from hub.kernel.dump import digests
from hub.kernel.errors import Refused
from hub.kernel.journal import Entry, EventTypes, Record, read_head, read_page
from hub.kernel.projections import Projector
from hub.kernel.sql import Kept, Reader, Session

Progress = Callable[[int, int], None]
_PAGE = 1_000


def no_progress(_done: int, _all: int) -> None:
    """For callers that nobody watches."""


class Rebuilt(msgspec.Struct, frozen=True):
    """How many events were replayed, and the tables that came out otherwise than they were."""

    events: int
    different: tuple[str, ...]


def replay(
    read: Reader,
    into: Session,
    projector: Projector,
    types: EventTypes,
    progress: Progress = no_progress,
) -> int:
    """Project the whole journal into empty tables; returns the number of events.

    Raises Refused `journal.event_unreadable`.
    """
    head = read_head(read)
    last = head.seq if head else 0
    done = 0
    while done < last:
        page = read_page(read, done, last, _PAGE)
        projector.apply(into, (_decoded(types, entry) for entry in page))
        done = page[-1].seq
        progress(done, last)
    return done


def _decoded(types: EventTypes, entry: Entry) -> Record[Any]:
    try:
        return types.decode(entry.body)
    except msgspec.DecodeError as error:
        raise Refused(
            "journal.event_unreadable", 500, seq=entry.seq, type=entry.type, reason=str(error)
        ) from error


def rebuild_in_place(
    read: Reader,
    session: Session,
    tables: Iterable[Table],
    projector: Projector,
    types: EventTypes,
    progress: Progress = no_progress,
) -> Rebuilt:
    """Empty the projected tables and fill them again, in one transaction; says which ones changed by it."""
    tables = tuple(tables)
    session.cursor.execute("BEGIN IMMEDIATE")
    try:
        before = digests(session, tables)
        for table in tables:
            session.write(Kept(delete(table)), [{}])
        events = replay(read, session, projector, types, progress)
        after = digests(session, tables)
    except BaseException:
        session.cursor.execute("ROLLBACK")
        raise
    session.cursor.execute("COMMIT")
    return Rebuilt(events, tuple(name for name in before if before[name] != after[name]))
