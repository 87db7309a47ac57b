"""The import contracts hold, and each can fail: proved on a house of empty rooms with one bad import."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

LINTER = str(Path(sys.executable).with_name("lint-imports"))
MODULES = ("identity", "gateways", "audit", "catalogue", "inventory", "payments", "orders", "returns")
ROOMS = (
    "hub.app.cli",
    "hub.devices.handlers",
    "hub.kernel.bus",
    "hub.kernel.journal",
    "drivers.messages",
    "drivers.profile",
    "drivers.printer.escpos",
    "drivers.gateway.cli",
    "cloud_sync.wire.envelope",
    "cloud_sync.edge.uplink",
    "cloud_sync.cloud.ingest",
    "hardware_sim.devices.printer",
    "firmware_configs.pages",
    *(
        f"hub.modules.{name}.handlers"
        for name in (
            "identity",
            "gateways",
            "audit",
            "catalogue",
            "inventory",
            "payments",
            "orders",
            "returns",
        )
    ),
)
BAD_IMPORTS = [
    ("drivers.printer.escpos", "import hub.kernel.journal", "drivers"),
    ("hub.modules.identity.handlers", "import hub.modules.orders.handlers", "modules"),
    ("hub.modules.payments.handlers", "def late():\n    import hub.modules.orders.handlers", "modules"),
    ("hub.modules.karaoke.handlers", "", "modules"),
    ("hub.kernel.bus", "import hub.modules.identity.handlers", "kernel"),
    ("hub.kernel.bus", "import cloud_sync.wire.envelope", "kernel"),
    ("hub.modules.orders.handlers", "import hub.devices.handlers", "store-rooms"),
    ("hub.devices.handlers", "import hub.app.cli", "store-rooms"),
    ("hub.devices.handlers", "import cloud_sync.edge.uplink", "store-rooms"),
    ("hub.devices.handlers", "import drivers.printer.escpos", "hub-and-drivers"),
    ("hub.modules.orders.handlers", "import drivers.messages", "hub-and-drivers"),
    ("hub.devices.handlers", "import evdev", "driver-libraries"),
    ("cloud_sync.cloud.ingest", "import serial", "cloud"),
    ("cloud_sync.cloud.ingest", "import hub.devices.handlers", "cloud"),
    ("cloud_sync.cloud.ingest", "import cloud_sync.edge.uplink", "cloud"),
    ("cloud_sync.edge.uplink", "import cloud_sync.cloud.ingest", "edge"),
    ("cloud_sync.wire.envelope", "import hub.modules.orders.handlers", "wire"),
    ("drivers.gateway.cli", "import hardware_sim.devices.printer", "simulator-unused"),
    ("hardware_sim.devices.printer", "import drivers.printer.escpos", "simulator-alone"),
    ("hub.kernel.journal", "import hub.kernel.bus\n", "no-cycles"),
]


def build_house(folder: Path, module: str = "", line: str = "") -> None:
    """Empty rooms with the real contracts; one module may hold a line."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in (*ROOMS, module):
        path = folder.joinpath(*room.split("."))
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in path.relative_to(folder).parents[:-1]:
            (folder / package / "__init__.py").touch()
        if room:
            path.with_suffix(".py").touch()
    (folder / "hub/kernel/bus.py").write_text("import hub.kernel.journal\n")
    if module:
        path = folder.joinpath(*module.split(".")).with_suffix(".py")
        path.write_text(f"{path.read_text()}{line}\n")


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a folder, on some contracts or on all."""
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    command = [LINTER, "--no-cache", "--config", "pyproject.toml", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_empty_house_keeps_every_contract(tmp_path: Path) -> None:
    build_house(tmp_path)
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("module", "line", "contract"), BAD_IMPORTS)
def test_a_bad_import_breaks_its_contract(tmp_path: Path, module: str, line: str, contract: str) -> None:
    build_house(tmp_path, module, line)
    done = lint(tmp_path, contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout, done.stdout + done.stderr
