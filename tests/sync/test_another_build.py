"""A cloud whose database another build made says so, and changes nothing."""

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text
from typer.testing import CliRunner

from cloud_sync.cloud.cli import app
from cloud_sync.cloud.db import Database
from cloud_sync.cloud.schema_changed import SchemaChanged
from cloud_sync.cloud.service import open_database
from cloud_sync.cloud.settings import load

SETTINGS = 'database = "cloud.db"\ntenant = "t"\nfolder = "{folder}"\n'


def test_a_command_on_another_builds_database_ends_in_one_line(tmp_path: Path) -> None:
    config = tmp_path / "cloud.toml"
    config.write_text(SETTINGS.format(folder=tmp_path))
    with open_database(load(config)).connected() as connection:
        connection.cursor.execute("ALTER TABLE orders_orders RENAME COLUMN total_fen TO total")
    refused = CliRunner().invoke(app, ["release", "--config", str(config), "--hub", "hub-1"])
    assert refused.exit_code == 2
    (line,) = refused.output.splitlines()
    assert line.startswith("cloud.schema_changed: the table orders_orders ")


def test_either_database_is_looked_at(database: Database) -> None:
    def jars(*more: Column[str]) -> list[Table]:
        return [Table("jars", MetaData(), Column("id", Integer, primary_key=True), *more)]

    for _ in range(2):
        database.create(MetaData(), jars())
    with pytest.raises(SchemaChanged, match="jars"):
        database.create(MetaData(), jars(Column("more", Text)))
