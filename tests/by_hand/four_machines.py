"""Four machines with folders of their own, one bucket, PgBouncer and nginx: nobody meets an answer that
one machine would not have given, and nothing is lost.

    .venv/bin/python -m tests.by_hand.four_machines [--port 6240] [--keep]

Starts PostgreSQL, PgBouncer in session mode, Redis, the server of a bucket and nginx by itself
(ports from --port on), with docs/deploy/nginx.conf without its TLS. Two machines have web and
dispatcher, two have the workers; none sees another's folder. The guide's journey – enter, upload,
resync, validate, certify, take a file – is walked on one machine first, then on the four while six
clerks save all the time, a web is killed and a dispatcher freezes. Both must have got the same
answers. At last the webs are restarted one after the other, as docs/deploy.md says, and every
request is counted.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import boto3

from tests.by_hand.kill_anything import SHORT
from tests.by_hand.kill_people import Clerk, Loader, Person, form_with, multipart
from tests.by_hand.services import (
    ROOT,
    PgBouncer,
    PostgreSQL,
    Redis,
    Service,
    binary,
    listens,
    wait_for,
)
from tests.fixtures.services.bucket import KEYS, NAME, Server

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
CLERKS = 6
JOURNEY = 19
"""Which clerk of tests/by_hand/kill_desk.py walks; the first ones save all the time."""


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


class Proxy(Service):
    """nginx, with the configuration that operators copy."""

    def __init__(self, folder: Path, port: int, webs: list[int]) -> None:
        kept = folder / "nginx"
        command = [binary("nginx"), "-c", str(kept / "nginx.conf"), "-g", "daemon off;"]
        super().__init__("nginx", kept, port, command)
        self.webs = webs
        shutil.copy(ROOT / "docs" / "deploy" / "back.html", kept / "back.html")
        temporary = " ".join(
            f"{kind}_temp_path {kept}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (kept / "nginx.conf").write_text(
            f"pid {kept}/pid; error_log {kept}/error.log; events {{}} http {{ access_log"
            f" {kept}/access.log; {temporary} include {kept}/cte.conf; }}"
        )
        self.route()

    def route(self, down: int | None = None) -> None:
        """Where requests go; one web may be taken out."""
        servers = " ".join(
            f"server 127.0.0.1:{port}{' down' if port == down else ''};" for port in self.webs
        )
        text = (ROOT / "docs" / "deploy" / "nginx.conf").read_text()
        text = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
        text = re.sub(r"\n    ssl_[^\n]*", "", text)
        text = text.replace("server 127.0.0.1:8000;", servers)
        text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};")
        text = text.replace("Forwarded-Proto https;", "Forwarded-Proto $scheme;")
        text = text.replace("Host $host;", "Host $http_host;")  # this one has a port
        text = text.replace("/opt/cte/docs/deploy/back.html", f"{self.folder}/back.html")
        (self.folder / "cte.conf").write_text(text)

    def reload(self, down: int | None = None) -> None:
        self.route(down)
        assert self.process
        self.process.send_signal(signal.SIGHUP)


class Walk:
    """The guide's journey before a browser; `answers` are what the pages said."""

    def __init__(self, base: str, people: dict[str, Any]) -> None:
        self.base, self.people, self.bell = base, people, threading.Event()
        self.answers: list[str] = []
        self.uploads: list[dict[str, str]] = []

    def person(self, user: str) -> Clerk:
        given = (self.base, user, self.people["password"], self.bell, 1.0)
        return Clerk(*given, district="", students=[], pathway=0)

    def note(self, step: str, page: str) -> None:
        self.answers += [f"== {step}", *words_of(page)]

    def enter(self) -> None:
        account = self.people["clerks"][JOURNEY]
        clerk = self.person(account["user"])
        student, pathway = account["students"][0], self.people["pathway"]
        path = f"/districts/{account['district']}/2025/cte-concentrator/{student}/{pathway}/"
        form = form_with(clerk.page(path), "start_date")
        status, _, leads = self.sent(clerk, path, {**form, "start_date": "09/09/2024"})
        self.note(f"enter {status}", clerk.page(leads or path))

    def sent(self, person: Person, path: str, form: dict[str, str]) -> tuple[int, str, str]:
        """As somebody does who reads *Back in a minute*: once more."""
        for _ in range(20):
            status, page, leads = person.post(path, form)
            if status < 500:
                return status, page, leads
            time.sleep(1)
        raise SystemExit(f"{path}: {status} for twenty seconds")

    def ended(self, person: Person, leads: str) -> str:
        """The page of a job, once the job has ended."""
        ends = time.monotonic() + 240
        while time.monotonic() < ends:
            page = person.page(leads)
            if 'hx-trigger="every 3s"' not in page:
                return page
            time.sleep(1)
        raise SystemExit(f"{leads}: the job does not end")

    def upload(self, work: str) -> None:
        account = self.people["loaders"][-1]
        loader = self.person(account["user"])
        path = f"/districts/{account['district']}/2025/mt-data-upload/"
        rows = ["\t".join([*row[:9], "09/10/2024", *row[10:]]) for row in account["rows"]]
        form = {
            **form_with(loader.page(path), "key"),
            "type": "cte-eoy",
            "work": work,
            "rows": "good",
            "key": str(uuid.uuid4()),
        }
        text = "\n".join(["HD\t05/08/2025\t13:03:42\tMT9.1", *rows])
        status, _, leads = loader.fetch(path, *multipart(form, text))
        self.uploads.append({"batch": leads.rstrip("/").split("/")[-1], "outcome": "accepted"})
        self.note(f"{work} {status}", self.ended(loader, leads))

    def job(self, screen: str, **fields: str) -> None:
        """A screen that submits a job of the loader's district."""
        account = self.people["loaders"][-1]
        loader = self.person(account["user"])
        path = f"/districts/{account['district']}/2025/{screen}/"
        status, page, leads = self.sent(
            loader, path, {**form_with(loader.page(path), "key"), **fields}
        )
        if status != 302:
            raise SystemExit(f"{path}: {status}, {words_of(page)[:20]}")
        page = self.ended(loader, leads)
        self.note(f"{screen} {status}", page)
        for address in sorted(
            set(re.findall(r'href="(/districts/[^"]*/batches/[^"]*/file[^"]*)"', page))
        ):
            status, text, _ = loader.fetch(address)
            lines = [line for line in text.splitlines() if not line.startswith("HD\t")]
            self.answers += [f"== a file of {screen} {status}", *lines]

    def certify(self) -> None:
        account = self.people["signers"][0]
        signer = self.person(account["user"])
        path = f"/districts/{account['district']}/2025/event-certification/{self.people['event']}/"
        page = signer.page(path)
        ticks = dict.fromkeys(re.findall(r'name="(statement_\d+|nothing_to_report)"', page), "on")
        form = {**form_with(page, "digest"), **ticks, "proof": self.people["password"]}
        status, page, leads = self.sent(signer, path, form)
        if status != 302:
            raise SystemExit(f"{path}: {status}, {words_of(page)[:20]}")
        self.note("certify", signer.page(leads))


def words_of(page: str) -> list[str]:
    """What the page says, without what differs from run to run: moments, digests, ids, seconds."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    text = re.sub(r"(?s)<(script|style).*?</\1>", "", main[0] if main else page)
    lines = []
    for line in re.sub(r"<[^>]+>", "\n", text).splitlines():
        line = re.sub(r"\d\d/\d\d/\d{4}(,? (at )?\d\d?:\d\d(:\d\d)? ?([AP]M)?( MT)?)?", "DAY", line)
        line = re.sub(r"\b\d\d?:\d\d(:\d\d)? ?([AP]M)?\b|[0-9a-f]{4}( [0-9a-f]{4}){3,}", "…", line)
        line = re.sub(r"\b[0-9a-f-]{12,}\b|\d+(\.\d+)? (seconds?|ms)", "…", line)
        if line.strip():
            lines.append(" ".join(line.split()))
    return lines


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


def walked(walk: Walk, *, at: dict[str, Any] | None = None) -> list[str]:
    """The journey; `at` is what happens before a step."""
    steps: dict[str, Any] = {
        "enter": walk.enter,
        "test": lambda: walk.upload("validate"),
        "upload": lambda: walk.upload("upload"),
        "resync": lambda: walk.job("resync", everything="on"),
        "validate": lambda: walk.job("data-validation-reports", run="all:state"),
        "certify": walk.certify,
        "extract": lambda: walk.job("mt-extracts", type="cte-eoy", format="tsv"),
    }
    for name, step in steps.items():
        (at or {}).get(name, lambda: None)()
        step()
        print(f"  {name}", flush=True)
    return walk.answers


def main() -> None:
    parser = argparse.ArgumentParser(description="One machine and four give the same answers.")
    parser.add_argument("--port", type=int, default=6240, help="the first of eight")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="four-"))
    folder.chmod(0o755)
    faults = Faults()
    running: list[Any] = []
    try:
        play(folder, options.port, faults, running)
    finally:
        for service in reversed(running):
            service.end() if isinstance(service, Server) else service.stop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(faults.sentences) or "Four machines answered as one does; nothing was lost.")
    sys.exit(bool(faults.sentences))


class Faults:
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, *sentences: str) -> None:
        self.sentences += sentences


def play(folder: Path, port: int, faults: Faults, running: list[Any]) -> None:
    cluster, redis = PostgreSQL(folder, port), Redis(folder, port + 2)
    pooler = PgBouncer(folder, port + 1, cluster, "session", 60)
    for service in (cluster, redis, pooler):
        running.append(service)
        service.start()

    env = environment(cluster, 0, redis, 0)
    web = [*WEB, "--bind", f"127.0.0.1:{port + 7}"]
    alone = Machine(
        folder / "alone",
        env,
        {"web": web, "dispatcher": ["django", "dispatch"], "district": DISTRICT},
    )
    running.append(alone)
    people = prepared(alone.env, cluster, 0)
    alone.start()
    wait_for(lambda: listens(port + 7), "the web of one machine", 120)
    print("one machine", flush=True)
    expected = walked(Walk(f"http://127.0.0.1:{port + 7}", people))
    alone.stop()

    bucket = Server(port + 3)
    running.append(bucket)
    env = environment(cluster, pooler.port, redis, 1) | KEYS
    env |= {
        "STORAGE_URL": f"s3://{NAME}/portal",
        "STORAGE_ENDPOINT": bucket.address,
        "AWS_DEFAULT_REGION": "us-west-2",
    }
    client = boto3.client(
        "s3",
        endpoint_url=bucket.address,
        region_name="us-west-2",
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    webs = [port + 5, port + 6]
    machines = [
        Machine(
            folder / f"machine-{at + 1}",
            env,
            {
                "web": [*WEB, "--bind", f"127.0.0.1:{webs[at]}"],
                "dispatcher": ["django", "dispatch"],
            },
        )
        for at in range(2)
    ] + [
        Machine(
            folder / f"machine-{at + 1}",
            env,
            {
                "district": [*DISTRICT, "--hostname", f"district@{at + 1}"],
                "statewide": [*STATEWIDE, "--hostname", f"statewide@{at + 1}"],
            },
        )
        for at in (2, 3)
    ]
    running += machines
    people = prepared(machines[0].env, cluster, 1)
    for machine in machines:
        machine.start()
    proxy = Proxy(folder, port + 4, webs)
    running.append(proxy)
    for number in webs:
        wait_for(lambda number=number: listens(number), "a web", 120)
    proxy.start()
    base = f"http://127.0.0.1:{proxy.port}"
    print("four machines", flush=True)
    bell = threading.Event()
    clerks = [
        Clerk(
            *(base, account["user"], people["password"], bell, 1.0),
            district=account["district"],
            students=account["students"],
            pathway=people["pathway"],
        )
        for account in people["clerks"][:CLERKS]
    ]
    loader = people["loaders"][0]
    others: list[Person] = [
        *clerks,
        Loader(
            *(base, loader["user"], people["password"], bell, 5.0),
            district=loader["district"],
            rows=loader["rows"],
        ),
    ]
    for person in others:
        person.start()
    if not all(person.at_work.wait(120) for person in others):
        raise SystemExit("Somebody cannot sign in through the proxy.")

    def kill() -> None:
        print("  – the web of machine 1 is killed", flush=True)
        machines[0].send("web", signal.SIGKILL)

    def freeze() -> None:
        print("  – the dispatcher of machine 1 freezes", flush=True)
        machines[0].send("dispatcher", signal.SIGSTOP)

    def again() -> None:
        print("  – the web of machine 1 is back", flush=True)
        machines[0].start("web")

    walk = Walk(base, people)
    answers = walked(walk, at={"upload": kill, "test": freeze, "certify": again})
    differ = [
        line
        for line in difflib.unified_diff(expected, answers, "one machine", "four", lineterm="", n=0)
        if not line.startswith("@@")
    ]
    print(f"answers: {len(answers)} lines, {len(differ)} differ")
    faults.add(*differ)
    open_connections = cluster.asked(
        "postgres",
        "select count(*) from pg_stat_activity where backend_type = 'client backend' and datname"
        " like '%\\_1'",
    )
    print(f"connections to PostgreSQL through PgBouncer: {open_connections}")

    wait_for(lambda: listens(webs[0]), "the web of machine 1", 120)
    before = [len(clerk.reports) for clerk in clerks]
    troubles = [clerk.troubles for clerk in clerks]
    for at, number in enumerate(webs):
        proxy.reload(down=number)
        time.sleep(5)
        machines[at].send("web", signal.SIGTERM)
        machines[at].processes["web"].wait(60)
        machines[at].start("web")
        wait_for(lambda number=number: listens(number), "a web that starts again", 120)
        proxy.reload()
        time.sleep(5)
    saves = [
        save for clerk, first in zip(clerks, before, strict=True) for save in clerk.reports[first:]
    ]
    lost = [save for save in saves if save["outcome"] == "unanswered"]
    troubled = sum(clerk.troubles - first for clerk, first in zip(clerks, troubles, strict=True))
    print(f"rolling restart: {len(saves)} saves, {len(lost)} lost, {troubled} pages refused")
    if lost or troubled or not saves:
        faults.add(f"a rolling restart of {len(saves)} saves lost {len(lost)}, refused {troubled}")

    bell.set()
    for person in others:
        person.join(90)
    ends = time.monotonic() + 240
    while desk(machines[1].env, "live") and time.monotonic() < ends:
        time.sleep(3)
    account = people["clerks"][JOURNEY]
    report = {
        "saves": [save for clerk in clerks for save in clerk.reports]
        + [{"student": account["students"][0], "date": "09/09/2024", "outcome": "accepted"}],
        "uploads": [
            *walk.uploads,
            *(upload for person in others[CLERKS:] for upload in person.reports),
        ],
        "signed": [{"district": people["signers"][0]["district"]}],
    }
    reckoned = desk(machines[1].env, "reckon", report)
    print(f"figures: {dict(sorted(reckoned['figures'].items()))}")
    faults.add(*(words for person in others for words in person.speechless), *reckoned["faults"])
    strays = [
        path
        for at in range(4)
        for path in (folder / f"machine-{at + 1}/var/files").rglob("*")
        if path.is_file()
    ]
    if strays:
        faults.add(f"{len(strays)} files lie on a machine's own disk")


if __name__ == "__main__":
    main()
