"""The cloud's settings: one TOML file; paths in it are relative to it."""

import os
from pathlib import Path
from typing import Literal

import msgspec


class ConsoleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the console listens."""

    host: str = "127.0.0.1"
    port: int = 8720
    secure_cookie: bool = False
    """True behind TLS: the session cookie then never travels in the clear."""


class MqttSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The broker to use. `embedded` runs one from its wheel in `directory`; otherwise it is only joined."""

    host: str = "127.0.0.1"
    port: int = 8740
    nats_port: int = 8741
    embedded: bool = True
    directory: str = "broker"
    username: str | None = None
    password_env: str | None = None
    tls: bool = False
    ca_file: str | None = None


class CloudSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`database` is a path, or postgresql://…; `key_file` encrypts an SQLite one."""

    database: str = "cloud.db"
    key_file: str | None = None
    tenant: str = "chain"
    language: Literal["zh-CN", "en"] = "zh-CN"
    demo: bool = False
    credit_events: int = 10_000
    mqtt: MqttSettings = MqttSettings()
    console: ConsoleSettings = ConsoleSettings()
    folder: str = "."
    pages: str | None = None
    """Where the console's built pages are, when not in the package."""

    @property
    def path(self) -> Path:
        """The folder that relative paths start from."""
        return Path(self.folder)

    def database_url(self) -> str:
        """The database as `Database` takes it."""
        return self.database if "://" in self.database else str(self.path / self.database)

    def database_key(self) -> bytes | None:
        """The key of an encrypted SQLite database."""
        return None if self.key_file is None else (self.path / self.key_file).read_bytes()

    def broker_folder(self) -> Path:
        """Where the embedded broker keeps its things."""
        return self.path / self.mqtt.directory

    def broker_password(self) -> str | None:
        """The password for a broker that is not ours, from the environment."""
        return os.environ.get(self.mqtt.password_env) if self.mqtt.password_env else None


def load(path: Path) -> CloudSettings:
    """The settings in a file. Raises msgspec.ValidationError with the field that is wrong."""
    settings = msgspec.toml.decode(path.read_bytes(), type=CloudSettings)
    folder = (path.parent / settings.folder).resolve()
    return msgspec.structs.replace(settings, folder=str(folder))
