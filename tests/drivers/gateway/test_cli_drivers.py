"""`dianshu drivers`, as somebody at the counter's computer types it."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from drivers.gateway.cli_drivers import app
from drivers.profile import profile_names

SETTINGS = """
gateway_id = "gw-1"
hub_url = "ws://127.0.0.1:1/ws/gateway"
token_file = "token"
state_dir = "state"
[[devices]]
device_id = "scale-1"
profile = "scale/toledo_8217"
link = "serial:///dev/ttyUSB0"
identity = "port:1-1.4"
"""


def said(*words: str, code: int = 0) -> list[str]:
    """The lines that the command prints."""
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output.splitlines()


def test_the_devices_of_a_settings_file(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(SETTINGS)
    assert said("list", "--config", str(tmp_path / "gateway.toml")) == [
        "scale-1\tscale/toledo_8217\tserial:///dev/ttyUSB0\tport:1-1.4"
    ]


def test_every_known_model() -> None:
    assert [line.split("\t")[0] for line in said("list")] == profile_names()


def test_wrong_settings_are_one_plain_line(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(SETTINGS.replace("toledo_8217", "no_such"))
    (line,) = said("list", "--config", str(tmp_path / "gateway.toml"), code=2)
    assert line.startswith("profile.unknown")
