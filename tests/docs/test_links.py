"""What a document names is there."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.docs.papers import ROOT, Paper, exists, is_path, paper, papers

PAPERS = papers()


def name_of(one: Paper) -> str:
    return one.path.relative_to(ROOT).as_posix()


def broken_links(one: Paper) -> list[str]:
    """Its links within the repository that lead nowhere."""
    broken = []
    for link in one.links():
        place, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (one.path.parent / place).resolve() if place else one.path
        anchors = (
            one.anchors() if not place else paper(target).anchors() if anchor and target.exists() else set()
        )
        if not target.exists() or (anchor and anchor not in anchors):
            broken.append(link)
    return broken


@pytest.mark.parametrize("one", PAPERS, ids=name_of)
def test_every_link_leads_somewhere(one: Paper) -> None:
    assert broken_links(one) == []


@pytest.mark.parametrize("one", PAPERS, ids=name_of)
def test_every_path_is_there(one: Paper) -> None:
    assert [path for path in one.spans() if is_path(path) and not exists(path)] == []


def test_the_drawing_names_rooms_that_are_there() -> None:
    drawing = ElementTree.parse(ROOT / "docs" / "pictures" / "architecture.svg")
    words = [element.text or "" for element in drawing.iter() if element.tag.endswith("text")]
    named = [word for word in words if is_path(word)]
    assert len(named) >= 8
    assert [path for path in named if not exists(path)] == []


def test_every_decision_is_listed_and_whole() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = [link for link in paper(folder / "README.md").links() if link[0].isdigit()]
    there = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert listed == there
    assert [int(name[:4]) for name in there] == list(range(1, len(there) + 1))
    for name in there:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {name[:4]} "), name
        assert re.findall(r"^\*\*(.+?)\.\*\*", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Why not otherwise",
            "Consequences",
        ], name


def test_a_broken_link_is_found() -> None:
    sample = Paper(
        ROOT / "README.md", "[a](docs/nowhere.md) [b](README.md#nowhere) [c](LICENSE) [d](#here)\n# Here"
    )
    assert broken_links(sample) == ["docs/nowhere.md", "README.md#nowhere"]


def test_a_path_is_told_from_other_code() -> None:
    assert is_path("hub/kernel/nothing.py")
    assert not exists("hub/kernel/nothing.py")
    assert exists("hub/modules/*")
    assert not any(map(is_path, ("es1/up", "tests/modules/<name>/", "0.1", "a / b", "identity.ambiguous")))
    assert Path(ROOT / "hub").is_dir()
