"""A program under test: changes the directory it is given in every way the recorder claims to see.

The second argument names the part to play; `everything` plays all that can be replayed.
"""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

READ_WRITE = os.O_RDWR | os.O_CREAT


def writes(base: Path) -> None:
    """Every flavour of write, at every kind of position."""
    fd = os.open(base / "writes", READ_WRITE)
    os.write(fd, b"a" * 5000)
    os.pwrite(fd, b"b" * 700, 300)
    os.lseek(fd, 100, os.SEEK_SET)
    os.writev(fd, [b"c" * 10, b"d" * 600])
    os.pwritev(fd, [b"e", b"f" * 4096], 9000)
    copy = os.dup(fd)
    os.close(fd)
    os.write(copy, b"g" * 33)
    os.dup2(copy, 200)
    os.pwrite(200, b"h", 0)
    os.ftruncate(200, 9500)
    os.close(copy)
    os.close(200)
    fd = os.open(base / "writes", os.O_WRONLY | os.O_APPEND)
    os.write(fd, b"i" * 17)
    os.close(fd)
    with (base / "writes").open("ab") as file:
        file.write(b"j" * 20000)


def lengths(base: Path) -> None:
    """Files that grow and shrink without a write."""
    (base / "short").write_bytes(b"k" * 3000)
    os.truncate(base / "short", 1000)
    fd = os.open(base / "short", os.O_RDWR)
    os.posix_fallocate(fd, 500, 7000)
    os.close(fd)
    (base / "again").write_bytes(b"l" * 3000)
    (base / "again").write_bytes(b"m" * 10)


def names(base: Path) -> None:
    """Names come, go and change; an inode number may come back under another name."""
    (base / "old").write_bytes(b"n")
    (base / "new.part").write_bytes(b"o" * 100)
    os.replace(base / "new.part", base / "old")
    (base / "gone").write_bytes(b"p")
    (base / "gone").unlink()
    (base / "reborn").write_bytes(b"q" * 5)
    (base / "once").write_bytes(b"z")
    os.link(base / "once", base / "twice")
    (base / "once").unlink()
    with (base / "twice").open("ab") as file:
        file.write(b"zz")
    (base / "folder" / "inner").mkdir(parents=True)
    (base / "folder" / "inner" / "leaf").write_bytes(b"r")
    (base / "folder").rename(base / "moved")
    (base / "moved" / "inner" / "second").write_bytes(b"s")
    os.chdir(base / "moved")
    Path("relative").write_bytes(b"t")
    (base / "empty").mkdir()
    (base / "empty").rmdir()
    shutil.copyfile(base / "writes", base / "copied")


def processes(base: Path) -> None:
    """Children that close our descriptors, a forked child that writes, threads that write at once."""
    fd = os.open(base / "shared", READ_WRITE)
    subprocess.run([sys.executable, "-c", "pass"], check=True, timeout=30)
    os.write(fd, b"u" * 9)
    child = os.fork()
    if child == 0:
        os.write(fd, b"v" * 9)
        os._exit(0)
    os.waitpid(child, 0)
    workers = [threading.Thread(target=_scribble, args=(fd, number)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _scribble(fd: int, number: int) -> None:
    for turn in range(50):
        os.pwrite(fd, bytes([number]) * 64, 100 + 32 * ((turn * 7 + number * 3) % 40))
        os.fsync(fd)


def mapping(base: Path) -> None:
    """What the recorder cannot see: stores through a shared mapping."""
    (base / "mapped").write_bytes(b"w" * 4096)
    with (base / "mapped").open("r+b") as file, mmap.mmap(file.fileno(), 4096) as page:
        page[:4] = b"xxxx"


def symbolic_link(base: Path) -> None:
    """What the recorder does not model."""
    (base / "two").symlink_to("one")


def atomic_replace(base: Path) -> None:
    """The usual way to change a small file: a new one, fsynced, renamed, and the directory fsynced."""
    marks = os.open(os.environ["DIANSHU_RECORD_MARKS"], os.O_WRONLY | os.O_APPEND)
    directory = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    for turn in range(5):
        fd = os.open(base / "settings.part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(fd, str(turn).encode() * 2000)
        os.fsync(fd)
        os.close(fd)
        os.rename(base / "settings.part", base / "settings")
        os.write(marks, f"renamed {turn}".encode())
        os.fsync(directory)
        os.write(marks, str(turn).encode())


def sloppy_replace(base: Path) -> None:
    """The same without any fsync: a mistake a test must be able to see."""
    marks = os.open(os.environ["DIANSHU_RECORD_MARKS"], os.O_WRONLY | os.O_APPEND)
    for turn in range(5):
        (base / "settings.part").write_bytes(str(turn).encode() * 2000)
        os.rename(base / "settings.part", base / "settings")
        os.write(marks, str(turn).encode())


def everything(base: Path) -> None:
    """All that can be replayed."""
    for part in (writes, lengths, names, processes):
        part(base)


PARTS: dict[str, Callable[[Path], None]] = {
    part.__name__: part for part in (everything, mapping, symbolic_link, atomic_replace, sloppy_replace)
}

if __name__ == "__main__":
    PARTS[sys.argv[2]](Path(sys.argv[1]))
