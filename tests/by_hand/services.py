"""PostgreSQL, Redis and PgBouncer of a script's own, on ports of this machine that it is given,
under an unprivileged user, in one folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cte_portal.watch.supervise import end_with_parent

ROOT = Path(__file__).resolve().parents[2]


PACKAGES = {
    "redis-server": "redis-server",
    "pgbouncer": "pgbouncer",
}  # Debian's; all other programs are PostgreSQL's


class Missing(SystemExit):
    """A server program is not installed; the message names the package."""


def binary(name: str) -> str:
    """A server program, also where Debian keeps PostgreSQL's and PgBouncer's own; of several
    versions the newest.
    """
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda place: float(place.parent.name),
        reverse=True,
    )
    places = [*versions, Path("/usr/sbin"), Path("/usr/bin"), Path("/usr/local/bin")]
    path = next(
        (place / name for place in places if (place / name).exists()), None
    ) or shutil.which(name)
    if not path:
        raise Missing(
            f"{name} is not installed. On Debian or Ubuntu: apt-get install"
            f" {PACKAGES.get(name, 'postgresql')}"
        )
    return str(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_for(ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: nothing happened within {seconds:.0f} seconds.")
        time.sleep(0.1)


class Service:
    """A server that can be started, killed, frozen and started again. As root it runs as
    `postgres`, which owns its folder.
    """

    deaths: tuple[int, ...] = (signal.SIGKILL, signal.SIGTERM)
    ends_with_parent = False
    """On Linux, also when the process that started it is killed. Only for a server that one thread
    starts and that thread outlives.
    """

    def __init__(self, name: str, folder: Path, port: int, command: list[str]) -> None:
        self.name, self.folder, self.port, self.command = name, folder, port, command
        self.process: subprocess.Popen[bytes] | None = None
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        folder.mkdir(parents=True, exist_ok=True)
        self.give(folder)

    def give(self, *paths: Path) -> None:
        if os.getuid() == 0:
            for path in paths:
                shutil.chown(path, self.user)

    def run(self, *command: str) -> None:
        user = self.user if os.getuid() == 0 else None
        (
            subprocess.run(
                command,
                user=user,
                group=user,
                extra_groups=[],
                check=True,
                capture_output=True,
                cwd="/",
            )
            if user
            else subprocess.run(command, check=True, capture_output=True, cwd="/")
        )

    def start(self) -> None:
        log = open(self.folder.parent / f"{self.name}.log", "ab")  # noqa: SIM115 - the process keeps it
        user = self.user if os.getuid() == 0 else None
        self.process = subprocess.Popen(
            self.command,
            user=user,
            group=user,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            preexec_fn=end_with_parent if self.ends_with_parent else None,  # noqa: PLW1509
        )
        wait_for(lambda: listens(self.port), self.name)

    def send(self, number: int) -> None:
        """To the whole group: PostgreSQL and Redis have children."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def stop(self, number: int = signal.SIGKILL) -> None:
        if self.process:
            self.send(signal.SIGCONT)
            self.send(number)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.send(signal.SIGKILL)
                self.process.wait(30)
            self.process = None


class PostgreSQL(Service):
    """A cluster of its own. Killed, it recovers from its log as after a crash: fsync is off, but
    the machine itself does not go down.
    """

    deaths = (signal.SIGKILL, signal.SIGQUIT)  # without warning, and at once

    def __init__(
        self,
        folder: Path,
        port: int,
        name: str = "postgresql",
        *,
        ends_with_parent: bool = False,
        settings: Iterable[str] = (),
    ) -> None:
        data = folder / name
        self.ends_with_parent = ends_with_parent
        super().__init__(
            name,
            data,
            port,
            [
                binary("postgres"),
                "-D",
                str(data),
                "-p",
                str(port),
                "-k",
                "",
                "-c",
                "fsync=off",
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=200",
                "-c",
                "log_min_messages=fatal",
                *(word for setting in settings for word in ("-c", setting)),
            ],
        )
        self.run(
            binary("initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )

    def start(self) -> None:
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        super().start()
        wait_for(self.answers, self.name)

    def answers(self) -> bool:
        return self.asked("postgres", "select 1") == "1"

    def asked(self, database: str, sql: str) -> str:
        command = [
            "psql",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-d",
            database,
            "-At",
            "-c",
            sql,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def address(self, database: str, port: int = 0) -> str:
        return f"postgres://postgres@127.0.0.1:{port or self.port}/{database}"


class Redis(Service):
    """As production runs it: append-only, noeviction."""

    def __init__(self, folder: Path, port: int) -> None:
        kept = folder / "redis"
        super().__init__(
            "redis",
            kept,
            port,
            [
                binary("redis-server"),
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                str(kept),
                "--appendonly",
                "yes",
                "--maxmemory-policy",
                "noeviction",
                "--save",
                "",
            ],
        )

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


class PgBouncer(Service):
    """In front of a cluster, in one of its three modes."""

    def __init__(self, folder: Path, port: int, cluster: PostgreSQL, mode: str, size: int) -> None:
        kept = folder / f"pgbouncer-{mode}"
        settings = kept / "pgbouncer.ini"
        super().__init__(f"pgbouncer-{mode}", kept, port, [binary("pgbouncer"), str(settings)])
        settings.write_text(
            f"[databases]\n* = host=127.0.0.1 port={cluster.port}"
            f" user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type"
            f" = any\npool_mode = {mode}\ndefault_pool_size = {size}\nmax_client_conn ="
            " 500\nunix_socket_dir =\n"
        )
        self.give(settings)
