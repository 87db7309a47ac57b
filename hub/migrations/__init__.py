"""Migrations of what a rebuild cannot bring back: the journal, local and artifact tables.

Start-up compares the database with `HEAD` by plain SQL; alembic is imported only when they differ.
"""

HEAD = "0001"
LOCATION = "hub:migrations"
