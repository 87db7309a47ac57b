"""umockdev by ctypes: mock input nodes that another process, with umockdev preloaded, sees in /dev.

The process that owns the testbed needs no preload. The host process needs `Testbed.environment()`.
"""

import atexit
import ctypes
import fcntl
import itertools
import os
import shutil
import subprocess
import tempfile
import threading
import tty
from functools import cache
from pathlib import Path

from hardware_sim.devices.input_record import InputIdentity, description, ioctl_record

FIRST_NUMBER = 5  # a machine's own buttons come before
CLAIM = ".dianshu-sim"
DECOY = ': <>"$1" && echo && exec sleep infinity'
DECOY_S = 5
LIBRARY, PRELOAD, GOBJECT = "libumockdev.so.0", "libumockdev-preload.so.0", "libgobject-2.0.so.0"


class TestbedUnavailable(Exception):
    """umockdev is not installed here, so there are no mock input nodes."""

    __test__ = False


class Testbed:
    """One directory of mock devices."""

    __test__ = False

    def __init__(self) -> None:
        self._lib, self._gobject = load()
        self._self = self._lib.umockdev_testbed_new()
        self.root = Path(self._lib.umockdev_testbed_get_root_dir(self._self).decode())
        self._claim = claimed(self.root)
        self._decoys: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(FIRST_NUMBER)

    def environment(self) -> dict[str, str]:
        """What a host process must be started with to see the nodes."""
        return {"LD_PRELOAD": PRELOAD, "UMOCKDEV_DIR": str(self.root)}

    def next_number(self) -> int:
        """The number of the next event node."""
        return next(self._numbers)

    def add(self, who: InputIdentity) -> int:
        """Plug in: the node appears with its links; returns the descriptor to write events to.

        umockdev takes each node name once only: number a device anew for each plug, as the kernel may.
        """
        with self._lock:
            return self._add(who)

    def remove(self, who: InputIdentity, fd: int) -> None:
        """Unplug: the node and its links go, a reader finds its end. The descriptor's number stays taken."""
        with self._lock:
            self._remove(who, fd)

    def _add(self, who: InputIdentity) -> int:
        if not self._lib.umockdev_testbed_add_from_string(self._self, description(who).encode(), None):
            raise OSError(f"umockdev refused the device {who.node}")
        with tempfile.NamedTemporaryFile("w", suffix=".ioctl") as record:
            record.write(ioctl_record(who))
            record.flush()
            if not self._lib.umockdev_testbed_load_ioctl(
                self._self, who.node.encode(), record.name.encode(), None
            ):
                raise OSError(f"umockdev refused the ioctl record of {who.node}")
        fd = int(self._lib.umockdev_testbed_get_dev_fd(self._self, who.node.encode()))
        tty.setraw(fd)
        os.set_blocking(fd, False)
        self._decoys[fd] = decoy_for(self.slave(who))
        for link in (who.by_id, who.by_path):
            self._link(f"dev/input/{link}", who.number)
            self._link(f"ioctl/dev/input/{link}", who.number)
        return fd

    def slave(self, who: InputIdentity) -> str:
        """The tty that stands under a node."""
        return os.readlink(self.root / who.node.removeprefix("/"))

    def _remove(self, who: InputIdentity, fd: int) -> None:
        for tree in ("dev/input", "ioctl/dev/input"):
            for link in (who.by_id, who.by_path):
                (self.root / tree / link).unlink(missing_ok=True)
        for path in (who.event_path, who.input_path, who.usb_path):
            self._lib.umockdev_testbed_remove_device(self._self, f"/sys{path}".encode())
        # umockdev forgets to take these away, and aborts when the same pty number comes round again.
        for leftover in (self.root / "dev" / ".ptymap").iterdir():
            if os.readlink(leftover) == who.device_number:
                leftover.unlink()
        # umockdev closes the descriptor once more at the end: its number must not be another file's by then.
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, fd)
        os.close(nothing)
        reap(self._decoys.pop(fd))

    def close(self) -> None:
        self._gobject.g_object_unref(self._self)
        os.close(self._claim)
        for decoy in self._decoys.values():
            reap(decoy)

    def _link(self, path: str, number: int) -> None:
        """umockdev's own links are absolute and carry no ioctls; udev's are relative and do."""
        link = self.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(f"../event{number}")


@cache
def process_testbed() -> Testbed:
    """This process's testbed, made at the first call and put away at exit.

    Never earlier: a host's read of a node passes through the testbed, and would hang for ever if it went away
    under it while the process lives on.
    """
    sweep()
    testbed = Testbed()
    atexit.register(testbed.close)
    return testbed


def claimed(root: Path) -> int:
    """The lock that says somebody lives here; it falls with the process, however that ends."""
    fd = os.open(root / CLAIM, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


def sweep() -> None:
    """Take away what simulators that were killed left behind; others' testbeds have no claim of ours."""
    for claim in Path(tempfile.gettempdir()).glob(f"umockdev.*/{CLAIM}"):
        try:
            with claim.open() as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(claim.parent)
        except OSError:
            continue  # it is lived in, or not ours to take


def available() -> bool:
    """Whether this machine has umockdev and its preload library."""
    try:
        load()
        ctypes.CDLL(PRELOAD)
    except (OSError, TestbedUnavailable):
        return False
    return True


def load() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    try:
        lib, gobject = ctypes.CDLL(LIBRARY), ctypes.CDLL(GOBJECT)
    except OSError as error:
        raise TestbedUnavailable(str(error)) from error
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    lib.umockdev_testbed_new.restype = pointer
    lib.umockdev_testbed_get_root_dir.restype = text
    lib.umockdev_testbed_get_root_dir.argtypes = [pointer]
    lib.umockdev_testbed_add_from_string.argtypes = [pointer, text, pointer]
    lib.umockdev_testbed_load_ioctl.argtypes = [pointer, text, text, pointer]
    lib.umockdev_testbed_get_dev_fd.argtypes = [pointer, text]
    lib.umockdev_testbed_remove_device.argtypes = [pointer, text]
    gobject.g_object_unref.argtypes = [pointer]
    return lib, gobject


def decoy_for(tty_path: str) -> subprocess.Popen[bytes]:
    """A process that owns the tty under a node as its controlling terminal, and is ended by the hang-up.

    Without it the first session leader to open the node, be it a service or a launcher's child, would own it
    and be ended by SIGHUP at an unplug, which no input device ever does.
    """
    decoy = subprocess.Popen(
        ["/bin/sh", "-c", DECOY, "sh", tty_path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    if decoy.stdout is not None:
        with decoy.stdout as ready:
            ready.readline()
    return decoy


def reap(decoy: subprocess.Popen[bytes]) -> None:
    """The hang-up has ended it, or we do."""
    try:
        decoy.wait(DECOY_S)
    except subprocess.TimeoutExpired:
        decoy.kill()
        decoy.wait()
