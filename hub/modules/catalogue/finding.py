"""The item that a scanned or typed text means."""

import msgspec

from hub.kernel.sql import Reader
from hub.modules.catalogue import store
from hub.modules.catalogue.codes import PLAIN, Reading, read_code, split_symbology
from hub.modules.catalogue.messages import ItemView


class Found(msgspec.Struct, frozen=True):
    """An item, what its code said of this very piece, the code as a line keeps it, and its symbol."""

    item: ItemView
    reading: Reading
    code: str | None
    symbology: str | None = None

    def unmeasured(self) -> "Found":
        """The same without the weight or amount that a label tells: what is sold is another quantity."""
        return msgspec.structs.replace(
            self, reading=msgspec.structs.replace(self.reading, weight_g=None, amount_fen=None)
        )


def find(
    read: Reader, current: store.Active, text: str, symbology: str | None, business_date: str
) -> Found | None:
    """What a text means: an item's own code first, then whatever its digits say."""
    text, symbology = split_symbology(text.strip(), symbology)
    if (item := store.item_by_code(read, current, text)) is not None:
        return Found(item, PLAIN, text, symbology)
    reading = read_code(text, symbology, store.labels(read, current), int(business_date[:4]))
    for code in reading.lookups if reading else ():
        item = store.item_by_code(read, current, code)
        if reading is not None and item is not None and _fits(item, reading):
            return Found(item, reading, text if reading.source == "label" else code, symbology)
    return None


def _fits(item: ItemView, reading: Reading) -> bool:
    """A label that tells a weight alone is none of an item sold by the piece."""
    return reading.source != "label" or item.sold_by == "weight" or reading.amount_fen is not None
