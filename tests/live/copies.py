"""Processes that are copies of one that has loaded the portal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Parent:
    """What `parent.py` is told to begin, in this environment; it is started when it is needed."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.process: subprocess.Popen[str] | None = None

    def begin(self, module: str, arguments: list[str], *files: str | Path) -> int:
        """The number of a process in a group of its own, with these files as its standard input,
        output and errors.
        """
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.live.parent"],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.process.stdin and self.process.stdout
        command = [module, arguments, [str(file) for file in files]]
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        if self.process:
            self.process.communicate()


def lives(pid: int) -> bool:
    """Whether a process of this machine runs; one that ended and whose parent has not yet asked
    after it does not.
    """
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    except FileNotFoundError:  # where there is no /proc
        return not Path("/proc/self").exists()
