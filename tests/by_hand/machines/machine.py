"""A machine with a folder of its own, and what runs on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.by_hand.services import ROOT

WEB = [
    *("gunicorn", "cte_portal.wsgi", "--worker-class", "gthread", "--workers", "2"),
    *("--threads", "4", "--no-control-socket", "--log-level", "warning"),
]
WORKER = [
    *("celery", "--app", "cte_portal", "worker", "--without-gossip", "--without-mingle"),
    *("--loglevel", "WARNING"),
]
DISTRICT = [*WORKER, "--queues", "district", "--concurrency", "1"]
STATEWIDE = [*WORKER, "--queues", "statewide", "--concurrency", "1"]
DISPATCHER = ["django", "dispatch"]


def web(port: int) -> list[str]:
    return [*WEB, "--bind", f"127.0.0.1:{port}"]


class Machine:
    """A folder of its own, and the processes on it."""

    def __init__(self, folder: Path, env: dict[str, str], commands: dict[str, list[str]]) -> None:
        self.folder, self.commands = folder, commands
        (folder / "var" / "files").mkdir(parents=True)
        self.env = {**env, "VAR_DIR": str(folder / "var")}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names or self.commands:
            log = open(self.folder / f"{name}.log", "ab")  # noqa: SIM115 - the process keeps it
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *self.commands[name]],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def send(self, name: str, number: int) -> None:
        os.killpg(self.processes[name].pid, number)

    def stop(self) -> None:
        for process in self.processes.values():
            for number in (signal.SIGCONT, signal.SIGKILL):
                if process.poll() is None:
                    os.killpg(process.pid, number)
            process.wait(20)
