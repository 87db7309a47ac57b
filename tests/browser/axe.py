"""axe-core over a page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES: dict[str, Any] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def check(page: Page) -> None:
    """No violation, or the list of them."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
