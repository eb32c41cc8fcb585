"""`manage.py test`: the suite on all cores, on SQLite or, with `--postgres`, on a PostgreSQL
cluster of its own.

What is not said here goes to pytest as it is: `test tests/house/test_promises.py -k cited`. A file,
a test or `-k` runs in one process, as starting a second one takes longer than most files; `-n`
decides otherwise.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cte_portal.watch.supervise import end_with_parent
from tests import chromium
from tests.by_hand.services import Missing, PostgreSQL, binary, free_port

ROOT = Path(__file__).resolve().parent.parent
ASKS = {"-h", "--help", "--version", "--co", "--collect-only", "--fixtures", "--markers"}
"""What runs no test."""
HERE = {"-k", "-s", "--pdb", "--trace", "--lf", *ASKS}
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3  # noqa: S108 — a folder with a name of its own there
SETTINGS = ("autovacuum=off",)
"""Most rows of tests are rolled back: autovacuum would take their tables for empty, and statements
of the tests that follow would be planned so.
"""
GRACE = 60  # seconds that pytest has for the end of its browser and its databases


def processes(arguments: list[str]) -> list[str]:
    """A process for each core and two more, as a third of their time they wait for the browser or
    the database; unless the arguments choose by themselves, name a file or a test, or need the
    terminal.
    """
    chosen = any(argument.startswith(("-n", "--numprocesses")) for argument in arguments)
    small = any(
        argument in HERE
        or argument.startswith("-k")
        or (not argument.startswith("-") and (argument.endswith(".py") or ".py::" in argument))
        for argument in arguments
    )
    if chosen or small:
        return []
    return ["-n", str((os.cpu_count() or 1) + 2), "--dist", "worksteal"]


def place() -> str | None:
    """Where a cluster lies: in memory, if that has room and nobody has chosen. Tests make and drop
    tables by the thousand, and on a disk each of them is a file.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return None
    return str(MEMORY) if shutil.disk_usage(MEMORY).free > ROOM else None


@contextmanager
def cluster() -> Iterator[dict[str, str]]:
    """PostgreSQL in a folder that goes away with it, whatever happens; what the settings must say
    to use it.
    """
    for name in (
        "initdb",
        "postgres",
        "createdb",
        "psql",
        "redis-server",
    ):  # tests/live starts Redis, freezes and kills it
        binary(name)
    folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir=place()))
    server = None
    try:
        folder.chmod(0o755)
        server = PostgreSQL(folder, free_port(), ends_with_parent=True, settings=SETTINGS)
        server.start()
        for database in ("portal_district", "portal_state"):
            server.run(
                binary("createdb"),
                "-h",
                "127.0.0.1",
                "-p",
                str(server.port),
                "-U",
                "postgres",
                database,
            )
        yield {
            "PORTAL_LANE": "postgresql",
            "PORTAL_MODE": "demo",
            "DATABASE_URL": server.address("portal_district"),
            "STATE_DATABASE_URL": server.address("portal_state"),
        }
    finally:
        if server:
            server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """What the tests' processes find around them. They keep what they compile, whatever this
    machine says of it: to rewrite the assertions of all test files takes a quarter of a minute of
    each process, and each lane has several.
    """
    merged = {**os.environ, **environment}
    merged.pop("PYTHONDONTWRITEBYTECODE", None)
    return merged


def run(command: list[str], environment: Mapping[str, str] | None = None) -> int:
    """Wait for pytest to end by itself, also after Ctrl-C, which the terminal sends to both, and
    after TERM, which is passed on as Ctrl-C.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=surroundings(environment or {}),
        preexec_fn=end_with_parent,  # noqa: PLW1509
    )

    def stop(*_: object) -> None:
        process.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop)
    try:
        return process.wait()
    except KeyboardInterrupt:
        if not sys.stdin.isatty():
            stop()
        try:
            return process.wait(GRACE)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            process.kill()
            return process.wait()


def covered(part: str) -> None:
    """The figure of `--coverage`: lines and branches that some test ran; of `--coverage=FOLDERS`
    (separated by commas), those of these folders.
    """
    coverage = [sys.executable, "-m", "coverage"]
    folders = [folder for folder in part.split(",") if folder]
    chosen = [f"--include={','.join(f'{folder}/*' for folder in folders)}"] if folders else []
    subprocess.run([*coverage, "combine", "--quiet"], cwd=ROOT, check=False)
    total = subprocess.run(
        [*coverage, "report", "--format=total", *chosen],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    where = f" of {' and '.join(folders)}" if folders else ""
    print(
        f"Coverage with branches{where}:"
        f" {total.stdout.strip() or 'not measured'} %. By file: .venv/bin/coverage report"
        f" --skip-covered {' '.join(chosen)}".rstrip(),
        flush=True,
    )


def main(arguments: list[str]) -> int:
    postgres = "--postgres" in arguments
    measured = [argument for argument in arguments if argument.split("=")[0] == "--coverage"]
    options = [argument for argument in arguments if argument not in {"--postgres", *measured}]
    tests = ["-m", "pytest", "-p", "development.times", *processes(options), *options]
    if not ASKS.intersection(options):
        chromium.prepare()
    command = [sys.executable, *(["-m", "coverage", "run", *tests] if measured else tests)]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if postgres:
        with cluster() as environment:
            answer = run(command, environment)
    else:
        answer = run(command)
    if measured:
        covered(measured[-1].partition("=")[2])
    return answer


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Missing as reason:
        sys.exit(f"{reason}")
    except KeyboardInterrupt:
        sys.exit(130)
