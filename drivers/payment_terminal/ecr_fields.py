"""The body of a card terminal's frame: a message type and numbered fields, named as ISO 8583 numbers them."""

from __future__ import annotations

import re

import msgspec

_FS = b"\x1c"
_TYPE = re.compile(rb"[0-9]{4}")
_FIELD = re.compile(rb"([1-9][0-9]{0,2})=([^\x00-\x1f]*)")
MAX_FIELDS = 32

PAN, PROCESS, AMOUNT, TRACE, REFERENCE, RESULT, ECR_ID, SCHEME, CURRENCY = 2, 3, 4, 11, 37, 39, 41, 44, 49
CUSTOMER_S, ORIGINAL_ID, REQUEST_ID, TEXT, COUNT, NET = 57, 61, 62, 63, 74, 97
# Sales, refunds and reversals of a settled batch: debits, credits, and debits reversed.
COUNTS, SUMS = (76, 75, 77), (88, 86, 89)


class Message(msgspec.Struct, frozen=True):
    """A message type and its fields."""

    mti: str
    fields: dict[int, str]

    def get(self, number: int) -> str:
        """The field, "" if it is not there."""
        return self.fields.get(number, "")


def write(message: Message, encoding: str) -> bytes:
    """The message as a frame's body, empty fields left out; ValueError if a field cannot be said."""
    parts = [message.mti.encode("ascii")]
    for number, value in sorted(message.fields.items()):
        if value:
            parts.append(f"{number}=".encode() + value.encode(encoding))
    return _FS.join(parts)


def read(body: bytes, encoding: str) -> Message | None:
    """The message in a body; None if any part of it is not as it must be."""
    head, *rest = body.split(_FS)
    if not _TYPE.fullmatch(head) or len(rest) > MAX_FIELDS:
        return None
    fields: dict[int, str] = {}
    for part in rest:
        found = _FIELD.fullmatch(part)
        if found is None or int(found[1]) in fields:
            return None
        try:
            fields[int(found[1])] = found[2].decode(encoding)
        except UnicodeDecodeError:
            return None
    return Message(head.decode(), fields)
