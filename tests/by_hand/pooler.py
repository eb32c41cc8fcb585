"""Twenty districts at once behind PgBouncer: every answer of *Validate and Test* equals the one
without it; transaction pooling is refused.

    .venv/bin/python -m tests.by_hand.pooler [--minutes 2] [--port 6180]

Starts PostgreSQL and PgBouncer by itself (ports from --port on), loads practice data of twenty
districts, asks for each district's answer without a pooler, and then again and again from twenty
processes behind a pooler in session mode. Afterwards web, worker, dispatcher and a command are
started behind the modes `transaction` and `statement`: each must end with the sentence that names
the cure.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.by_hand.services import ROOT, PgBouncer, PostgreSQL, binary

PYTHON = sys.executable
CURE = "pool_mode = session"


def environment(var: Path, cluster: PostgreSQL, port: int = 0) -> dict[str, str]:
    hidden = ("REDIS_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in hidden} | {
        "PORTAL_MODE": "demo",
        "VAR_DIR": str(var),
        "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
        "DATABASE_URL": cluster.address("cte_district", port),
        "STATE_DATABASE_URL": cluster.address("cte_state", port),
    }


def manage(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [PYTHON, "manage.py", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{words}: {done.stderr[-2000:]}")
    return done.stdout


class Desk:
    """A process that stays connected, as a worker does, and is asked for one district's answer
    after another.
    """

    def __init__(self, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [PYTHON, "-m", "tests.by_hand.pooler_desk"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, district: str) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{district}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


def refused(env: dict[str, str], port: int) -> list[str]:
    """What starts nevertheless, or ends without the sentence."""
    celery = [
        "-m",
        "celery",
        "--app",
        "cte_portal",
        "worker",
        "--queues",
        "district",
        "--concurrency",
        "1",
        "--pool",
        "solo",
    ]
    gunicorn = [
        "-m",
        "gunicorn",
        "cte_portal.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
        "--no-control-socket",
    ]
    faults = []
    starts = {
        "web": gunicorn,
        "worker": celery,
        "dispatcher": ["manage.py", "dispatch"],
        "command": ["manage.py", "verify_sealed"],
    }
    for name, command in starts.items():
        try:
            done = subprocess.run(
                [PYTHON, *command],
                cwd=ROOT,
                env=env,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            if done.returncode == 0 or CURE not in done.stderr:
                faults.append(f"{name}: exit {done.returncode}, {done.stderr[-300:]!r}")
            else:
                print(f"  {name}: refused, exit {done.returncode}")
        except subprocess.TimeoutExpired:
            faults.append(f"{name}: it started")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--port", type=int, default=6180)
    parser.add_argument("--districts", type=int, default=20)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))
    folder.chmod(0o755)
    cluster = PostgreSQL(folder, options.port)
    poolers = [
        PgBouncer(folder, options.port + 1 + at, cluster, mode, 60)
        for at, mode in enumerate(("session", "transaction", "statement"))
    ]
    faults: list[str] = []
    try:
        cluster.start()
        for name in ("cte_district", "cte_state"):
            cluster.asked("postgres", f"create database {name}")
        direct = environment(folder / "var", cluster)
        manage(direct, "migrate", "-v0")
        manage(direct, "demo", "--districts", str(options.districts), "--students", "1200")
        numbers = cluster.asked(
            "cte_district", "select number from pathways_district order by number limit 20"
        ).split()
        clerk_of_all = (
            "insert into accounts_membership (user_id, role, district) select u.id, 'data-clerk',"
            " d.number from accounts_user u, pathways_district d where u.username = 'cmartin' on"
            " conflict do nothing"
        )
        cluster.asked("cte_district", clerk_of_all)
        desk = Desk(direct)
        expected = {number: desk.ask(number) for number in numbers}
        desk.close()
        print(
            f"{binary('pgbouncer')}, {len(numbers)} districts; without a pooler, the first:"
            f" {expected[numbers[0]]}"
        )
        for pooler in poolers:
            pooler.start()
        faults += session(
            environment(folder / "var", cluster, poolers[0].port), expected, options.minutes
        )
        for pooler in poolers[1:]:
            print(f"pool_mode = {pooler.name.removeprefix('pgbouncer-')}")
            faults += refused(environment(folder / "var", cluster, pooler.port), options.port + 9)
    finally:
        for service in (*poolers, cluster):
            service.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(faults) or "Every answer was the right one, and every wrong mode was refused.")
    sys.exit(bool(faults))


def session(env: dict[str, str], expected: dict[str, Any], minutes: float) -> list[str]:
    """Wrong answers of all districts at once, behind a pooler that gives a connection to one client
    as long as it stays.
    """
    deadline, faults = time.monotonic() + minutes * 60, []

    def clerk(number: str) -> int:
        desk, rounds = Desk(env), 0
        try:
            while time.monotonic() < deadline:
                answer, rounds = desk.ask(number), rounds + 1
                if answer != expected[number]:
                    faults.append(f"{number}: {answer} instead of {expected[number]}")
        finally:
            desk.close()
        return rounds

    with ThreadPoolExecutor(len(expected)) as clerks:
        answers = sum(clerks.map(clerk, expected))
    print(f"pool_mode = session, {minutes:g} minutes: {answers} answers, {len(faults)} wrong")
    return faults


if __name__ == "__main__":
    main()
