"""Child processes of `manage.py up`: they start together and end together; one that dies alone is
started again.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Self

GRACE = 10  # seconds between asking a child to stop and stopping it
MOST_STARTS, WITHIN = 5, 60  # a child that ends more often in so many seconds would end again
BETWEEN_LOOKS = 0.5  # seconds between two looks at the times of all files
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    name: str
    command: list[str]


def end_with_parent() -> None:
    """On Linux a child ends even when its parent is killed without warning."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Sources:
    """The Python files of some folders: whether any was changed, added or removed since it was
    asked last.
    """

    def __init__(self, folders: list[Path]) -> None:
        self.folders = folders
        self.seen, self.looked = self._look(), time.monotonic()

    def _look(self) -> dict[Path, int]:
        times: dict[Path, int] = {}
        for path in (path for folder in self.folders for path in folder.rglob("*.py")):
            with suppress(
                FileNotFoundError
            ):  # an editor puts a new file in the place of the old one
                times[path] = path.stat().st_mtime_ns
        return times

    def changed(self) -> str:
        """The name of one file that differs; nothing while all are the same."""
        if time.monotonic() - self.looked < BETWEEN_LOOKS:
            return ""
        before, self.seen, self.looked = self.seen, self._look(), time.monotonic()
        return next(
            (path.name for path, _ in sorted(set(before.items()) ^ set(self.seen.items()))), ""
        )


class Supervisor:
    """Starts children, waits, and stops them on Ctrl-C, TERM, or when one of them ends by itself
    again and again.

    With `sources`, all of them start again when a file changes, and one that ends by itself waits
    for that: it would only end again.
    """

    def __init__(
        self,
        children: list[Child],
        say: Callable[[str], None] = print,
        sources: Sources | None = None,
    ) -> None:
        self.children, self.say, self.sources = children, say, sources
        self.started: dict[str, list[float]] = {child.name: [] for child in children}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_stop = False

    def __enter__(self) -> Self:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        for child in self.children:
            self._start(child)
        return self

    def _start(self, child: Child) -> None:
        self.started[child.name].append(time.monotonic())
        self.running[child.name] = subprocess.Popen(child.command, preexec_fn=end_with_parent)  # noqa: PLW1509 - this process has one thread

    def __exit__(self, *error: object) -> None:
        self._stop_all()

    def _stop_all(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def revive(self) -> str | None:
        """Start again whoever has ended by itself. Returns the name of a child that does so again
        and again.
        """
        if self.sources:
            self._follow(self.sources)
            return None
        for child in self.children:
            if self.asked_to_stop or self.running[child.name].poll() is None:
                continue
            lately = [at for at in self.started[child.name] if time.monotonic() - at < WITHIN]
            if len(lately) >= MOST_STARTS:
                return child.name
            self.say(f"The {child.name} process stopped and is being restarted.")
            self._start(child)
        return None

    def _follow(self, sources: Sources) -> None:
        names = [
            child.name
            for child in self.children
            if child.name in self.running and self.running[child.name].poll() is not None
        ]
        for name in names:
            self.say(f"The {name} process stopped. It starts again when a file changes.")
            del self.running[name]
        if (name := sources.changed()) and not self.asked_to_stop:
            self.say(f"{name} changed: starting again …")
            self._stop_all()
            for child in self.children:
                self._start(child)

    def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait for `ready`, for a stop, or for a child that ends again and again; whether it became
        ready.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.asked_to_stop and not self.revive():
            if ready():
                return True
            time.sleep(0.1)
        return False

    def wait(self) -> str | None:
        """Wait for a stop (None), or for a child that ends again and again (its name)."""
        while not self.asked_to_stop:
            if name := self.revive():
                return name
            time.sleep(0.2)
        return None

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
