"""Child processes of `manage.py up`: they start together, and end together."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Self

GRACE = 10  # seconds between asking a child to stop and stopping it
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    name: str
    command: list[str]


def end_with_parent() -> None:
    """On Linux a child ends even when its parent is killed without warning."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts children, waits, and stops them on Ctrl-C, TERM, or when one of them ends by itself."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_stop = False

    def __enter__(self) -> Self:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        for child in self.children:
            self.running[child.name] = subprocess.Popen(child.command, preexec_fn=end_with_parent)  # noqa: PLW1509 - this process has one thread
        return self

    def __exit__(self, *error: object) -> None:
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

    def ended(self) -> str | None:
        """The name of a child that has ended by itself."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait for `ready`, for a stop or for the end of a child; whether it became ready."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.asked_to_stop and not self.ended():
            if ready():
                return True
            time.sleep(0.1)
        return False

    def wait(self) -> str | None:
        """Wait for a stop (None) or for the end of a child (its name)."""
        while not self.asked_to_stop:
            if name := self.ended():
                return name
            time.sleep(0.2)
        return None

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
