"""Customer displays: two lines of text, or a price and its lamp."""
