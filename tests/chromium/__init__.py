"""The Chromium that tests look at pages with: the one of an npm package, where npm is there, or the
machine's own. The package's was compiled by a profile of what a browser does, and needs a third
less of the processor for the same pages than Debian's (measured).
"""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from tests import npm

FOLDER = Path(__file__).parent
UNPACKED = Path("node_modules") / "headless"
OWN = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The one without a user interface first: it opens a page in a quarter of the time."""


def find() -> str | None:
    unpacked = FOLDER / UNPACKED
    if unpacked.exists():
        return str(unpacked)
    return next(filter(None, map(shutil.which, OWN)), None)


def prepare() -> None:
    """Have the package's Chromium in its place, if this machine can: the package holds no other
    than for x86-64.
    """
    if platform.machine() != "x86_64" or not npm.is_there():
        return
    try:
        npm.install(FOLDER, "Chromium for the tests", _unpack)
    except npm.Unavailable as reason:
        print(
            f"No Chromium from npm ({reason}); the machine's own is used if it has one.",
            file=sys.stderr,
        )


def _unpack() -> None:
    new = (FOLDER / UNPACKED).with_suffix(".new")
    npm.run(FOLDER, "node", "unpack.mjs", str(new), seconds=60)
    # A library that it needs may be missing (libnss3).
    npm.run(FOLDER, str(new), "--version", seconds=60)
    new.rename(FOLDER / UNPACKED)
