"""How tables are declared: a scope that begins every key, and a kind that says who writes them."""

from typing import Literal

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

Scope = Literal["store", "chain"]
Kind = Literal["projected", "local", "artifact"]

metadata = MetaData()


@compiles(BigInteger, "sqlite")
def _strict_integer(_type: TypeEngine[int], _compiler: object, **_options: object) -> str:
    return "INTEGER"  # STRICT tables know no BIGINT; SQLite's INTEGER is 64 bits wide


def text(name: str, nullable: bool = False) -> Column[str]:
    """A text column, compared byte by byte on every database."""
    collated = Text().with_variant(Text(collation="C"), "postgresql")
    return Column(name, collated, nullable=nullable)


def integer(name: str, nullable: bool = False) -> Column[int]:
    """A 64-bit integer column: fen, thousandths, milliseconds, flags."""
    return Column(name, BigInteger(), nullable=nullable)


def blob(name: str, nullable: bool = False) -> Column[bytes]:
    """A column of raw bytes."""
    return Column(name, LargeBinary(), nullable=nullable)


def projected(name: str, scope: Scope, *items: SchemaItem, key: tuple[str, ...]) -> Table:
    """A table that projections write and a rebuild reproduces; `key` follows the scope's own column."""
    scope_column = f"{scope}_id"
    return Table(
        name,
        metadata,
        text(scope_column),
        *items,
        PrimaryKeyConstraint(scope_column, *key),
        info={"kind": "projected", "scope": scope},
        sqlite_strict=True,
    )


def local(name: str, *items: SchemaItem, key: tuple[str, ...]) -> Table:
    """A table that belongs to this machine alone: never rebuilt, never compared, never synced."""
    return Table(
        name,
        metadata,
        *items,
        PrimaryKeyConstraint(*key),
        info={"kind": "local"},
        sqlite_strict=True,
    )


def artifact(name: str, *items: SchemaItem, key: tuple[str, ...]) -> Table:
    """A table of bulk data: rows of an artifact, keyed by its `sha256`, never changed once loaded."""
    return Table(
        name,
        metadata,
        text("sha256"),
        *items,
        PrimaryKeyConstraint("sha256", *key),
        info={"kind": "artifact"},
        sqlite_strict=True,
    )


def of_kind(kind: Kind) -> list[Table]:
    """Every declared table of a kind, in the order of their names."""
    return [table for _, table in sorted(metadata.tables.items()) if table.info.get("kind") == kind]
