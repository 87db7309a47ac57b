"""What can stand on paper or on a customer's display, for the rooms that decide what does."""

from drivers.messages import (
    AnyBlock,
    Barcode,
    Cell,
    Columns,
    Cut,
    Document,
    Feed,
    Label,
    LabelBarcode,
    LabelPrice,
    LabelText,
    Picture,
    Qr,
    Rule,
    Show,
    Text,
)

__all__ = [
    "AnyBlock", "Barcode", "Cell", "Columns", "Cut", "Document", "Feed", "Label", "LabelBarcode",
    "LabelPrice", "LabelText", "Picture",
    "Qr", "Rule", "Show", "Text",
]  # fmt: skip
