"""Entry of `make`: finds a Python that is new enough, then runs the command. Must parse on old Pythons."""

import os
import shutil
import sys

OLDEST_MINOR = 11
NEWEST_MINOR = 14


def newer_python() -> "str | None":
    """The path of a Python 3.11 or newer on PATH, if there is one beside this one."""
    for minor in range(OLDEST_MINOR, NEWEST_MINOR + 1):
        path = shutil.which(f"python3.{minor}")
        if path:
            return path
    return None


def main() -> int:
    """Hand over to a newer Python where this one is too old; say what to do where there is none."""
    if sys.version_info >= (3, OLDEST_MINOR):
        from tools.commands import run  # noqa: PLC0415  (its syntax is too new for the check above)

        return run(sys.argv[1:])
    path = newer_python()
    if path:
        os.execv(path, [path, "-m", "tools", *sys.argv[1:]])
    found = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.stderr.write(
        f"Python 3.{OLDEST_MINOR} or newer is needed and python3 is {found}: "
        "install one, or name it: make PYTHON=/path/to/python3.12 …\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
