"""What a handler answers with: events to record, a refusal, or both."""

import msgspec

from hub.kernel.errors import Fact, Refusal
from hub.kernel.messages import Event
from hub.kernel.sql import Kept, Row


class Decision(msgspec.Struct, frozen=True):
    """Events to append, an answer for the client, a refusal, and rows of this machine's local tables.

    A refusal may carry events too (a wrong PIN, a denied approval): they are kept, and the client is refused.
    """

    events: tuple[Event, ...] = ()
    refusal: Refusal | None = None
    answer: msgspec.Struct | None = None
    local: tuple[tuple[Kept, Row], ...] = ()

    @classmethod
    def of(cls, *events: Event, answer: msgspec.Struct | None = None) -> "Decision":
        """A decision to record these events."""
        return cls(events, None, answer)

    @classmethod
    def refuse(cls, code: str, status: int = 409, **facts: Fact) -> "Decision":
        """A refusal that records nothing."""
        return cls((), Refusal(code, status, facts))

    def __add__(self, other: "Decision") -> "Decision":
        """Both decisions as one; the first refusal and the first answer stand."""
        return Decision(
            self.events + other.events,
            self.refusal or other.refusal,
            self.answer if self.answer is not None else other.answer,
            self.local + other.local,
        )
