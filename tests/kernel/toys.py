"""Tables of toy modules: real ones, but not among those that the product declares."""

from sqlalchemy import Table

from hub.kernel.tables import metadata


def toy(table: Table) -> Table:
    """Take a table off the product's list; it works as before."""
    metadata.remove(table)
    return table
