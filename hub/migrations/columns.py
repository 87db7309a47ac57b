"""Columns as migrations write them. Frozen: what a past migration made must never change under it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, _TEXT, nullable=nullable)


def integer(name: str, nullable: bool = False) -> sa.Column[int]:
    """A 64-bit integer column."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=nullable)


def blob(name: str, nullable: bool = False) -> sa.Column[bytes]:
    """A column of bytes."""
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def create(name: str, *columns: sa.Column[Any], key: tuple[str, ...]) -> None:
    """Create a STRICT table."""
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key), sqlite_strict=True)


def index(name: str, table: str, *columns: str, unique: bool = False) -> None:
    """Create an index."""
    op.create_index(name, table, list(columns), unique=unique)
