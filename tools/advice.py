"""What to do when set-up fails, as one line: packages by distribution, and what a tool's output means."""

import re
import shutil
import sys

PYTHON = f"python3.{sys.version_info[1]}"
INSTALLERS = {
    "apt-get": "apt-get install -y",
    "dnf": "dnf install -y",
    "zypper": "zypper install -y",
    "pacman": "pacman -S --needed",
    "apk": "apk add",
}
PACKAGES = {
    "venv": {
        "apt-get": f"{PYTHON}-venv",
        "dnf": "python3-pip",
        "zypper": "python3-pip",
        "pacman": "python-pip",
    },
    "compiler": {"apk": "build-base", "pacman": "base-devel"},
    "python headers": {
        "apt-get": f"{PYTHON}-dev",
        "dnf": "python3-devel",
        "zypper": "python3-devel",
        "pacman": "python",
        "apk": "python3-dev",
    },
    "kernel headers": {
        "apt-get": "linux-libc-dev",
        "dnf": "kernel-headers",
        "zypper": "linux-glibc-devel",
        "pacman": "linux-api-headers",
        "apk": "linux-headers",
    },
}
FALLBACK = {
    "venv": "Python's venv and ensurepip modules",
    "compiler": "gcc",
    "python headers": "the development headers of this Python",
    "kernel headers": "the Linux kernel headers",
}
# The first pattern found in a failed tool's output decides the line.
SYMPTOMS = (
    (r"No space left on device|ENOSPC|Disk quota exceeded", "The disk is full: free some space"),
    (
        r"Temporary failure in name resolution|Name or service not known|Network is unreachable|EAI_AGAIN"
        r"|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|NewConnectionError|ConnectTimeoutError|Connection refused"
        r"|ReadTimeoutError|ProxyError",
        "The package index cannot be reached: connect this machine to the internet, or set PIP_INDEX_URL "
        "and npm_config_registry to a mirror it can reach",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT",
        "The package index's certificate is not trusted: set PIP_CERT and NODE_EXTRA_CA_CERTS to the file "
        "of your network's certificates",
    ),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY",
        "A downloaded package differs from the lock file: clear the cache",
    ),
    (r"Python\.h: No such file", "Python's headers are missing: {python headers}"),
    (r"linux/[a-z-]+\.h'? (?:and|: No such file)", "The kernel headers are missing: {kernel headers}"),
    (
        r"command '[^']*(?:cc|clang)' failed: No such file|unable to execute '[^']*(?:cc|clang)'"
        r"|No such file or directory: '[^']*(?:cc|clang)'",
        "No C compiler: {compiler}",
    ),
    (r"No matching distribution found for (\S+)", "This Python or machine has no build of a pinned package"),
)

ERROR_LINE = re.compile(r"\berror:? (?!subprocess-exited)\S|` failed in web/", re.IGNORECASE)


def how_to_install(part: str) -> str:
    """The command that installs a missing part on this distribution, or its name where none is known."""
    names = PACKAGES[part]
    for tool, command in INSTALLERS.items():
        if shutil.which(tool):
            package = names.get(tool, "gcc" if part == "compiler" else "")
            if package:
                return f"{command} {package}"
    return f"install {FALLBACK[part]}"


def explain(output: str, log: str) -> str:
    """One line for the output of a tool that failed, naming where the whole output is."""
    for pattern, line in SYMPTOMS:
        found = re.search(pattern, output)
        if found:
            advice = re.sub(r"\{([a-z ]+)\}", lambda part: how_to_install(part.group(1)), line)
            detail = f" ({found.group(1)})" if found.groups() else ""
            return f"{advice}{detail}, then run the same command again. [{log}]"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if ERROR_LINE.search(line)]
    telling = (errors[:1] or lines[-1:] or ["no output"])[0]
    return f"Set-up failed: {telling} [everything it said: {log}]"
