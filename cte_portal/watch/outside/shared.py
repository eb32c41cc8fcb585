"""The counts of all processes of one web server as one, by prometheus_client's files in shared
memory (https://prometheus.github.io/client_python/multiprocess).

They lie in memory and not under VAR_DIR: the library writes to them as to its own memory, and a
process that does so on a full disk is killed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from cte_portal.settings.environment import own_folder

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def home() -> Path:
    memory = Path("/dev/shm")  # noqa: S108 - the folder below is the portal's own
    place = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    return place / f"cte-portal-metrics-{os.getuid()}"


def begin() -> None:
    """Called by a web process before it imports the library, which chooses then. The processes of
    one server have one parent, whose number names their folder; folders of servers that ended go.
    """
    folder = own_folder(home())
    own = own_folder(folder / str(os.getppid()))
    for neighbor in folder.iterdir():
        if neighbor != own and not _lives(neighbor.name):
            shutil.rmtree(neighbor, ignore_errors=True)
    os.environ[VARIABLE] = str(own)


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
