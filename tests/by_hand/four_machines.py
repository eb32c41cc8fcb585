"""Four machines with folders of their own, one bucket, PgBouncer and nginx: nobody meets an answer
that one machine would not have given, and nothing is lost.

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
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3

from tests.by_hand.machines import machine
from tests.by_hand.machines.crowd import Crowd
from tests.by_hand.machines.machine import DISPATCHER, DISTRICT, STATEWIDE, Machine
from tests.by_hand.machines.portal import desk, environment, prepared
from tests.by_hand.machines.proxy import Proxy
from tests.by_hand.machines.walk import JOURNEY, Walk, walked
from tests.by_hand.services import PgBouncer, PostgreSQL, Redis, listens, wait_for
from tests.fixtures.services.bucket import KEYS, NAME, Server


class Play:
    """One machine, then four; `faults` are sentences, `running` what is to be stopped at the end."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.faults: list[str] = []
        self.running: list[Any] = []
        self.cluster = PostgreSQL(folder, port)
        self.pooler = PgBouncer(folder, port + 1, self.cluster, "session", 60)
        self.redis = Redis(folder, port + 2)
        self.webs = [port + 5, port + 6]

    def kept(self, service: Any) -> Any:
        """It is stopped at the end."""
        self.running.append(service)
        return service

    def stop(self) -> None:
        for service in reversed(self.running):
            service.end() if isinstance(service, Server) else service.stop()

    def play(self) -> None:
        for service in (self.cluster, self.redis, self.pooler):
            self.kept(service).start()
        expected = self.alone()
        env = self.bucket()
        machines = [self.kept(self.machine(at, env)) for at in range(4)]
        people = prepared(machines[0].env, self.cluster, 1)
        for each in machines:
            each.start()
        for number in self.webs:
            wait_for(lambda number=number: listens(number), "a web", 120)
        proxy = self.kept(Proxy(self.folder, self.port + 4, self.webs))
        proxy.start()
        base = f"http://127.0.0.1:{proxy.port}"
        print("four machines", flush=True)
        crowd = Crowd(base, people)
        crowd.start()
        walk = Walk(base, people)
        self.compare(expected, self.disturbed(walk, machines[0]))
        self.restart(proxy, machines, crowd)
        crowd.stop()
        self.reckon(walk, crowd, machines[1].env)
        self.look_for_strays()

    def alone(self) -> list[str]:
        """What one machine answers."""
        env = environment(self.cluster, 0, self.redis, 0)
        number = self.port + 7
        commands = {
            "web": machine.web(number),
            "dispatcher": DISPATCHER,
            "district": DISTRICT,
        }
        alone = self.kept(Machine(self.folder / "alone", env, commands))
        people = prepared(alone.env, self.cluster, 0)
        alone.start()
        wait_for(lambda: listens(number), "the web of one machine", 120)
        print("one machine", flush=True)
        answers = walked(Walk(f"http://127.0.0.1:{number}", people))
        alone.stop()
        return answers

    def bucket(self) -> dict[str, str]:
        """The environment of the four, with one bucket for the files of all."""
        server = self.kept(Server(self.port + 3))
        region = "us-west-2"
        client = boto3.client(
            "s3",
            endpoint_url=server.address,
            region_name=region,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": region})
        return {
            **environment(self.cluster, self.pooler.port, self.redis, 1),
            **KEYS,
            "STORAGE_URL": f"s3://{NAME}/portal",
            "STORAGE_ENDPOINT": server.address,
            "AWS_DEFAULT_REGION": region,
        }

    def machine(self, at: int, env: dict[str, str]) -> Machine:
        """The first two have web and dispatcher, the others the workers."""
        commands = (
            {"web": machine.web(self.webs[at]), "dispatcher": DISPATCHER}
            if at < 2
            else {
                "district": [*DISTRICT, "--hostname", f"district@{at + 1}"],
                "statewide": [*STATEWIDE, "--hostname", f"statewide@{at + 1}"],
            }
        )
        return Machine(self.folder / f"machine-{at + 1}", env, commands)

    def disturbed(self, walk: Walk, first: Machine) -> list[str]:
        """What the four answer while the first one fails."""

        def kill() -> None:
            print("  – the web of machine 1 is killed", flush=True)
            first.send("web", signal.SIGKILL)

        def freeze() -> None:
            print("  – the dispatcher of machine 1 freezes", flush=True)
            first.send("dispatcher", signal.SIGSTOP)

        def again() -> None:
            print("  – the web of machine 1 is back", flush=True)
            first.start("web")

        answers = walked(walk, at={"upload": kill, "test": freeze, "certify": again})
        wait_for(lambda: listens(self.webs[0]), "the web of machine 1", 120)
        return answers

    def compare(self, expected: list[str], answers: list[str]) -> None:
        lines = difflib.unified_diff(expected, answers, "one machine", "four", lineterm="", n=0)
        differ = [line for line in lines if not line.startswith("@@")]
        print(f"answers: {len(answers)} lines, {len(differ)} differ")
        self.faults += differ
        count = self.cluster.asked(
            "postgres",
            "select count(*) from pg_stat_activity where backend_type = 'client backend' and"
            " datname like '%\\_1'",
        )
        print(f"connections to PostgreSQL through PgBouncer: {count}")

    def restart(self, proxy: Proxy, machines: list[Machine], crowd: Crowd) -> None:
        """One web after the other, as docs/deploy.md says."""
        before = crowd.mark()
        for at, number in enumerate(self.webs):
            proxy.reload(down=number)
            time.sleep(5)
            machines[at].send("web", signal.SIGTERM)
            machines[at].processes["web"].wait(60)
            machines[at].start("web")
            wait_for(lambda number=number: listens(number), "a web that starts again", 120)
            proxy.reload()
            time.sleep(5)
        saves = crowd.saves(since=before)
        lost = [save for save in saves if save["outcome"] == "unanswered"]
        refused = crowd.mark().troubles - before.troubles
        print(f"rolling restart: {len(saves)} saves, {len(lost)} lost, {refused} pages refused")
        if lost or refused or not saves:
            self.faults.append(
                f"a rolling restart of {len(saves)} saves lost {len(lost)}, refused {refused}"
            )

    def reckon(self, walk: Walk, crowd: Crowd, env: dict[str, str]) -> None:
        """What the databases say of everything that was answered."""
        ends = time.monotonic() + 240
        while desk(env, "live") and time.monotonic() < ends:
            time.sleep(3)
        student = walk.people["clerks"][JOURNEY]["students"][0]
        entered = {"student": student, "date": "09/09/2024", "outcome": "accepted"}
        report = {
            "saves": [*crowd.saves(), entered],
            "uploads": [*walk.uploads, *crowd.loader.reports],
            "signed": [{"district": walk.people["signers"][0]["district"]}],
        }
        reckoned = desk(env, "reckon", report)
        print(f"figures: {dict(sorted(reckoned['figures'].items()))}")
        self.faults += [words for person in crowd.everybody for words in person.speechless]
        self.faults += reckoned["faults"]

    def look_for_strays(self) -> None:
        strays = [
            path
            for at in range(4)
            for path in (self.folder / f"machine-{at + 1}/var/files").rglob("*")
            if path.is_file()
        ]
        if strays:
            self.faults.append(f"{len(strays)} files lie on a machine's own disk")


def main() -> None:
    parser = argparse.ArgumentParser(description="One machine and four give the same answers.")
    parser.add_argument("--port", type=int, default=6240, help="the first of eight")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="four-"))
    folder.chmod(0o755)
    play = Play(folder, options.port)
    try:
        play.play()
    finally:
        play.stop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(play.faults) or "Four machines answered as one does; nothing was lost.")
    sys.exit(bool(play.faults))


if __name__ == "__main__":
    main()
