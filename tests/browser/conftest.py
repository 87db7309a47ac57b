"""The browser, the pages it may talk to, and a whole demo shop to ring up sales in."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

import hatch_build
from tests.browser.demo_shop import DemoShop
from tests.browser.fake_hub import ROOT, FakeHub
from tests.browser.fake_shop import FakeShop
from tests.browser.keys import Keys

WAIT_MS = 15_000
REFUSAL = "Failed to load resource: the server responded with a status of 4"
"""The browser writes this line for every 4xx; a refusal is an answer, not a fault of the page."""
NO_ANSWER = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "WebSocket connection to")
"""What it writes when a test takes the hub away on purpose."""


def pytest_configure(config: pytest.Config) -> None:
    """Name this folder's marker."""
    config.addinivalue_line("markers", "breaks_links: takes the hub away, so the browser reports lost links")


@pytest.fixture(scope="session", autouse=True)
def pages_are_fresh() -> None:
    """The pages under test are those of the sources as they are now."""
    hatch_build.build_pages(ROOT)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's Chromium. A missing one fails the tests: they are never skipped."""
    named = os.environ.get("DIANSHU_CHROMIUM") or "/usr/bin/chromium"
    found = shutil.which(named)
    if found is None:
        pytest.fail(f"no browser at {named}: install chromium, or set DIANSHU_CHROMIUM", pytrace=False)
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"]
    return {**browser_type_launch_args, "executable_path": found, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A till's screen: touch, Chinese, nothing that moves, no service worker."""
    return {
        **browser_context_args,
        "viewport": {"width": 1366, "height": 768},
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "has_touch": True,
        "reduced_motion": "reduce",
        "service_workers": "block",
    }


@pytest.fixture
def context(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Fails the test for an error on the console and for any request that leaves this machine."""
    wrong: list[str] = []
    breaks_links = request.node.get_closest_marker("breaks_links") is not None

    def listen(message: ConsoleMessage) -> None:
        expected = message.text.startswith(REFUSAL)
        expected = expected or (breaks_links and any(part in message.text for part in NO_ANSWER))
        if message.type in ("error", "warning") and not expected:
            wrong.append(f"console {message.type}: {message.text}")

    def look(asked: Request) -> None:
        if not asked.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            wrong.append(f"request to {asked.url}")

    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    context.on("console", listen)
    context.on("weberror", lambda error: wrong.append(f"uncaught: {error.error}"))
    context.on("request", look)
    yield context
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def shop() -> FakeShop:
    """A shop in memory."""
    return FakeShop()


@pytest.fixture
def hub(context: BrowserContext, shop: FakeShop) -> FakeHub:
    """A hub that is not there, for what a real one will not do on demand."""
    return FakeHub(context, shop)


@pytest.fixture
def keys(page: Page) -> Keys:
    """The keyboard of the page."""
    return Keys(page)


@pytest.fixture
def till(page: Page, hub: FakeHub, keys: Keys) -> Page:
    """The till's page over the fake hub, signed in, with an open shift."""
    hub.shop.sign_in_and_open()
    page.add_init_script("localStorage['dianshu.terminal'] = 'T01'")
    page.add_init_script("sessionStorage['dianshu.signed-in'] = '1'")
    page.goto("http://127.0.0.1:8710/till/")
    page.get_by_role("search").wait_for()
    return page


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    """The whole demo: counter, gateway, hub, broker and cloud."""
    with DemoShop.running(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def pictures() -> Path | None:
    """Where the README's pictures go, when they are to be made anew (DIANSHU_PICTURES=1)."""
    if not os.environ.get("DIANSHU_PICTURES"):
        return None
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
