"""`manage.py up`: the whole portal on this machine, until Ctrl-C."""

from __future__ import annotations

import fcntl
import io
import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import ALL_CHECKS, CommandError
from django.db import connections

from cte_portal.plugs import directory
from cte_portal.ui.command import PortalCommand
from cte_portal.watch.supervise import Child, Sources, Supervisor

HOST = "127.0.0.1"
A_DAY = 24 * 3600
PACKAGES = ("cte_portal", "pathways", "certification")


class Command(PortalCommand):
    requires_system_checks = ALL_CHECKS
    prints_json = needs_databases = False
    help = (
        "Set up what is missing, load practice data into an empty portal, and serve it until"
        " Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="do not load practice data")

        parser.add_argument(
            "--reload",
            action="store_true",
            help="for developers: start again when code changes, show errors in full",
        )

    def handle(
        self, *args: Any, port: int, no_demo: bool, reload: bool = False, **options: Any
    ) -> None:
        if reload and settings.PRODUCTION:
            raise CommandError(
                "--reload is for developers: it shows errors in full, with student data. Start"
                " without it."
            )
        for name in (
            signal.SIGINT,
            signal.SIGTERM,
        ):  # during set-up TERM ends it as Ctrl-C does, even where a shell had it ignored
            signal.signal(name, signal.default_int_handler)
        try:
            self.serve(port, no_demo, reload)
        except KeyboardInterrupt:
            self.say("Stopped.")

    def serve(self, port: int, no_demo: bool, reload: bool) -> None:
        address = f"http://{HOST}:{port}/"
        os.umask(0o077)  # what it and its children write is for nobody else's eyes
        with only_one(address):
            port_is_free(port)
            self.say("Bringing both databases up to date …")
            call_command("migrate", verbosity=0, interactive=False)
            sign_ins = settings.VAR_DIR / "practice-sign-ins.json"
            if not settings.PRODUCTION:
                refuse_half_loaded()
                if empty() and not no_demo:
                    self.say("Loading practice data …")
                    call_command("demo", stdout=io.StringIO())
            connections.close_all()
            # A developer waits for all of them after each change: one web process will do.
            web_processes = 1 if reload else 2
            processes = [
                web(port, web_processes),
                dispatcher(),
                worker("district"),
                worker("statewide"),
            ]
            if reload:
                os.environ["PORTAL_RELOAD"] = "1"
            sources = (
                Sources([settings.BASE_DIR / package for package in PACKAGES]) if reload else None
            )
            with Supervisor(processes, say=self.say, sources=sources) as children:
                self.say("Starting the web server, the dispatcher and two workers …")
                # A busy machine takes its time, and a server that ends is seen by `revive`; a
                # developer mends what keeps it from starting.
                if children.until(lambda: answers(address), seconds=A_DAY if reload else 300):
                    self.welcome(address, sign_ins.read_text() if sign_ins.exists() else "")
                elif not children.asked_to_stop and not children.revive():
                    raise CommandError("The web server does not answer. See the message above.")
                if reload:
                    self.say(
                        "Templates are read anew for each page; a change of code starts all"
                        " processes again."
                    )
                process = children.wait()
            if process:
                raise CommandError(f"The {process} process keeps stopping. See the message above.")
            self.say("Stopped.")

    def say(self, sentence: str) -> None:
        self.stderr.write(sentence)

    def welcome(self, address: str, practice: str) -> None:
        self.stdout.write(f"\nThe CTE Portal is at {address}   (Ctrl-C stops it)\n")
        people = json.loads(practice)["people"] if practice else []
        if people:
            self.stdout.write("\nPractice sign-ins:")
            width = max(len(person["username"]) for person in people)
            secret = max(len(person["password"]) for person in people)
            for person in people:
                roles = ", ".join(
                    " ".join(part for part in role if part) for role in person["roles"]
                )
                self.stdout.write(
                    f"  {person['username']:<{width}}  {person['password']:<{secret}}  {roles}"
                )
        elif empty():
            self.stdout.write(
                "\nNo one can sign in yet. In another window, run: python3 manage.py"
                " createsuperuser"
            )
        self.stdout.flush()


@contextmanager
def only_one(address: str) -> Iterator[None]:
    """One `up` for one `var/`: a second is refused with the first one's address."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    note = settings.VAR_DIR / "up.address"
    with open(settings.VAR_DIR / "up.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            where = note.read_text() if note.exists() else "this machine"
            raise CommandError(
                f"The portal is already running at {where}. Stop it first, or set VAR_DIR to"
                " another folder."
            ) from None
        note.write_text(address)
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise CommandError(
                f"Port {port} is taken by another program. Choose another: python3 manage.py up"
                f" --port {port + 1}"
            ) from None


def has_districts() -> bool:
    return bool(directory().districts(None))


def has_people() -> bool:
    return get_user_model().objects.exists()


def empty() -> bool:
    return not has_districts() and not has_people()


def refuse_half_loaded() -> None:
    """Practice data come with their people last: districts without anybody are a load that was cut
    off.
    """
    if has_districts() and not has_people():
        raise CommandError(
            "Loading the practice data was interrupted earlier. Load it again: python3 manage.py"
            " demo --reset"
        )


def web(port: int, processes: int) -> Child:
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "cte_portal.wsgi",
        "--chdir",
        str(settings.BASE_DIR),
        "--bind",
        f"{HOST}:{port}",
    ]
    return Child(
        "web",
        [
            *command,
            "--worker-class",
            "gthread",
            "--workers",
            f"{processes}",
            "--threads",
            "4",
            "--no-control-socket",
            "--log-level",
            "warning",
        ],
    )


def dispatcher() -> Child:
    return Child("dispatcher", [sys.executable, str(settings.BASE_DIR / "manage.py"), "dispatch"])


def worker(queue: str) -> Child:
    """One worker for a queue, so that a statewide job never keeps a clerk waiting (F-34)."""
    celery = [
        sys.executable,
        "-W",
        "ignore:You're running the worker with superuser",
        "-m",
        "celery",
    ]
    command = [
        *celery,
        "--quiet",
        "--workdir",
        str(settings.BASE_DIR),
        "--app",
        "cte_portal",
        "worker",
        "--queues",
        queue,
    ]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    return Child(
        f"{queue} worker", [*command, "--hostname", f"{queue}@%h", "--concurrency", "1", *quiet]
    )


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}accounts/sign-in/", timeout=5) as response:  # noqa: S310 - our own address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
