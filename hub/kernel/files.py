"""Files that must be whole after a power cut, and a folder that one process at a time may write."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from hub.kernel.errors import Refused

LOCK_NAME = "hub.lock"


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that it is there whole or as it was before, and durable on return."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class FolderLock:
    """Held by whoever may write a data folder: the hub, or a repair while it is stopped.

    The kernel drops it when its process dies, however that dies.
    """

    def __init__(self, folder: Path) -> None:
        """Raises Refused `hub.already_running` when somebody else holds it."""
        self._file = (folder / LOCK_NAME).open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise Refused("hub.already_running", 409, folder=str(folder)) from error

    def release(self) -> None:
        """Let the next one have it; releasing twice is harmless."""
        self._file.close()

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
