"""What simulated printers printed, or what a file of bytes would print, saved as text and pictures."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hardware_sim.captured import NoCapture, PrinterLanguage, columns_of, language_of, paper_of, sent_bytes
from hardware_sim.pictures.png import FontMissing, find_font, png_of
from hardware_sim.views import PaperLine, Receipt

MAX_FILE_BYTES = 16 * 1024 * 1024
BENCH_WITHIN_S = 20


class ReceiptsFailed(Exception):
    """Why nothing, or no more, was saved; the message begins with a code."""


@dataclass(frozen=True)
class Piece:
    """A piece of paper and the name of its files."""

    name: str
    lines: tuple[PaperLine, ...]
    columns: int
    text: str


def of_files(files: list[Path], known: PrinterLanguage | None, columns: int) -> Iterator[Piece]:
    """What each file would print; ReceiptsFailed for one that cannot be read or prints nothing."""
    for path in files:
        data = _read(path)
        language = known or language_of(data)
        wide = columns_of(language, columns)
        number = 0
        for number, paper in enumerate(paper_of(data, language, wide), 1):
            yield Piece(f"{path.stem}-{number}", paper.lines, wide, paper.text)
        if not number:
            raise ReceiptsFailed(f"sim.nothing_printed: {path}: read as {language}, it prints nothing")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ReceiptsFailed(f"sim.file_unreadable: {path}: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise ReceiptsFailed(f"sim.file_too_long: {path}: more than {MAX_FILE_BYTES // 2**20} MB")
    try:
        return sent_bytes(data)
    except NoCapture as error:
        raise ReceiptsFailed(f"sim.file_unreadable: {path}: no recording of a line: {error}") from error


def of_bench(url: str, after: int) -> Iterator[Piece]:
    """What a running bench's printers printed after a number."""
    try:
        with urllib.request.urlopen(f"{url}/api/receipts?after={after}", timeout=BENCH_WITHIN_S) as answer:
            found = msgspec.json.decode(answer.read(), type=list[Receipt])
    except (urllib.error.URLError, OSError, ValueError, msgspec.MsgspecError) as error:
        raise ReceiptsFailed(
            f"sim.bench_away: no bench answers at {url} ({error}): start `dianshu sim run` or "
            "`dianshu demo`, or name it with --bench"
        ) from error
    for one in found:
        yield Piece(f"{one.number:04d}-{one.device_id}", one.lines, one.columns, one.text)


def save(piece: Piece, out: Path, font: Path | None) -> None:
    """A text and a picture of it."""
    try:
        picture = png_of(piece.lines, piece.columns, find_font(font))
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{piece.name}.txt").write_text(piece.text + "\n", encoding="utf-8")
        (out / f"{piece.name}.png").write_bytes(picture)
    except FontMissing as error:
        raise ReceiptsFailed(
            "sim.font_missing: no font with Chinese characters is found: install fonts-noto-cjk or "
            "fonts-wqy-zenhei, or name a font file with --font"
        ) from error
    except OSError as error:
        raise ReceiptsFailed(f"sim.out_unwritable: {out}: {error.strerror}") from error
