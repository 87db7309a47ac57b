"""A database that another build made; apart, for the command line knows it before any database does."""


class SchemaChanged(Exception):
    """The database was made by another build; the message says at which table, and what to do."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"cloud.schema_changed: the table {table} is not as this program keeps it: another build made "
            "this database, and nothing was changed. Use the build that made it"
        )
