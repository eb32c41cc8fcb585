"""Child processes of `manage.py up`: they start together and end together; one that dies alone is started again."""

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
MOST_STARTS, WITHIN = 5, 60  # a child that ends more often in so many seconds would end again
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
    """Starts children, waits, and stops them on Ctrl-C, TERM, or when one of them ends by itself again and again."""

    def __init__(self, children: list[Child], say: Callable[[str], None] = print) -> None:
        self.children, self.say = children, say
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
        """Start again whoever has ended by itself. Returns the name of a child that does so again and again."""
        for child in self.children:
            if self.asked_to_stop or self.running[child.name].poll() is None:
                continue
            lately = [at for at in self.started[child.name] if time.monotonic() - at < WITHIN]
            if len(lately) >= MOST_STARTS:
                return child.name
            self.say(f"The {child.name} process stopped and is being restarted.")
            self._start(child)
        return None

    def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait for `ready`, for a stop, or for a child that ends again and again; whether it became ready."""
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
