"""Put npm's Chromium and a Chinese font into .test-tools/browser; run by the environment's Python."""

import shutil
import sys
import tempfile
from pathlib import Path

import hatch_build

FONTS = "node_modules/@expo-google-fonts/noto-sans-sc"
WEIGHTS = ("400Regular", "700Bold")
FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""
WRAPPER = """#!/bin/sh
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}" FONTCONFIG_FILE="{settings}"
exec "{browser}" "$@"
"""


def fetch(sources: Path, folder: Path) -> None:
    """Install the pinned npm packages, unpack them, and drop what is not needed any more."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sources, folder)
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    with tempfile.TemporaryDirectory(prefix="dianshu-node-") as bin_folder:
        env = hatch_build.node_environment(Path(bin_folder))
        hatch_build.run_npm(["ci"], folder, env)
        unpack = ["exec", "--offline", "--call", "node unpack.mjs"]
        hatch_build.run_npm(unpack, folder, env | {"TMPDIR": str(unpacked)})
    (folder / "fonts").mkdir()
    for weight in WEIGHTS:
        for font in (folder / FONTS / weight).glob("*.ttf"):
            shutil.copy(font, folder / "fonts" / font.name)
    shutil.rmtree(folder / "node_modules")


def write_wrapper(folder: Path, browser: str, libraries: str) -> None:
    """A script that starts the browser with its own libraries and with the font beside the system's."""
    settings = folder / "fonts.conf"
    settings.write_text(FONT_SETTINGS.format(fonts=folder / "fonts", cache=folder / "font-cache"))
    wrapper = folder / "chromium"
    wrapper.write_text(WRAPPER.format(libraries=libraries, settings=settings, browser=browser))
    wrapper.chmod(0o755)


def main(arguments: list[str]) -> int:
    """Arguments: the folder to fill, and a system browser to be used instead of npm's (for its font only)."""
    folder = Path(arguments[0])
    try:
        fetch(Path(__file__).resolve().parent / "browser", folder)
    except hatch_build.PagesError as error:
        print(error)
        return 1
    unpacked = folder / "unpacked"
    if len(arguments) > 1:
        write_wrapper(folder, arguments[1], "")
    else:
        write_wrapper(folder, str(unpacked / "chromium"), f"{unpacked / 'al2023' / 'lib'}:{unpacked}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
