"""What alembic would do to bring the last revision to the tables declared now: `python -m tools.migration`.

Paste it into a new file under hub/migrations/versions, look at it hard, and raise HEAD.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData

from hub.app.wiring import ROOMS
from hub.kernel.artifacts import Artifacts, ArtifactStore
from hub.kernel.db import engine_of
from hub.kernel.engine import with_kernel
from hub.kernel.migrate import upgrade
from hub.kernel.schema import kept_tables

OPTIONS: dict[str, Any] = {"compare_type": False, "user_module_prefix": "sa."}


def main() -> None:
    """Print the body of `upgrade()`; `--from-nothing` leaves the existing revisions out of account."""
    with tempfile.TemporaryDirectory() as folder:
        path, key = Path(folder) / "hub.db", bytes(32)
        if "--from-nothing" not in sys.argv:
            upgrade(path, key, None)
        artifacts = Artifacts(ArtifactStore(Path(folder) / "artifacts"), {})
        wanted = MetaData()
        for table in kept_tables(with_kernel(ROOMS, artifacts)):
            table.to_metadata(wanted)
        engine = engine_of(path, key)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=OPTIONS)
            script = produce_migrations(context, wanted)
        engine.dispose()
    assert script.upgrade_ops is not None
    print(render_python_code(script.upgrade_ops))


if __name__ == "__main__":
    main()
