"""The way from release 0.1.0 to this version, with three seals, signatures and a job that waits.

    .venv/bin/python -m tests.by_hand.upgrade [--server postgres://postgres@127.0.0.1:5432]

Takes the release's code out of git, fills its databases with its own practice data, and upgrades
them as docs/deploy.md says: SQLite in a temporary folder, or two new databases on the server, which
are dropped again. Prints what was found, and ends with code 1 where a seal, a signature or the job
did not come through.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "b2fdde0"  # 0.1.0
WAITING = """
from cte_portal.batches.submit import submit
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
submit('extract', by=User.objects.get(username='cmartin'), title='MT Extract',
       scope=Scope('9012', 2025), options={'type': 'cte-eoy', 'format': 'tsv'})
"""
FOUND = """
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from certification.models import SealedCopy, Signature
batch = Batch.objects.get(status='queued')
run(batch.pk)
batch.refresh_from_db()
print(f'job {batch.status}; {SealedCopy.objects.count()} seals; '
      f'{Signature.objects.standing().count()} signatures stand')
"""
EXPECTED = "job completed; 3 seals; 3 signatures stand"


def django(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """A command of the code in a folder, by this environment's packages; what it printed."""
    result = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{arguments[0]} in {folder}: {result.stdout}{result.stderr}")
    return result.stdout


def upgrade(folder: Path, environment: dict[str, str]) -> bool:
    """Whether everything came through."""
    old = folder / "release"
    archive = subprocess.run(
        ["git", "archive", RELEASE], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        # Debian 12's Python 3.11.2 has no filters yet; the archive is this repository's own.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        files.extractall(old, **safe)  # noqa: S202
    django(old, environment, "migrate")
    django(old, environment, "demo", "--students", "40")
    print("0.1.0:", django(old, environment, "verify_sealed").strip().splitlines()[-1])
    django(old, environment, "shell", "-c", WAITING)
    print(django(ROOT, environment, "upgrade").strip().splitlines()[-1])
    print("Now:", django(ROOT, environment, "verify_sealed").strip().splitlines()[-1])
    summary = django(ROOT, environment, "shell", "-c", FOUND).strip().splitlines()[-1]
    print(summary)
    return summary == EXPECTED


def environment_in(folder: Path) -> dict[str, str]:
    """Practice mode, with SQLite files in the folder unless databases are named too."""
    return {
        "PATH": os.environ["PATH"],
        "PORTAL_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "cte_portal.settings",
        "VAR_DIR": str(folder / "var"),
    }


@contextmanager
def databases(server: str) -> Iterator[dict[str, str]]:
    """Two new databases, as the environment names them; dropped at the end."""
    mark = uuid.uuid4().hex[:8]
    names = {
        "DATABASE_URL": f"cte_upgrade_{mark}_district",
        "STATE_DATABASE_URL": f"cte_upgrade_{mark}_state",
    }
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in names.values():
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield {variable: f"{server}/{name}" for variable, name in names.items()}
        finally:
            for name in names.values():
                drop = SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name))
                connection.execute(drop)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="", help="a PostgreSQL whose user may make databases")
    server = parser.parse_args().server.rstrip("/")
    with (
        tempfile.TemporaryDirectory() as folder,
        databases(server) if server else nullcontext({}) as addresses,
    ):
        environment = environment_in(Path(folder)) | addresses
        return int(not upgrade(Path(folder), environment))


if __name__ == "__main__":
    sys.exit(main())
