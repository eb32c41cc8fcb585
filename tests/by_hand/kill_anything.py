"""An hour of *kill anything*: web, workers, dispatcher, Redis and both databases are killed or
frozen, the disk fills up, and people go on.

    .venv/bin/python -m tests.by_hand.kill_anything [--minutes 60] [--seed 1] [--pace 12] [--port
      6182]

Twenty clerks save, six upload, two resync and one signs, over HTTP, on a portal of the script's
own: two PostgreSQL clusters, Redis, gunicorn, dispatcher and two workers. Whatever ends is started
again, as systemd or a container engine does, but as a copy of a process that has loaded the portal
(`tests/live/parent.py`). Afterwards the script waits until no job is left and
compares what every person was told with what is stored: nothing lost, nothing doubled, no half job,
nobody left without a sentence, every seal whole. As root the portal's files lie on a small disk of
their own, which is filled up; otherwise that fault is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.by_hand.kill_people import Clerk, Loader, Person, Sender, Signer
from tests.by_hand.services import ROOT, PostgreSQL, Redis, Service, listens, wait_for
from tests.live.copies import Parent, lives

DISK = "48m"
SHORT = {
    "BATCH_LEASE_SECONDS": "6",
    "BATCH_RENEW_SECONDS": "1.5",
    "BATCH_REPUBLISH_SECONDS": "4",
    "BATCH_RETRY_FACTOR": "0.3",
}


class Portal:
    """One installation. `keep` starts whatever has ended, until it is told to stop."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.ended = folder, port, threading.Event()
        self.var = folder / "var"
        self.var.mkdir(mode=0o700)
        self.small_disk = (
            os.getuid() == 0
            and not subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", str(self.var)],
                capture_output=True,
                check=False,
            ).returncode
        )
        for name in ("files", "tmp"):
            (self.var / name).mkdir()
        self.district, self.state = (
            PostgreSQL(folder, port, "district"),
            PostgreSQL(folder, port + 1, "state"),
        )
        self.redis = Redis(folder, port + 2)
        self.services: list[Service] = [self.district, self.state, self.redis]
        # What a process compiles is there for the next one, and dozens are started.
        hidden = ("DJANGO_SETTINGS_MODULE", "PORTAL_LANE", "PYTHONDONTWRITEBYTECODE")
        self.env = (
            {name: value for name, value in os.environ.items() if name not in hidden}
            | SHORT
            | {
                "PORTAL_MODE": "demo",
                "VAR_DIR": str(self.var),
                "TMPDIR": str(self.var / "tmp"),
                "DJANGO_SETTINGS_MODULE": "tests.by_hand.kill_settings",
                "DATABASE_URL": self.district.address("cte_district"),
                "STATE_DATABASE_URL": self.state.address("cte_state"),
                "REDIS_URL": f"{self.redis.address}/0",
                "BROKER_URL": f"{self.redis.address}/1",
            }
        )
        self.base = f"http://127.0.0.1:{port + 3}"
        worker = [
            "celery",
            "--app",
            "cte_portal",
            "worker",
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "WARNING",
        ]
        self.commands = {
            "web": [
                "gunicorn",
                "cte_portal.wsgi",
                "--bind",
                f"127.0.0.1:{port + 3}",
                "--worker-class",
                "gthread",
                "--workers",
                "2",
                "--threads",
                "8",
                "--no-control-socket",
                "--log-level",
                "warning",
            ],
            "dispatcher": ["django", "dispatch"],
            "district-worker": [
                *worker,
                "--queues",
                "district",
                "--concurrency",
                "2",
                "--hostname",
                "district@%h",
            ],
            "statewide-worker": [
                *worker,
                "--queues",
                "statewide",
                "--concurrency",
                "1",
                "--hostname",
                "statewide@%h",
            ],
        }
        self.parent = Parent(self.env)
        self.processes: dict[str, int] = {}
        self.keeper = threading.Thread(target=self.keep, daemon=True)

    def desk(self, do: str, given: Any = None) -> Any:
        command = [sys.executable, "-m", "tests.by_hand.kill_desk", do]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.env,
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{do}: {done.stderr[-3000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, signatures: int) -> dict[str, Any]:
        for service in self.services:
            service.start()
        self.district.asked("postgres", "create database cte_district")
        self.state.asked("postgres", "create database cte_state")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self.env, check=True
        )
        people: dict[str, Any] = self.desk("set-up", signatures)
        self.keeper.start()
        wait_for(lambda: listens(self.port + 3), "web")
        return people

    def keep(self) -> None:
        while not self.ended.is_set():
            for name, command in self.commands.items():
                if name not in self.processes or not lives(self.processes[name]):
                    log = self.folder / f"{name}.log"
                    log.touch()
                    module, *arguments = command
                    self.processes[name] = self.parent.begin(
                        module, arguments, os.devnull, log, log
                    )
            self.ended.wait(0.5)

    def children(self, name: str) -> list[int]:
        completed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.processes[name])],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(pid) for pid in completed.stdout.split()]

    def stop(self) -> None:
        self.ended.set()
        if self.keeper.is_alive():
            self.keeper.join()
        for process in self.processes.values():
            for number in (signal.SIGCONT, signal.SIGKILL):
                if lives(process):
                    os.killpg(process, number)
            wait_for(lambda process=process: not lives(process), "the end")
        self.parent.end()
        for service in self.services:
            service.stop()
        if self.small_disk:
            subprocess.run(["umount", "--lazy", str(self.var)], check=False)


class Faults:
    """One after another, some seconds apart; each is over before the next."""

    def __init__(self, portal: Portal, chance: random.Random) -> None:
        self.portal, self.chance, self.done = portal, chance, Counter[str]()
        self.kinds: dict[str, Callable[[], None]] = {}
        for name in portal.commands:
            self.kinds[f"{name} killed"] = lambda name=name: os.killpg(
                portal.processes[name], signal.SIGKILL
            )
            self.kinds[f"{name} frozen"] = lambda name=name: self.freeze(
                lambda number: os.killpg(portal.processes[name], number)
            )
        for name in ("web", "district-worker"):
            self.kinds[f"a child of {name} killed"] = lambda name=name: os.kill(
                chance.choice(portal.children(name)), signal.SIGKILL
            )
        for service in portal.services:
            self.kinds[f"{service.name} killed"] = lambda service=service: self.restart(service)
            self.kinds[f"{service.name} frozen"] = lambda service=service: self.freeze(service.send)
        if portal.small_disk:
            self.kinds["disk full"] = self.fill

    def freeze(self, send: Callable[[int], None]) -> None:
        send(signal.SIGSTOP)
        try:
            time.sleep(self.chance.uniform(2, 9))
        finally:
            send(signal.SIGCONT)

    def restart(self, service: Service) -> None:
        service.stop(self.chance.choice(service.deaths))
        time.sleep(self.chance.uniform(0, 3))
        service.start()

    def fill(self) -> None:
        filler = self.portal.var / "filler"
        try:
            with open(filler, "wb") as file:
                while True:
                    file.write(b"\0" * (1 << 16))
                    file.flush()
        except OSError:
            time.sleep(self.chance.uniform(2, 6))
        finally:
            filler.unlink(missing_ok=True)

    def until(self, ends: float) -> None:
        waiting: list[str] = []
        while time.monotonic() < ends:
            time.sleep(self.chance.uniform(3, 9))
            if not waiting:  # each once, in another order every time
                waiting = self.chance.sample(sorted(self.kinds), len(self.kinds))
            name = waiting.pop()
            try:
                self.kinds[name]()
                self.done[name] += 1
            except (ProcessLookupError, IndexError, KeyError):
                pass  # it had just ended by itself


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Kill anything, and see that nobody's work is lost."
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--pace", type=float, default=12, help="seconds between two things that a person does"
    )
    parser.add_argument("--port", type=int, default=6182, help="the first of four")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # what was started is stopped again
    folder = Path(tempfile.mkdtemp(prefix="kill-"))
    folder.chmod(0o755)
    portal = Portal(folder, options.port)
    try:
        faults = play(portal, options)
    finally:
        portal.stop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(
        "\n".join(f"FAULT {fault}" for fault in faults)
        or "0 lost, 0 doubled, 0 half jobs, everybody told, every seal whole."
    )
    sys.exit(bool(faults))


def play(portal: Portal, options: argparse.Namespace) -> list[str]:
    signatures = max(1, int(options.minutes // 4))
    people = portal.start(signatures)
    bell = threading.Event()
    given = (people["password"], bell, options.pace)
    clerks = [
        Clerk(
            portal.base,
            account["user"],
            *given,
            district=account["district"],
            students=account["students"],
            pathway=people["pathway"],
        )
        for account in people["clerks"]
    ]
    loaders = [
        Loader(
            portal.base, account["user"], *given, district=account["district"], rows=account["rows"]
        )
        for account in people["loaders"]
    ]
    senders = [
        Sender(portal.base, account["user"], *given, districts=account["districts"])
        for account in people["senders"]
    ]
    turn = options.minutes * 60 / (signatures + 1)
    signer = Signer(
        portal.base,
        "",
        people["password"],
        bell,
        min(turn, options.pace),
        districts=people["signers"],
        event=people["event"],
    )
    everybody: list[Person] = [*clerks, *loaders, *senders, signer]
    for person in everybody:
        person.start()
    for person in everybody:
        person.at_work.wait(300)
    faults = Faults(portal, random.Random(options.seed))
    print(
        f"{options.minutes:g} minutes, seed {options.seed}, {len(everybody)} people,"
        f" {len(faults.kinds)} kinds of faults, {'' if portal.small_disk else 'no '}small disk,"
        f" logs in {portal.folder}",
        flush=True,
    )
    ends = time.monotonic() + options.minutes * 60
    while (left := ends - time.monotonic()) > 0:
        faults.until(time.monotonic() + min(60, left))
        saved = sum(answer["outcome"] == "accepted" for clerk in clerks for answer in clerk.reports)
        loaded = sum(
            answer["outcome"] == "accepted" for loader in loaders for answer in loader.reports
        )
        print(
            f"{left / 60:5.1f} min left: {faults.done.total()} faults, {saved} saves, {loaded}"
            f" uploads, {len(signer.reports)} signed",
            flush=True,
        )
    bell.set()
    for person in everybody:
        person.join(90)
    print(f"faults: {dict(sorted(faults.done.items()))}")
    late = [f"{person.name} still waits for an answer" for person in everybody if person.is_alive()]
    deadline = time.monotonic() + 240
    while portal.desk("live") and time.monotonic() < deadline:
        time.sleep(3)
    report = {
        "saves": [answer for clerk in clerks for answer in clerk.reports],
        "uploads": [answer for loader in loaders for answer in loader.reports],
        "signed": signer.reports,
    }
    reckoned = portal.desk("reckon", report)
    print(
        f"figures: {dict(sorted(reckoned['figures'].items()))}, resyncs asked"
        f" {sum(len(sender.reports) for sender in senders)}"
    )
    if reckoned["figures"].get("saves accepted", 0) < len(clerks):
        late.append("hardly anything was saved: that proves nothing")
    if not signer.reports:
        late.append("nobody could sign: that proves nothing of seals")
    return [
        *late,
        *(words for person in everybody for words in person.speechless),
        *reckoned["faults"],
    ]


if __name__ == "__main__":
    main()
