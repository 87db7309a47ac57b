"""What tests need beside Python packages: mock input nodes, a browser, a Chinese font, systemd's checker."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable

from tools.advice import INSTALLERS
from tools.environment import PYTHON, ROOT, file_digest, install_lock, run_logged
from tools.report import StopError, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NPM_BROWSER = ROOT / ".test-tools" / "browser"
PROBE_TIMEOUT_S = 60


def find_browser() -> str | None:
    """A browser on this machine that starts (Ubuntu's chromium is a stub that asks for snap)."""
    named = os.environ.get("DIANSHU_CHROMIUM")
    for path in [named] if named else map(shutil.which, BROWSERS):
        if path and starts(path):
            return path
    return None


def starts(path: str) -> bool:
    """True when the browser can say its version."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=PROBE_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def has_chinese_font() -> bool:
    """True when fontconfig knows a font for Chinese."""
    if shutil.which("fc-list") is None:
        return False
    done = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False)
    return bool(done.stdout.strip())


PARTS: dict[str, Callable[[], bool]] = {
    "umockdev": lambda: shutil.which("umockdev-run") is not None,
    "systemd": lambda: shutil.which("systemd-analyze") is not None,
    "fontconfig": lambda: shutil.which("fc-match") is not None,
    "chromium": lambda: find_browser() is not None,
    "fonts-noto-cjk": has_chinese_font,
}


def missing_parts() -> list[str]:
    """The Debian packages of the parts that are not here."""
    return [package for package, present in PARTS.items() if not present()]


def prepare_machine() -> dict[str, str]:
    """Install what is missing, by apt-get where allowed, else from npm; the tests' environment."""
    missing = missing_parts()
    prefix = root_prefix()
    if missing and prefix is not None and shutil.which("apt-get"):
        install_debian(prefix, missing)
        missing = missing_parts()
    unaided = [package for package in missing if package in {"umockdev", "systemd", "fontconfig"}]
    if unaided:
        raise StopError(f"The tests need {' and '.join(unaided)} and will not skip them: {manual(unaided)}")
    if "chromium" in missing or "fonts-noto-cjk" in missing:
        fetch_npm_browser(find_browser())
        fonts = str(NPM_BROWSER / "fonts.conf")  # paper is drawn without the browser
        return {"DIANSHU_CHROMIUM": str(NPM_BROWSER / "chromium"), "FONTCONFIG_FILE": fonts}
    return {"DIANSHU_CHROMIUM": find_browser() or ""}


def root_prefix() -> list[str] | None:
    """What to put before a command that needs root; None where root cannot be had without asking."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def install_debian(prefix: list[str], packages: list[str]) -> None:
    """Install Debian packages; one that cannot be had leaves its part missing, which is reported later."""
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    with step(f"Debian packages {' '.join(packages)}"):
        try:
            run_logged([*prefix, *environment, "apt-get", "update"], "apt-update")
        except StopError as error:
            print(f"  {error}")
        for package in packages:
            command = ["apt-get", "install", "-y", "--no-install-recommends", package]
            try:
                run_logged([*prefix, *environment, *command], f"apt-{package}")
            except StopError as error:
                print(f"  {error}")


def manual(packages: list[str]) -> str:
    """The command a person with root would type."""
    tool = next((name for name in INSTALLERS if shutil.which(name)), None)
    return f"sudo {INSTALLERS[tool]} {' '.join(packages)}" if tool else f"install {' '.join(packages)}"


def fetch_npm_browser(browser: str | None) -> None:
    """npm's Chromium and a Chinese font, once; with a browser of the machine's own, only the font is used."""
    if browser is None and platform.machine() != "x86_64":
        raise StopError(f"No browser for the tests (npm's is for x86-64 only): {manual(['chromium'])}")
    digest = file_digest(ROOT / "tools" / "browser" / "package-lock.json") + (browser or "")
    stamp = NPM_BROWSER / "stamp"
    if not (stamp.is_file() and stamp.read_text() == digest):
        install_lock("web")
        command = [str(PYTHON), "-m", "tools.npm_browser", str(NPM_BROWSER)]
        with step("browser and Chinese font from npm"):
            run_logged([*command, *([browser] if browser else [])], "npm-browser")
        stamp.write_text(digest)
    if not starts(str(NPM_BROWSER / "chromium")):
        raise StopError(f"The browser from npm does not start here: {manual(['chromium', 'fonts-noto-cjk'])}")
