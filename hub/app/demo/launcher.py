"""`dianshu demo`: start the whole shop, say where it is, end it all on Ctrl-C."""

import asyncio
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hub.app.demo import settings_files
from hub.app.demo.check import Finding, run_check
from hub.app.demo.places import HUB_ID, STORE_ID, Places, ports_from_environment
from hub.app.demo.processes import Children, DemoFailed, Program, answers, check_port_free
from hub.app.demo.seed import LOGINS, bind_devices, seed_shop
from hub.app.server import gateway_token
from hub.app.settings import load_settings
from hub.app.wiring import open_engine
from hub.kernel.errors import Refused

_MIN_FREE_BYTES = 300 * 1024 * 1024
_WATCH_EVERY_S = 0.5


def run_demo(folder: Path, check: bool) -> int:
    """Run the demo until Ctrl-C, or with `check` until one sale is proved; the exit code."""
    console = Console()
    places = Places(folder, ports_from_environment())
    children = Children(places.logs)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        _start_all(places, children, console, stopping)
        return _check(places, console) if check else _serve(places, children, console, stopping)
    except (DemoFailed, Refused) as error:
        if not stopping.is_set():
            Console(stderr=True).print(f"✗ {error}", style="red", markup=False)
        return 1
    finally:
        console.print("ending …", style="dim")
        children.end()


def _start_all(places: Places, children: Children, console: Console, stopping: threading.Event) -> None:
    steps: list[tuple[str, Callable[[], None]]] = [
        ("ports and disk", lambda: _look_around(places)),
        ("simulated counter", lambda: _start_simulator(places, children)),
        ("shop: staff, goods, stock", lambda: _make_shop(places)),
        ("broker and cloud", lambda: _start_cloud(places, children)),
        ("hub", lambda: _start_hub(places, children)),
        ("gateway", lambda: _start_gateway(places, children)),
    ]
    for number, (name, step) in enumerate(steps, 1):
        if stopping.is_set():
            raise DemoFailed("stopped")
        began_s = time.monotonic()
        with console.status(f"[{number}/{len(steps)}] {name} …"):
            step()
        console.print(f"  ✓ {name} [dim]{time.monotonic() - began_s:.1f} s[/dim]")


def _look_around(places: Places) -> None:
    for port, what_for in places.ports.all().items():
        check_port_free(port, what_for)
    places.root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(places.root).free
    if free < _MIN_FREE_BYTES:
        raise DemoFailed(
            f"Only {free // 2**20} MB are free at {places.root}: "
            f"make room for {_MIN_FREE_BYTES // 2**20} MB, then try again"
        )


def _start_simulator(places: Places, children: Children) -> None:
    settings_files.write_goods(places)
    places.wiring.unlink(missing_ok=True)
    arguments = (
        *("sim", "run", "--dir", str(places.root / "sim")),
        *("--port", str(places.ports.bench), "--goods", str(places.goods), "--wiring", str(places.wiring)),
    )
    bench = answers(f"http://127.0.0.1:{places.ports.bench}/api/bench")
    children.start(Program("simulator", arguments, lambda: places.wiring.exists() and bench()))


def _make_shop(places: Places) -> None:
    settings_files.write_cloud(places)
    settings_files.write_hub(places, HUB_ID)
    wiring = settings_files.read_wiring(places)
    settings = load_settings(places.hub_settings)
    gateway_token(settings.gateway_token_path)
    engine = open_engine(settings)
    try:
        seed_shop(engine)
        bind_devices(engine, wiring.devices, settings_files.GATEWAY_ID)
        public_key = engine.keystore.public_key().hex()
    finally:
        engine.close()
    settings_files.write_hub(places, _enrol(places, public_key))
    places.console_login.write_text(_run("cloud", "demo-login", "--config", str(places.cloud_settings)))
    settings_files.write_gateway(places, wiring)


def _enrol(places: Places, public_key: str) -> str:
    """Tell the cloud of this hub, keep its password, return its user; no news the second time."""
    told = _run(
        *("cloud", "enrol", "--config", str(places.cloud_settings)),
        *("--hub", HUB_ID, "--store", STORE_ID, "--public-key", public_key),
    )
    credentials = tomllib.loads(told)
    places.broker_password.touch(mode=0o600)
    places.broker_password.write_text(credentials["password"])
    return str(credentials["username"])


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hub.app.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode != 0:
        raise DemoFailed(f"dianshu {' '.join(arguments[:2])} failed: {done.stdout}{done.stderr}")
    return done.stdout


def _start_cloud(places: Places, children: Children) -> None:
    arguments = ("cloud", "run", "--config", str(places.cloud_settings))
    children.start(
        Program("cloud", arguments, answers(f"http://127.0.0.1:{places.ports.cloud}/api/console/session"))
    )


def _start_hub(places: Places, children: Children) -> None:
    arguments = ("hub", "run", "--config", str(places.hub_settings))
    children.start(Program("hub", arguments, answers(f"http://127.0.0.1:{places.ports.hub}/health")))


def _start_gateway(places: Places, children: Children) -> None:
    arguments = ("gateway", "run", "--config", str(places.gateway_settings))
    environment = settings_files.read_wiring(places).gateway_environment
    joined = answers(f"http://127.0.0.1:{places.ports.hub}/health?gateways=1")
    children.start(Program("gateway", arguments, joined, environment))


def _check(places: Places, console: Console) -> int:
    findings = asyncio.run(run_check(places))
    table = Table("station", "what happened", "", title="One sale")
    for finding in findings:
        table.add_row(finding.station, finding.what, "✓" if finding.ok else "✗")
    console.print(table)
    return 0 if all(finding.ok for finding in findings) and _is_whole(findings) else 1


def _is_whole(findings: list[Finding]) -> bool:
    """Whether the sale came all the way: the last station is the cloud's acknowledgement."""
    return bool(findings) and findings[-1].station == "acknowledged"


def _serve(places: Places, children: Children, console: Console, stopping: threading.Event) -> int:
    console.print()
    for part, what in (("till", "till"), ("bench", "bench: play the devices"), ("console", "console")):
        console.print(f"  {what:<26}{places.url(part)}")
    console.print()
    for login in LOGINS:
        console.print(f"  {login.role:<10} number {login.staff_no}  PIN {login.pin}")
    name, password = places.read_console_login()
    console.print(f"  console    {name} / {password}")
    console.print("  These logins exist in demo mode only.  Ctrl-C ends everything.\n", style="dim")
    while not stopping.wait(_WATCH_EVERY_S):
        if (fallen := children.fallen()) is not None:
            raise DemoFailed(f"{fallen} ended by itself:\n{children.log_tail(fallen)}")
    return 0
