"""umockdev by ctypes: mock input nodes that another process, with umockdev preloaded, sees in /dev.

The process that owns the testbed needs no preload. The host process needs `Testbed.environment()`.
"""

import ctypes
import itertools
import os
import tempfile
import tty
from pathlib import Path

from hardware_sim.devices.input_record import InputIdentity, description, ioctl_record
from hardware_sim.devices.wire import hung_up

FIRST_NUMBER = 5  # a machine's own buttons come before
LIBRARY, PRELOAD, GOBJECT = "libumockdev.so.0", "libumockdev-preload.so.0", "libgobject-2.0.so.0"


class TestbedUnavailable(Exception):
    """umockdev is not installed here, so there are no mock input nodes."""

    __test__ = False


class Testbed:
    """One directory of mock devices. At most one per process: umockdev keeps its place in the environment."""

    __test__ = False

    def __init__(self) -> None:
        self._lib, self._gobject = load()
        self._self = self._lib.umockdev_testbed_new()
        self.root = Path(self._lib.umockdev_testbed_get_root_dir(self._self).decode())
        self._parting: set[int] = set()
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
        for link in (who.by_id, who.by_path):
            self._link(f"dev/input/{link}", who.number)
            self._link(f"ioctl/dev/input/{link}", who.number)
        return fd

    def slave(self, who: InputIdentity) -> str:
        """The tty that stands under a node."""
        return os.readlink(self.root / who.node.removeprefix("/"))

    def remove(self, who: InputIdentity, fd: int) -> None:
        """Unplug: the node and its links go; what had it open still has it, until `release`."""
        self._parting.add(fd)
        for tree in ("dev/input", "ioctl/dev/input"):
            for link in (who.by_id, who.by_path):
                (self.root / tree / link).unlink(missing_ok=True)
        for path in (who.event_path, who.input_path, who.usb_path):
            self._lib.umockdev_testbed_remove_device(self._self, f"/sys{path}".encode())
        # umockdev forgets to take these away, and aborts when the same pty number comes round again.
        for leftover in (self.root / "dev" / ".ptymap").iterdir():
            if os.readlink(leftover) == who.device_number:
                leftover.unlink()

    def release(self, fd: int) -> None:
        """Hang up on whoever still has the removed node open. The descriptor's number stays taken.

        umockdev closes the descriptor once more at the end: its number must not be another file's by then.
        """
        self._parting.discard(fd)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, fd)
        os.close(nothing)

    def parting(self) -> bool:
        """Whether a host still has a removed node open."""
        return any(not hung_up(fd) for fd in self._parting)

    def close(self) -> None:
        self._gobject.g_object_unref(self._self)

    def _link(self, path: str, number: int) -> None:
        """umockdev's own links are absolute and carry no ioctls; udev's are relative and do."""
        link = self.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(f"../event{number}")


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
