"""What can stand on paper, for the rooms that lay documents out; the printer's driver sets it in type."""

from drivers.messages import AnyBlock, Barcode, Cell, Columns, Cut, Document, Feed, Qr, Rule, Text

__all__ = ["AnyBlock", "Barcode", "Cell", "Columns", "Cut", "Document", "Feed", "Qr", "Rule", "Text"]
