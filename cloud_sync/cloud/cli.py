"""`dianshu cloud`: the aggregator and console, the broker, and who may come in."""

import logging
import signal
import threading
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from typer.core import TyperGroup

from cloud_sync.cloud.schema_changed import SchemaChanged
from cloud_sync.cloud.settings import CloudSettings, load


class _Commands(TyperGroup):
    """Every command that opens a database of another build says so in one line."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SchemaChanged as error:
            _end(str(error))


app = typer.Typer(cls=_Commands, help="The chain's cloud.", no_args_is_help=True, add_completion=False)
Config = Annotated[Path, typer.Option("--config", help="The cloud's settings (TOML).", dir_okay=False)]


@app.command()
def run(config: Config) -> None:
    """Run the aggregator and the console, with the broker if it is embedded, until stopped."""
    from cloud_sync.cloud.broker import BrokerFailed
    from cloud_sync.cloud.service import run as serve

    settings = _settings(config)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        serve(settings)
    except BrokerFailed as error:
        _end(str(error))


@app.command()
def broker(config: Config) -> None:
    """Run only the broker, as its own process, until stopped."""
    from cloud_sync.cloud.broker import BrokerFailed
    from cloud_sync.cloud.keeper import BrokerKeeper
    from cloud_sync.cloud.service import broker_process

    settings = _settings(config)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    keeper = BrokerKeeper(broker_process(settings))
    try:
        keeper.start()
    except BrokerFailed as error:
        _end(str(error))
    typer.echo(f"mqtt://{settings.mqtt.host}:{settings.mqtt.port}")
    stopped.wait()
    keeper.stop()


@app.command()
def enrol(
    config: Config,
    hub: Annotated[str, typer.Option(help="The hub's id, as in its own settings.")],
    store: Annotated[str, typer.Option(help="The store it sells for.")],
    public_key: Annotated[str, typer.Option(help="What `dianshu hub init` printed (hex).")],
) -> None:
    """Let a hub send for a store, and print its broker user and password."""
    from cloud_sync.cloud.registry import AlreadyEnrolled
    from cloud_sync.cloud.service import enrol_hub

    try:
        key = bytes.fromhex(public_key)
    except ValueError:
        key = b""
    if len(key) != 32:
        _end("the public key is 64 hex digits")
    try:
        user, password = enrol_hub(_settings(config), hub, store, key)
    except AlreadyEnrolled:
        _end(f"{hub} is enrolled already, with another store or key")
    except ValueError as error:
        _end(str(error))
    typer.echo(f'username = "{user}"\npassword = "{password}"')


@app.command("user")
def add_user(
    config: Config,
    login: Annotated[str, typer.Option(help="The login.")],
    name: Annotated[str, typer.Option(help="How the console greets this person.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Make a console user, or give one a new password."""
    from cloud_sync.cloud.service import open_database
    from cloud_sync.cloud.users import save_user

    if len(password) < 10:
        _end("a password has at least 10 characters")
    with open_database(_settings(config)).connected() as connection:
        save_user(connection, login, name, password)


@app.command("demo-login")
def demo_login(config: Config) -> None:
    """In demo mode only: make the console login that everybody may know, and print it."""
    from cloud_sync.cloud.demo import NotADemo, ensure_demo_login

    try:
        login = ensure_demo_login(_settings(config))
    except NotADemo:
        _end("these settings are not a demo's")
    typer.echo(f'login = "{login.login}"\npassword = "{login.password}"')


@app.command()
def rebuild(
    config: Config, hub: Annotated[str, typer.Option(help="The hub whose store is rebuilt.")]
) -> None:
    """Empty a store's tables and fill them again from its journal; stop the cloud first."""
    from cloud_sync.cloud.modules import MODULES
    from cloud_sync.cloud.projections import Projections
    from cloud_sync.cloud.service import now_ms, open_database

    with open_database(_settings(config)).connected() as connection:
        try:
            events = Projections(connection, MODULES, now_ms, lambda _records: None).rebuild(hub)
        except LookupError:
            _end(f"{hub} is not enrolled")
    typer.echo(f"{events} events")


@app.command()
def release(config: Config, hub: Annotated[str, typer.Option(help="Whose quarantine ends.")]) -> None:
    """End a hub's quarantine, after a person has found out why it was there."""
    from cloud_sync.cloud.registry import find_hub, release_hub
    from cloud_sync.cloud.service import open_database

    with open_database(_settings(config)).connected() as connection:
        if find_hub(connection, hub) is None:
            _end(f"{hub} is not enrolled")
        with connection.transaction():
            release_hub(connection, hub)


def _settings(config: Path) -> CloudSettings:
    try:
        return load(config)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        _end(f"{config}: {error}")


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
