"""A program under test: a real hub's kernel and modules, several tills at once, every answer marked.

Arguments: the hub's folder, the trade's name, the number of tills, the commands of each till.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import msgspec

from hub.kernel import db
from hub.kernel.engine import Engine, Folder
from tests.worlds.powercut.stores import TRADES
from tests.worlds.powercut.trades import ORIGIN, TickingClock, Trade

CHECKPOINT_PAGES = 40
WAL_LIMIT_BYTES = 300_000
"""Small, so that a short trade sees many checkpoints and the log begin anew."""


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a till was told, and how far the hub said a power cut could not reach back just then."""

    till: int = -1
    turn: int = -1
    full: bool = False
    first_seq: int = 0
    last_seq: int = 0
    refused: str = ""
    fsynced_seq: int = 0
    opened: bool = False


class Marker:
    """Writes marks where the recorder sees them."""

    def __init__(self) -> None:
        self._fd = os.open(os.environ["DIANSHU_RECORD_MARKS"], os.O_WRONLY | os.O_APPEND)

    def note(self, mark: msgspec.Struct) -> None:
        """One write, one mark."""
        os.write(self._fd, msgspec.json.encode(mark))


def open_hub(folder: Path, trade: Trade) -> Engine:
    """The store's engine."""
    return Engine(Folder(folder), ORIGIN, trade.manifests, TickingClock(), trade.loaders)


def ring_up(engine: Engine, trade: Trade, marker: Marker, till: int, turn: int) -> None:
    """One command and what came of it. The fsynced number is read before it is marked, never after."""
    command = trade.command(till, turn)
    outcome = engine.bus.dispatch(command, trade.caller(till))
    fsynced_seq = engine.writer.fsynced_seq
    marker.note(
        Mark(
            till=till,
            turn=turn,
            full=trade.is_full(command),
            first_seq=outcome.first_seq,
            last_seq=outcome.last_seq,
            refused=outcome.refusal.code if outcome.refusal else "",
            fsynced_seq=fsynced_seq,
        )
    )


def main(folder: Path, trade: Trade, tills: int, turns: int) -> None:
    """Trade, then die without closing."""
    db._CHECKPOINT_PAGES = CHECKPOINT_PAGES
    db._WAL_LIMIT_BYTES = WAL_LIMIT_BYTES
    marker = Marker()
    engine = open_hub(folder, trade)
    trade.open_store(engine)
    marker.note(Mark(opened=True, fsynced_seq=engine.writer.fsynced_seq))

    def serve(till: int) -> None:
        for turn in range(turns):
            ring_up(engine, trade, marker, till, turn)

    threads = [threading.Thread(target=serve, args=(till,)) for till in range(tills)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), TRADES[sys.argv[2]], int(sys.argv[3]), int(sys.argv[4]))
