"""The pages are built with the Node from its wheel when the sources changed, and only then."""

import json
from pathlib import Path

import pytest

import hatch_build

BUILD = """
import {{ mkdirSync, writeFileSync }} from "node:fs";
for (const folder of {outputs}) {{
  mkdirSync(`../${{folder}}`, {{ recursive: true }});
  writeFileSync(`../${{folder}}/index.html`, process.version);
}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout whose front end needs no package and whose build writes one page for each program."""
    web = tmp_path / "web"
    web.mkdir()
    package = {"name": "pages", "version": "1.0.0", "type": "module"}
    scripts = {"build": "npm run pages", "pages": "node build.mjs"}
    (web / "package.json").write_text(json.dumps(package | {"scripts": scripts}))
    lock = {"name": "pages", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "pages"}}}
    (web / "package-lock.json").write_text(json.dumps(lock))
    (web / "build.mjs").write_text(BUILD.format(outputs=json.dumps(hatch_build.OUTPUTS)))
    (web / "node_modules").mkdir()
    return tmp_path


def test_pages_are_built_once_and_again_after_a_change(root: Path) -> None:
    assert not hatch_build.is_fresh(root)
    assert hatch_build.build_pages(root)
    pages = [root / output / "index.html" for output in hatch_build.OUTPUTS]
    assert [page.read_text()[0] for page in pages] == ["v"] * len(pages)
    assert hatch_build.is_fresh(root)
    assert not hatch_build.build_pages(root)
    (root / "web" / "new.ts").write_text("")
    assert not hatch_build.is_fresh(root)


def test_what_is_not_a_source_does_not_count(root: Path) -> None:
    before = hatch_build.source_digest(root)
    (root / "web" / "node_modules" / "x.js").write_text("")
    assert hatch_build.source_digest(root) == before
    (root / "web" / "build.mjs").rename(root / "web" / "other.mjs")
    assert hatch_build.source_digest(root) != before


def test_a_failed_build_says_why_and_leaves_the_pages_stale(root: Path) -> None:
    hatch_build.build_pages(root)
    (root / "web" / "build.mjs").write_text('throw new Error("no such sheet");')
    with pytest.raises(hatch_build.PagesError, match=r"(?s)`npm run build` failed.*no such sheet"):
        hatch_build.build_pages(root)
    assert not hatch_build.is_fresh(root)


def test_a_build_that_writes_nothing_fails(root: Path) -> None:
    (root / "web" / "build.mjs").write_text("")
    with pytest.raises(hatch_build.PagesError, match="left no pages in hub/app/static"):
        hatch_build.build_pages(root)


def test_built_pages_without_sources_are_fresh_and_neither_is_an_error(root: Path) -> None:
    hatch_build.build_pages(root)
    (root / "web" / "package.json").unlink()
    assert hatch_build.is_fresh(root)
    (root / hatch_build.STAMP).unlink()
    with pytest.raises(hatch_build.PagesError, match="full checkout"):
        hatch_build.build_pages(root)
