"""`dianshu sim receipts`: paper as text and picture, from a bench that runs and from captured bytes."""

from __future__ import annotations

import json
import socket
import urllib.request
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from hardware_sim.captured import PrinterLanguage, columns_of, language_of, paper_of
from hardware_sim.cli import app
from hardware_sim.devices.labels import LONGEST_FORMAT
from hardware_sim.devices.paper import DOTS_PER_COLUMN
from hardware_sim.pictures.sheet import MARGIN_DOTS
from hardware_sim.wiring import read_wiring
from tests.hardware_sim.process import running

VECTORS = Path(__file__).parents[1] / "vectors" / "drivers"
RECEIPT = b"\x1b@\x1c&" + "店枢\n".encode("gbk") + b"\x1dV\x00"
UNCUT = b"\x1b@plain\n"
LABELS = json.loads((VECTORS / "printer_labels.json").read_text(encoding="utf-8"))
ZPL, TSPL = (
    next(one["wire"] for one in LABELS if one["wire"].startswith(start)) for start in ("^XA", "SIZE")
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["receipts", *map(str, arguments)])


def ink(path: Path) -> int:
    """How many dots of a picture are dark."""
    with Image.open(path) as picture:
        return sum(picture.convert("L").histogram()[:128])


def test_receipts_come_apart_at_their_cuts_and_the_rest_is_kept(tmp_path: Path) -> None:
    (tmp_path / "till.bin").write_bytes(RECEIPT + UNCUT)
    done = run(tmp_path / "till.bin", "--out", tmp_path / "out")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, f"2 saved in {tmp_path / 'out'}")
    assert (tmp_path / "out" / "till-1.txt").read_text(encoding="utf-8") == "店枢\n"
    assert (tmp_path / "out" / "till-2.txt").read_text(encoding="utf-8") == "plain\n"
    with Image.open(tmp_path / "out" / "till-1.png") as picture:
        assert picture.width == 48 * DOTS_PER_COLUMN + 2 * MARGIN_DOTS
    assert ink(tmp_path / "out" / "till-1.png") > 100


@pytest.mark.parametrize(("language", "wire"), [("zpl", ZPL.encode()), ("tspl", TSPL.encode("gbk"))])
def test_labels_are_told_by_their_language_and_drawn_with_their_bars(
    tmp_path: Path, language: str, wire: bytes
) -> None:
    assert language_of(wire) == language
    (tmp_path / "shelf.prn").write_bytes(wire)
    done = run(tmp_path / "shelf.prn", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    text = (tmp_path / "shelf-1.txt").read_text(encoding="utf-8")
    assert ("Coca-Cola 500ml" if language == "zpl" else "可口可乐 500ml") in text
    assert "[ean13 6901234567892]" in text
    assert ink(tmp_path / "shelf-1.png") > 4000


@pytest.mark.parametrize(("language", "wire"), [("zpl", ZPL.encode()), ("tspl", TSPL.encode("gbk"))])
def test_of_a_long_capture_every_label_is_there(language: PrinterLanguage, wire: bytes) -> None:
    marks = [f"{number:04d}" for number in range(2 * LONGEST_FORMAT // len(wire))]
    data = b"".join(wire.replace(b"500ml", mark.encode()) for mark in marks)
    assert len(data) > 1.5 * LONGEST_FORMAT
    papers = paper_of(data, language, columns_of(language, 48))
    printed = [paper.text.splitlines()[0].split()[-1] for paper in papers]
    assert printed == [mark for mark in marks for _ in range(2)]


def test_of_a_recorded_line_what_went_to_the_printer_is_printed(tmp_path: Path) -> None:
    lines = [
        {"capture": 1, "device_id": "printer-1", "profile": "printer/epson_tm_t88vi", "link": "tcp://x"},
        {"at_ms": 1, "way": "opened"},
        {"at_ms": 2, "way": "out", "hex": RECEIPT[:5].hex()},
        {"at_ms": 3, "way": "in", "hex": "14000f"},
        {"at_ms": 4, "way": "out", "hex": RECEIPT[5:].hex()},
    ]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    (tmp_path / "line.jsonl").write_text(text, encoding="utf-8")
    assert run(tmp_path / "line.jsonl", "--out", tmp_path).exit_code == 0
    assert (tmp_path / "line-1.txt").read_text(encoding="utf-8") == "店枢\n"


def test_what_a_running_bench_printed(tmp_path: Path) -> None:
    with running(tmp_path):
        wiring = read_wiring(tmp_path / "wiring.json")
        assert wiring.bench_url
        url = wiring.bench_url.removesuffix("/bench/")
        link = next(one.link for one in wiring.devices if one.device_id == "printer-1")
        where, _, port = link.removeprefix("tcp://").partition(":")
        with socket.create_connection((where, int(port)), timeout=20) as host:
            host.sendall(RECEIPT)
            urllib.request.urlopen(f"{url}/api/receipts/next?wait_s=20", timeout=30).close()
        done = run("--bench", url, "--out", tmp_path / "out")
        assert (done.exit_code, done.output.splitlines()[0]) == (0, "0001-printer-1: 1 lines")
        assert (tmp_path / "out" / "0001-printer-1.txt").read_text(encoding="utf-8") == "店枢\n"
        assert run("--bench", url, "--after", "1", "--out", tmp_path).output == f"0 saved in {tmp_path}\n"


def test_what_cannot_be_rendered_says_why(tmp_path: Path) -> None:
    (tmp_path / "cut.bin").write_bytes(b"\x1b@\x1dV\x00")
    (tmp_path / "half.jsonl").write_text('{"capture":1}\n{"way":"out","hex":"0"}\n')
    (tmp_path / "good.bin").write_bytes(RECEIPT)
    (tmp_path / "taken").write_text("a file, no folder")
    for arguments, code in (
        ((tmp_path / "none.bin",), "sim.file_unreadable"),
        ((tmp_path / "cut.bin",), "sim.nothing_printed"),
        ((tmp_path / "half.jsonl",), "sim.file_unreadable"),
        ((tmp_path / "good.bin", "--out", tmp_path / "taken"), "sim.out_unwritable"),
        ((tmp_path / "good.bin", "--font", tmp_path / "good.bin"), "sim.font_missing"),
        (("--bench", "http://127.0.0.1:1"), "sim.bench_away"),
    ):
        done = run(*arguments)
        assert done.exit_code == 1, done.output
        assert done.output.startswith(code), done.output


def test_a_machine_without_fontconfig_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.bin").write_bytes(RECEIPT)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run(tmp_path / "good.bin", "--out", tmp_path)
    assert (done.exit_code, "fonts-noto-cjk" in done.output) == (1, True)
