"""A portal with two databases and two numbers in Redis of its own: its environment, its people, and
what its databases say at the end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.by_hand.kill_anything import SHORT
from tests.by_hand.services import ROOT, PostgreSQL, Redis


def desk(env: dict[str, str], do: str, given: Any = None) -> Any:
    command = [sys.executable, "-m", "tests.by_hand.kill_desk", do]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{do}: {done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def environment(cluster: PostgreSQL, port: int, redis: Redis, number: int) -> dict[str, str]:
    """Of a portal of its own: two databases, two numbers in Redis."""
    hidden = ("DJANGO_SETTINGS_MODULE", "PORTAL_LANE", "STORAGE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return (
        kept
        | SHORT
        | {
            "PORTAL_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
            "SECRET_KEY": "of the four machines, and of nobody else at all on this day",
            "DATABASE_URL": cluster.address(f"district_{number}", port),
            "STATE_DATABASE_URL": cluster.address(f"state_{number}", port),
            "REDIS_URL": f"{redis.address}/{number}",
            "BROKER_URL": f"{redis.address}/{number + 2}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


def prepared(env: dict[str, str], cluster: PostgreSQL, number: int) -> dict[str, Any]:
    for name in ("district", "state"):
        cluster.asked("postgres", f"create database {name}_{number}")
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    people: dict[str, Any] = desk(env, "set-up", 1)
    assign = "from pathways.models import GroupAssignment as G; G.objects.assign_official()"
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", assign]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    return people
