"""The way from release 0.1.0 to this version, with three seals, a job that waits, and a collection
that one of two certifiers has signed.

    .venv/bin/python -m tests.by_hand.upgrade [--server postgres://postgres@127.0.0.1:5432]
        [--port 7200]

Takes the release's code out of git, fills its databases with its own practice data, and upgrades
them as docs/deploy.md says: SQLite in a temporary folder, or two new databases on the server, which
are dropped again. With a port the release's web server runs behind nginx, as docs/deploy/nginx.conf
has it, on that port and the next; a visitor asks for a page five times a second, and the seconds of
503 are printed. Prints what was found, and ends with code 1 where a seal, a signature or the job
did not come through.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from tests.by_hand.services import wait_for

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "b2fdde0"  # 0.1.0
NEXT = "\x1e"
COMMANDS = """
import json, sys
from django.core.management import execute_from_command_line
for words in json.loads(sys.argv[1]):
    execute_from_command_line(['manage.py', *words])
    print(end='\x1e', flush=True)
"""
WAITING = """
from cte_portal.batches.submit import submit
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
submit('extract', by=User.objects.get(username='cmartin'), title='MT Extract',
       scope=Scope('9012', 2025), options={'type': 'cte-eoy', 'format': 'tsv'})
"""
# A second Primary certifier for a district that the release's practice data leave ready to sign.
SIGNED = """
from django.utils import timezone
from certification.case import Case
from certification.models import CertificationEvent, Certifier
from certification.signing import event_of, sign
from cte_portal.accounts.models import Membership, User
from cte_portal.editions import Scope
scope = Scope('9020', 2025)
first = User.objects.get(username='lstone')
second = User.objects.create_user('second', 'second@example.org', None, first_name='Sam',
    last_name='Second', last_login=timezone.now())
Membership.objects.create(user=second, role='district-administrator', district='9020')
known = Certifier.objects.get(user=first, district='9020')
Certifier.objects.create(district='9020', user=second, level='primary', job_title='Clerk',
    invited_at=known.invited_at, invited_by=known.invited_by, accepted_at=known.accepted_at)
event = CertificationEvent.objects.get(end_year=2025).pk
case = Case(scope, event_of(scope, event), first)
signed = sign(scope, event, person=first, shown=case.digest,
    statements=case.document.statements, method='password')
assert not signed.sealed
"""
SECOND = """
from certification.models import CertificationEvent, Round, Signature
from certification.signing.case import Case
from certification.signing.signing import event_of, sign
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
scope = Scope('9020', 2025)
event = CertificationEvent.objects.get(end_year=2025).pk
second = User.objects.get(username='second')
case = Case(scope, event_of(scope, event), second)
first = Signature.objects.standing().get(round__status=Round.Status.OPEN)
stands = case.covers(first) and [certifier.user for certifier in case.waiting()] == [second]
signed = sign(scope, event, person=second, digest=case.digest,
    statements=case.document.statements, method='password')
print('first of two stands' if stands else 'first of two fell',
      'and the second sealed' if signed.sealed else 'and nothing is sealed')
"""
FOUND = """
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from certification.models import SealedCopy, Signature
batch = Batch.objects.get(status='queued', kind='extract')
run(batch.pk)
batch.refresh_from_db()
print(f'job {batch.status}; {SealedCopy.objects.count()} seals; '
      f'{Signature.objects.standing().count()} signatures stand')
"""
EXPECTED = "job completed; 3 seals; 4 signatures stand"
SEALED = "first of two stands and the second sealed"
VERIFIED = "4 sealed, 0 differ."


def django(folder: Path, environment: dict[str, str], *commands: Sequence[str]) -> list[str]:
    """Commands of the code in a folder, one after the other in one process, by this environment's
    packages; the last line that each printed.
    """
    result = subprocess.run(
        [sys.executable, "-c", COMMANDS, json.dumps(commands)],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{commands} in {folder}: {result.stdout}{result.stderr}")
    printed = result.stdout.split(NEXT)[: len(commands)]
    return [text.strip().rpartition("\n")[2] for text in printed]


def web(code: Path, environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """The web server of the code in a folder."""
    own = [sys.executable, "-m", "gunicorn", "cte_portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    return subprocess.Popen(
        [*own, "--worker-class", "gthread", "--workers", "2", "--threads", "4"],
        cwd=code,
        env={**environment, "PYTHONPATH": str(code)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def proxy(folder: Path, port: int) -> Iterator[None]:
    """nginx as the documents have it, without its certificate, before a web on the next port."""
    servers = (ROOT / "docs" / "deploy" / "nginx.conf").read_text()
    plain = [
        line for line in servers.splitlines() if not line.strip().startswith(("ssl_", "return 301"))
    ]
    text = "\n".join(plain).replace("listen 80;", f"listen 127.0.0.1:{port + 2};")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = text.replace("127.0.0.1:8001", f"127.0.0.1:{port + 1}").replace("/opt/cte", str(ROOT))
    text = text.replace("    server 127.0.0.1:8002;\n", "")
    text = text.replace("X-Forwarded-Proto https", "X-Forwarded-Proto http")
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; error_log /dev/null; pid {folder}/nginx.pid; user root;\nevents {{}}\n"
        f"http {{ access_log off;\n{text}\n}}\n"
    )
    server = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(conf)])
    try:
        yield
    finally:
        server.terminate()
        server.wait()


class Visitor:
    """Somebody who asks for the sign-in page, five times a second."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/accounts/sign-in/"
        self.answers: list[tuple[float, int, bool]] = []
        """When, status, and whether it was the page of a restart."""
        self._leaves = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        while not self._leaves.wait(0.2):
            try:
                with urllib.request.urlopen(self.address, timeout=30) as answer:  # noqa: S310 - of this machine
                    status, body = answer.status, b""
            except urllib.error.HTTPError as error:
                status, body = error.code, error.read()
            except OSError:
                status, body = 0, b""
            self.answers.append((time.monotonic(), status, b"Back in a minute" in body))

    def sees(self, status: int) -> bool:
        return bool(self.answers) and self.answers[-1][1] == status

    def leave(self) -> str:
        self._leaves.set()
        self._thread.join()
        away = [moment for moment, status, _ in self.answers if status == 503]
        pages = all(page for _, status, page in self.answers if status == 503)
        others = {status for _, status, _ in self.answers} - {200, 503}
        seconds = away[-1] - away[0] if away else 0
        words = "the page of a restart each time" if pages else "not always with the page"
        return f"503 for {seconds:.1f} s, {words}; other answers: {sorted(others) or 'none'}"


@contextmanager
def seen_from_outside(
    folder: Path, old: Path, environment: dict[str, str], port: int
) -> Iterator[None]:
    """The release's web server until the work within begins, this version's when it has ended; a
    visitor meanwhile.
    """
    with proxy(folder, port):
        server = web(old, environment, port + 1)
        visitor = Visitor(port)
        try:
            wait_for(lambda: visitor.sees(200), "the release's web server")
            visitor.answers.clear()
            server.terminate()
            server.wait()
            yield
            server = web(ROOT, environment, port + 1)
            wait_for(lambda: visitor.sees(200), "this version's web server", 300)
            print(visitor.leave())
        finally:
            server.terminate()
            server.wait()


def upgrade(folder: Path, environment: dict[str, str], port: int = 0) -> bool:
    """Whether everything came through."""
    old = folder / "release"
    archive = subprocess.run(
        ["git", "archive", RELEASE], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        # Debian 12's Python 3.11.2 has no filters yet; the archive is this repository's own.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        files.extractall(old, **safe)  # noqa: S202
    report = ("--at-state", "--report", "certification", "--as", "lstone")
    _, _, verified, *_ = django(
        old,
        environment,
        ("migrate",),
        ("demo", "--students", "40"),
        ("verify_sealed",),
        ("validate", "--district", "9020", *report),
        ("shell", "-c", SIGNED),
        ("shell", "-c", WAITING),
    )
    print("0.1.0:", verified)
    outside = seen_from_outside(folder, old, environment, port) if port else nullcontext()
    with outside:
        print(*django(ROOT, environment, ("upgrade",)))
        if port:
            django(ROOT, environment, ("collectstatic", "--noinput"))
    results = django(
        ROOT,
        environment,
        ("verify_sealed",),
        ("shell", "-c", FOUND),
        ("shell", "-c", SECOND),
        ("verify_sealed",),
    )
    print("Now:", *results, sep="\n  ")
    return results[1:] == [EXPECTED, SEALED, VERIFIED]


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
    parser.add_argument("--port", type=int, default=0, help="of the proxy; two more are used")
    options = parser.parse_args()
    server = options.server.rstrip("/")
    with (
        tempfile.TemporaryDirectory() as folder,
        databases(server) if server else nullcontext({}) as addresses,
    ):
        environment = environment_in(Path(folder)) | addresses
        return int(not upgrade(Path(folder), environment, options.port))


if __name__ == "__main__":
    sys.exit(main())
