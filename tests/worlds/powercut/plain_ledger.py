"""A program under test: rows into an encrypted WAL database, each marked once its COMMIT returned.

Arguments: the database's path, the synchronous setting, how many transactions. A transaction that fails is
marked `failed <id> <why>` and the next one is tried.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

KEY = "x'" + "5a" * 32 + "'"
FILLER = b"\x37" * 900
READY = b"ready"


def connect(path: Path) -> sqlcipher.Connection:
    """As the hub does: a raw key, transactions by hand."""
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f'PRAGMA key = "{KEY}"')
    return connection


def sell(connection: sqlcipher.Connection, sale: int) -> bytes:
    """One transaction; the mark that tells how it went."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO sale VALUES (?, ?)", (sale, FILLER))
        connection.execute("COMMIT")
    except sqlcipher.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return f"failed {sale} {error}".encode()
    return str(sale).encode()


def main(path: Path, synchronous: str, count: int) -> None:
    """Make the transactions, then die without closing (closing would checkpoint)."""
    marks = os.open(os.environ["DIANSHU_RECORD_MARKS"], os.O_WRONLY | os.O_APPEND)
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA wal_autocheckpoint = 20")
    connection.execute("CREATE TABLE IF NOT EXISTS sale (id INTEGER PRIMARY KEY, filler BLOB) STRICT")
    os.write(marks, READY)
    for sale in range(count):
        os.write(marks, sell(connection, sale))
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
