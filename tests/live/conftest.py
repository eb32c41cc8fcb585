"""Real workers, a real dispatcher and, on PostgreSQL, a real Redis: in a folder and databases of
their own, with short clocks, but for the lease: a living worker keeps its batch on a busy machine
too, and what a dead one holds is freed by the desk (`dead.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest
from django.conf import settings as portal

from tests.fixtures.quick import migrated, practice
from tests.live.copies import ROOT, Parent, lives

POSTGRESQL = "postgresql" in str(portal.DATABASES["default"]["ENGINE"])
REDIS = shutil.which("redis-server")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """Redis as production runs it: append-only, noeviction."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert REDIS, "redis-server is missing (Debian: apt-get install redis-server)"
        self.process = subprocess.Popen(
            [
                REDIS,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--dir",
                str(self.folder),
                "--appendonly",
                "yes",
                "--maxmemory-policy",
                "noeviction",
            ],
            stdout=subprocess.DEVNULL,
        )
        wait(lambda: self.ask("PING"))

    def ask(self, command: str) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as link:
                link.sendall(f"{command}\r\n".encode())
                return link.recv(100).startswith(b"+")
        except OSError:
            return False

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(10)

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)


def wait(ready: Callable[[], Any], seconds: float = 240) -> Any:
    """Whatever `ready` answers, once it is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := ready():
            return answer
        time.sleep(0.1)
    pytest.fail("nothing happened in time")


class Portal:
    """One installation: `ask` speaks with its desk, `start` and `kill` with its processes."""

    def __init__(self, folder: Path, env: dict[str, str], broker: Broker | None) -> None:
        self.folder, self.env, self.broker = folder, env, broker
        self.fault = folder / "fault"
        self.processes: dict[str, int] = {}
        self.parent = Parent(env)
        self.desk: tuple[TextIO, TextIO] | None = None
        self.number = 0

    def manage(self, *words: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
        )

    def start(self, name: str) -> None:
        worker = [
            "--quiet",
            "--app",
            "cte_portal",
            "worker",
            "--concurrency",
            "1",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel",
            "WARNING",
            "--hostname",
            f"{name}@%h",
            "--queues",
            "statewide" if "statewide" in name else "district",
        ]
        module, arguments = "celery", worker
        if name == "dispatch":
            module, arguments = "manage", ["dispatch"]
        elif name == "web":
            module, arguments = (
                "gunicorn",
                [
                    "cte_portal.wsgi",
                    "--bind",
                    f"127.0.0.1:{self.env['WEB_PORT']}",
                    "--worker-class",
                    "gthread",
                    "--threads",
                    "4",
                    "--no-control-socket",
                    "--log-level",
                    "warning",
                ],
            )
        log = self.folder / f"{name}.log"
        log.touch()
        self.processes[name] = self.parent.begin(module, arguments, os.devnull, log, log)

    def runs(self, name: str) -> bool:
        return name in self.processes and lives(self.processes[name])

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        process = self.processes.pop(name)
        if lives(process):
            (os.killpg if number == signal.SIGKILL else os.kill)(process, number)
        wait(lambda: not lives(process))

    def ask(self, do: str, **values: Any) -> Any:
        if self.desk is None:
            pipes = [self.folder / name for name in ("questions", "answers")]
            for pipe in pipes:
                os.mkfifo(pipe)
            self.processes["desk"] = self.parent.begin("tests.live.desk", [], *pipes)
            self.desk = pipes[0].open("w"), pipes[1].open()
        questions, answers = self.desk
        questions.write(json.dumps({"do": do, **values}) + "\n")
        questions.flush()
        report = json.loads(answers.readline())
        if "error" in report:
            raise RuntimeError(report["error"])
        return report["answer"]

    def all_changed(self) -> tuple[str, int]:
        """A file that changes every record of the district: each start date becomes one that no
        file had before.
        """
        self.number += 1
        rows = [row.split("\t") for row in self.ask("rows")]
        for row in rows:
            row[9] = f"08/{self.number % 28 + 1:02d}/{2019 + self.number // 28}"
        return "\n".join(
            ["HD\t05/08/2025\t13:03:42\tMT9.1", *("\t".join(row) for row in rows)]
        ), len(rows)

    def ended(self, key: str, seconds: float = 240) -> dict[str, Any]:
        """The batch once it has ended."""
        try:
            wait(lambda: self.ask("has_ended", key=key), seconds)
            return self.ask("look", key=key)
        except BaseException:
            for log in self.folder.glob("*.log"):
                print(log.name, log.read_text()[-3000:])
            print(self.ask("look", key=key))
            raise

    def written_once(self, key: str, rows: int) -> None:
        """The oracle: every row of the file was written exactly once, history and records agree."""
        assert self.ask("state", key=key) == {"changes": rows, "once": True, "agree": True}

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        for file in self.desk or ():
            file.close()
        self.parent.end()
        if self.broker:
            self.broker.stop()


def installed(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Portal]:
    """One with practice data. Its processes take longer to start than most tests take, so modules
    share one, but for those that need it as it is at first.
    """
    folder = tmp_path_factory.mktemp("live")
    hidden = ("DATABASE_URL", "STATE_DATABASE_URL", "REDIS_URL", "BROKER_URL")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.live.settings",
        "FAULT_FILE": str(folder / "fault"),
        "BATCH_LEASE_SECONDS": "60",
        "BATCH_RENEW_SECONDS": "0.5",
        "BATCH_REPUBLISH_SECONDS": "1.5",
        "BATCH_RETRY_FACTOR": "0.1",
    }
    broker = Broker(tmp_path_factory.mktemp("redis")) if POSTGRESQL else None
    names: dict[str, str] = {}
    if broker:
        broker.start()
        env["BROKER_URL"] = f"redis://127.0.0.1:{broker.port}/1"
        server = portal.DATABASES["default"]
        login = f"{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT']}"
        for variable, alias in (("DATABASE_URL", "default"), ("STATE_DATABASE_URL", "state")):
            names[alias] = f"live_{uuid.uuid4().hex[:12]}"
            env[variable] = f"postgres://{login}/{names[alias]}"
    live = Portal(folder, env, broker)

    def load(students: int) -> None:
        live.manage("demo", "--students", f"{students}")

    practice.lay(folder, load, names)
    try:
        yield live
    finally:
        live.close()
        for name in names.values():
            with migrated.server() as admin:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


installation = pytest.fixture(scope="package")(installed)


@pytest.fixture
def live(installation: Portal) -> Iterator[Portal]:
    """All processes run, no fault is asked for."""
    installation.fault.unlink(missing_ok=True)
    installation.fault.with_suffix(".paused").unlink(missing_ok=True)
    for name in ("dispatch", "worker", "statewide-worker"):
        if not installation.runs(name):
            installation.start(name)
    yield installation
    installation.fault.unlink(missing_ok=True)
