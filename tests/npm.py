"""What the tests need of npm: the packages of a folder's lock file, which are there once they have
been fetched, and are fetched again for another lock file.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

LOCK = "package-lock.json"
COMMAND = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def is_there() -> bool:
    return bool(shutil.which("npm") and shutil.which("node"))


class Unavailable(Exception):
    """npm, or what it brought, does not work here; the message is the first line of what it said."""


def install(folder: Path, what: str, then: Callable[[], None] = lambda: None) -> None:
    """Have the packages in the folder's `node_modules`, and what `then` makes of them. Costs a look
    when they are there; waits for whoever is already at it. Raises Unavailable.
    """
    made_from = folder / "node_modules" / "made-from.json"
    with (folder / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = lock.read()
        if made_from.exists() and made_from.read_text() == wanted:
            return
        print(f"Installing {what} with npm (once) ...", file=sys.stderr)
        run(folder, *COMMAND, seconds=240)
        then()
        made_from.write_text(wanted)


def run(folder: Path, *command: str, seconds: int) -> None:
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.CalledProcessError as error:
        raise Unavailable((error.stderr.strip() or str(error)).splitlines()[0]) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from error
