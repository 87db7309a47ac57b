"""The three shapes that cross the kernel: commands in, events kept, views out."""

import unicodedata
from typing import ClassVar

import msgspec

MAX_TEXT_CHARS = 200


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag=True):
    """What somebody asks for. The HTTP body is the command.

    `command_id` is made by the client: the same id with the same body gets the first answer,
    with another body it is refused with 409.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ()

    command_id: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact, kept for ever. Subclasses carry `tag="module.name.v1"` and name their subject's field."""

    subject_field: ClassVar[str] = ""

    @property
    def subject(self) -> str:
        """The id of the aggregate that the event belongs to; empty when it has none."""
        return str(getattr(self, self.subject_field)) if self.subject_field else ""

    @classmethod
    def type_name(cls) -> str:
        """The name that the event carries in the journal, such as `orders.order_paid.v1`."""
        return str(cls.__struct_config__.tag)


class View(msgspec.Struct, frozen=True):
    """What a query returns; its fields stand in the order of the query's columns."""


def is_clean_text(text: str, max_chars: int = MAX_TEXT_CHARS) -> bool:
    """Whether text may be kept: NFC, no NUL, no lone surrogate, not over `max_chars`."""
    if len(text) > max_chars or "\x00" in text:
        return False
    if text.isascii():
        return True
    if any("\ud800" <= char <= "\udfff" for char in text):
        return False
    return unicodedata.is_normalized("NFC", text)
