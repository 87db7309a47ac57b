"""A program under test: a hub whose disk fails while a group of commands is run and committed.

Each scene holds the writer, lets a group of known order gather behind it, makes the storage fail at a chosen
operation, lets go, and marks what everybody was told and how the hub was afterwards. Arguments: the hub's
folder, the kind of fault (or `death`).
"""

from __future__ import annotations

import asyncio
import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hub.kernel import db
from hub.kernel.context import SYSTEM, Context
from hub.kernel.decision import Decision
from hub.kernel.engine import Engine
from hub.kernel.messages import Command
from hub.kernel.module import CommandSpec, Durability, Manifest
from tests.kernel import jars
from tests.worlds.powercut.faults import FaultControl, Op, Rule
from tests.worlds.powercut.hub_trade import Marker, open_hub
from tests.worlds.powercut.trades import Trade, command_id

GROUP = 7
WAIT_S = 20
LONG_NAME = "x" * 1_500
"""Long enough that a group does not fit the cache, so that pages are written in mid-group."""
SMALL_CACHE_KIB = 40
NO_CHECKPOINTS = 1_000_000


class Scene(msgspec.Struct, frozen=True):
    """One group and the fault it meets."""

    name: str
    rule: Rule
    elsewhere: bool = False
    """Another thread meets the fault: the scene waits until it has."""


class Told(msgspec.Struct, frozen=True, tag="told"):
    """What one sender was told."""

    command_id: str
    full: bool
    refused: str
    first_seq: int
    last_seq: int
    fsynced_seq: int


class After(msgspec.Struct, frozen=True, tag="after"):
    """How the hub was when the scene was over and the disk well again."""

    scene: str
    fired: int
    answered: int
    in_memory_seq: int
    in_database_seq: int
    same_head: bool


class Hold(Command, frozen=True, kw_only=True):
    """Keeps the writer busy until it is let go."""


entered, let_go = threading.Event(), threading.Event()


def hold(_command: Hold, _context: Context) -> Decision:
    """The writer waits here."""
    entered.set()
    let_go.wait(WAIT_S)
    return Decision()


HOLDING = Manifest(
    "holding", "tests.kernel", commands=(CommandSpec(Hold, hold, durability=Durability.NORMAL),)
)
FAULTY = Trade(manifests=(jars.manifest, HOLDING), command=lambda _till, _turn: Hold(command_id=""))


def full_disk() -> Iterator[Scene]:
    """No room from the n-th write on, until somebody makes some."""
    for skip in range(26):
        rule = Rule(Op.WRITE, errno.ENOSPC, "-wal", skip, partial=skip % 2 == 0)
        yield Scene(f"no room after {skip} writes", rule)


def failing_write() -> Iterator[Scene]:
    """The n-th write fails, once or twice."""
    for skip in range(26):
        yield Scene(f"write {skip} fails", Rule(Op.WRITE, errno.EIO, "-wal", skip, times=1 + skip % 2))


def failing_fsync() -> Iterator[Scene]:
    """The fsyncs of the COMMIT fail: once, twice, all."""
    for skip in range(3):
        for times in (1, 2, 5, 0):
            yield Scene(f"fsync {skip} fails {times} times", Rule(Op.SYNC, errno.EIO, "-wal", skip, times))


def full_elsewhere() -> Iterator[Scene]:
    """The log can be written, the database behind it cannot."""
    for error in (errno.ENOSPC, errno.EIO):
        yield Scene(
            f"database refuses with {error}", Rule(Op.WRITE | Op.SYNC, error, "hub.db"), elsewhere=True
        )


DEATH = Scene("every fsync fails", Rule(Op.SYNC, errno.EIO, "-wal"))
FAULTS = {part.__name__: part for part in (full_disk, failing_write, failing_fsync, full_elsewhere)}


def group_of(number: int) -> list[Command]:
    """The commands of a scene: one that may be lost, then those that must not be."""
    name = f"{number:03d}-{LONG_NAME}"
    fills = [
        jars.Fill(command_id=command_id(number, turn), jar_id=f"{turn}-{name}", beans=1 + turn)
        for turn in range(GROUP)
    ]
    nudge = jars.Nudge(command_id=command_id(number, GROUP), jar_id=name)
    return [*fills[:3], nudge, *fills[3:]]


class Stage:
    """Where the scenes are played."""

    def __init__(self, engine: Engine, faults: FaultControl) -> None:
        self._engine = engine
        self._faults = faults
        self._marker = Marker()
        self._played = 0

    async def play(self, scene: Scene) -> None:
        """One scene, from a healthy disk to a healthy disk."""
        self._played += 1
        await self._send(jars.Nudge(command_id=command_id(self._played, 98), jar_id="before"))
        waiting = await self._gather(group_of(self._played))
        self._faults.arm(scene.rule)
        let_go.set()
        answered = await asyncio.wait_for(asyncio.gather(*waiting), WAIT_S)
        if scene.elsewhere:
            await asyncio.to_thread(self._until_fired)
        fired = self._faults.fired()
        self._faults.disarm()
        await self._send(jars.Fill(command_id=command_id(self._played, 99), jar_id="after", beans=1))
        self._note_after(scene, fired, len(answered))

    def _until_fired(self) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while not self._faults.fired():
            assert time.monotonic() < deadline_s, "nobody met the fault"
            time.sleep(0.001)

    async def die(self, scene: Scene) -> None:
        """The disk fails and stays so; the hub answers everybody and is killed."""
        await self._send(jars.Nudge(command_id=command_id(self._played, 98), jar_id="before"))
        waiting = await self._gather(group_of(self._played))
        self._faults.arm(scene.rule)
        let_go.set()
        await asyncio.wait_for(asyncio.gather(*waiting), WAIT_S)
        os._exit(0)

    async def _gather(self, group: list[Command]) -> list[asyncio.Task[None]]:
        entered.clear()
        let_go.clear()
        holding = asyncio.create_task(self._send(Hold(command_id=command_id(self._played, 97))))
        assert await asyncio.to_thread(entered.wait, WAIT_S)
        waiting = [asyncio.create_task(self._send(command)) for command in group]
        await asyncio.sleep(0)
        return [holding, *waiting]

    async def _send(self, command: Command) -> None:
        outcome = await self._engine.bus.adispatch(command, SYSTEM)
        told = Told(
            command.command_id,
            isinstance(command, jars.Fill),
            outcome.refusal.code if outcome.refusal else "",
            outcome.first_seq,
            outcome.last_seq,
            self._engine.writer.fsynced_seq,
        )
        self._marker.note(told)

    def _note_after(self, scene: Scene, fired: int, answered: int) -> None:
        in_memory, _ = self._engine.core.mark()
        in_database = self._engine.head()
        assert in_database is not None
        same = in_memory == in_database
        after = After(scene.name, fired, answered, in_memory.seq, in_database.seq, same)
        self._marker.note(after)


def main(folder: Path, kind: str) -> None:
    """Play every scene of a kind of fault, then die without closing."""
    db._WRITER_CACHE_KIB = SMALL_CACHE_KIB
    db._CHECKPOINT_PAGES = 1 if kind == full_elsewhere.__name__ else NO_CHECKPOINTS
    engine = open_hub(folder, FAULTY)

    async def play_all() -> None:
        stage = Stage(engine, FaultControl(Path(os.environ["DIANSHU_FAULT_CONTROL"])))
        if kind not in FAULTS:
            await stage.die(DEATH)
        for scene in FAULTS[kind]():
            await stage.play(scene)

    asyncio.run(play_all())
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
