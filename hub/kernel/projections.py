"""The runner of projections: pure functions from a record to rows of kept statements."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from hub.kernel.journal import EventTypes, Record
from hub.kernel.messages import Event
from hub.kernel.module import Manifest, Projection
from hub.kernel.sql import Session


class Projector:
    """Every module's projections, by event type, in the order of the modules."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._by_event: dict[type[Event], list[Projection]] = {}
        for manifest in manifests:
            for event, projection in manifest.projections.items():
                self._by_event.setdefault(event, []).append(projection)

    def apply(self, session: Session, records: Iterable[Record[Any]]) -> None:
        """Write the rows of these records, in order, consecutive rows of one statement as one batch."""
        by_event = self._by_event
        session.write_all(
            chain.from_iterable(
                projection(record)
                for record in records
                for projection in by_event.get(type(record.event), ())
            )
        )


def event_types(manifests: Iterable[Manifest]) -> EventTypes:
    """The decoder of every event that these modules know, past versions included."""
    manifests = tuple(manifests)
    events = chain.from_iterable(manifest.events for manifest in manifests)
    upcasters = {old: lift for manifest in manifests for old, lift in manifest.upcasters.items()}
    return EventTypes(dict.fromkeys(chain(events, upcasters)), upcasters)
