"""What the first round of attacks met, tried again on a portal that runs: a stranger at the sign-in
page, a full disk.

    .venv/bin/python -m tests.by_hand.first_round [--port 6186]

Starts `up` with practice data in a folder of its own, as root on a small disk that is filled up.
Prints a line for each thing tried, with what the portal answered, and ends with code 1 where an
answer is not the one that docs/developers/attacks.md promises.
"""

from __future__ import annotations

import argparse
import http.client
import http.cookiejar
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from tests.by_hand.kill_people import NotRedirected, Person, Unanswered, form_with, multipart
from tests.by_hand.services import ROOT, listens, wait_for

DISK = "16m"
PASSWORD = "open range, quiet light"
HOME = "/districts/9012/2025/"
FORMULA = "=cmd|' /C calc'!A0"


class From(urllib.request.HTTPHandler):
    """Connects from another address of this machine."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        def connection(host: str, **more: Any) -> http.client.HTTPConnection:
            return http.client.HTTPConnection(host, source_address=(self.address, 0), **more)

        return self.do_open(connection, req)


class Round:
    """The portal, its people, and what was not as promised."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.faults = folder, port, 0
        self.var, self.mail = folder / "var", folder / "mail"
        for path in (self.var, self.mail):
            path.mkdir(mode=0o700)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", str(self.var)]
        self.small_disk = (
            os.getuid() == 0
            and not subprocess.run(mount, capture_output=True, check=False).returncode
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        hidden = ("DATABASE_URL", "STATE_DATABASE_URL", "REDIS_URL", "BROKER_URL", "PORTAL_LANE")
        temporary = self.var / "tmp"
        temporary.mkdir(exist_ok=True)
        env = {name: value for name, value in os.environ.items() if name not in hidden}
        env |= {
            "VAR_DIR": str(self.var),
            "TMPDIR": str(temporary),
            "PORTAL_MODE": "demo",
            "EMAIL_URL": f"filemail:///{self.mail}",
        }
        log = open(self.folder / "up.log", "ab")  # noqa: SIM115 - the process keeps it
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
        )
        wait_for(lambda: listens(self.port), "up", 180)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(30)

    def person(self, user: str, address: str = "127.0.0.1") -> Person:
        person = Person(f"http://127.0.0.1:{self.port}", user, PASSWORD, threading.Event(), 1)
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        person.browser = urllib.request.build_opener(jar, NotRedirected(), From(address))
        return person

    def told(self, number: str, what: str, answer: object, *, right: bool) -> None:
        self.faults += not right
        print(f"{'ok   ' if right else 'FAULT'} {number:5} {what}: {answer}", flush=True)

    def letters(self, to: str) -> list[str]:
        """What was written to an address, once the queue has carried it."""
        for _ in range(60):
            batches = [
                text
                for file in sorted(self.mail.iterdir())
                for text in file.read_text().split("-" * 79)
                if f"To: {to}" in text
            ]
            if batches:
                return batches
            time.sleep(0.5)
        return []


def words(page: str) -> str:
    return " ".join(
        re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style).*?</\1>", "", page)).split()
    )


def tries(person: Person, password: str) -> tuple[int, str]:
    _, page, _ = person.fetch("/accounts/sign-in/")
    status, page, _ = person.post(
        "/accounts/sign-in/",
        {**form_with(page, "login"), "login": person.user, "password": password},
    )
    return status, words(page)


def a_stranger_tries(play: Round) -> None:
    """H-2"""
    stranger = play.person("dadmin", "127.0.0.2")
    answers = [tries(stranger, "wrong")[0] for _ in range(8)]
    status, _ = tries(stranger, PASSWORD)
    play.told(
        "H-2",
        "8 wrong tries from 127.0.0.2, then the right password from there",
        (*answers, status),
        right=status != 302,
    )
    status, _ = tries(play.person("dadmin"), PASSWORD)
    play.told(
        "H-2", "the right password from another address meanwhile", status, right=status == 302
    )


def an_administrator_opens_an_account(play: Round) -> None:
    """M-4"""
    opi = play.person("opiadmin")
    opi.sign_in()
    _, page, _ = opi.fetch("/opi/people/?search=reyes")
    keys = re.findall(r'href="/opi/people/(\d+)/"[^>]*>[^<]*REYES', page) or re.findall(
        r"REYES.*?/opi/people/(\d+)/", page, re.DOTALL
    )
    path = f"/opi/people/{keys[0]}/"
    for do, values in (
        ("link", {}),
        ("address", {"email": "mine@example.org"}),
        ("factor", {"reason": "new phone"}),
    ):
        _, page, _ = opi.fetch(path)
        token = form_with(page, "csrfmiddlewaretoken")
        status, page, _ = opi.post(
            path, {"csrfmiddlewaretoken": token["csrfmiddlewaretoken"], "do": do, **values}
        )
        play.told(
            "M-4",
            f"{do} of a certifier without a proof",
            status,
            right=status == 200 and "/accounts/invitation/" not in page,
        )
    _, page, _ = opi.fetch(path)
    token = form_with(page, "csrfmiddlewaretoken")["csrfmiddlewaretoken"]
    status, page, _ = opi.post(
        path, {"csrfmiddlewaretoken": token, "do": "link", "proof": PASSWORD}
    )
    play.told(
        "M-4",
        "a certifier's link with the proof, to be shown",
        status,
        right="/accounts/invitation/" not in page,
    )
    opi.post(
        path,
        {
            "csrfmiddlewaretoken": token,
            "do": "address",
            "email": "new@example.org",
            "proof": PASSWORD,
        },
    )
    for address in ("mreyes@example.org", "new@example.org"):
        count = len(play.letters(address))
        play.told("M-4", f"e-mails to {address} after a change of address", count, right=count > 0)


def a_full_disk(play: Round) -> None:
    """L-14"""
    if not play.small_disk:
        print("left  L-14  needs root for a small disk")
        return
    clerk = play.person("dkeller")
    clerk.sign_in()
    _, page, _ = clerk.fetch(f"{HOME}cte-concentrator/")
    records = re.findall(rf'href="({HOME}cte-concentrator/\d+/\d+/)', page) or _records(play)
    form, files = (
        form_with(clerk.fetch(records[0])[1], "start_date"),
        {p for p in (play.var / "files").rglob("*") if p.is_file()},
    )
    upload, extract = (
        form_with(clerk.fetch(f"{HOME}mt-data-upload/")[1], "key"),
        form_with(clerk.fetch(f"{HOME}mt-extracts/")[1], "key"),
    )
    filler = open(play.var / "filler", "wb", buffering=0)  # noqa: SIM115 - closed below
    for size in (1 << 16, 1 << 10, 1):
        try:
            while filler.write(b"\0" * size):
                pass
        except OSError:
            pass
    lines = "\n".join(["HD\t05/08/2025\t13:03:42\tMT9.1", *["CT\tx"] * 300_000])
    values = {
        **upload,
        "type": "cte-eoy",
        "work": "upload",
        "rows": "good",
        "key": str(uuid.uuid4()),
    }
    for what, path, data in (
        (
            "record save",
            records[0],
            (urlencoded({**form, "start_date": "09/09/2024"}), "application/x-www-form-urlencoded"),
        ),
        ("upload", f"{HOME}mt-data-upload/", multipart(values, lines)),
        (
            "extract",
            f"{HOME}mt-extracts/",
            (
                urlencoded({**extract, "type": "cte-eoy", "format": "tsv"}),
                "application/x-www-form-urlencoded",
            ),
        ),
    ):
        try:
            status, page, _ = clerk.fetch(path, *data)
            heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
            play.told(
                "L-14",
                f"{what}, disk full",
                f"{status} {words(heading[1]) if heading else ''}",
                right=status in (302, 503, 507),
            )
        except Unanswered:
            play.told("L-14", f"{what}, disk full", "no answer", right=False)
    status, page = tries(play.person("lstone"), PASSWORD)
    play.told(
        "L-14", "sign-in, disk full", f"{status} {page[:90]}", right=status in (200, 302, 503)
    )
    filler.close()
    (play.var / "filler").unlink()
    time.sleep(5)
    with sqlite3.connect(play.var / "district.sqlite3") as database:
        known = {name for (name,) in database.execute("select input_file from batches_batch")}
        known |= {name for (name,) in database.execute("select stored from batches_batchfile")}
    now = {p for p in (play.var / "files").rglob("*") if p.is_file()} - files
    orphans = [
        str(p.relative_to(play.var / "files"))
        for p in now
        if str(p.relative_to(play.var / "files")) not in known
    ]
    play.told("L-14", "files without a row afterwards", orphans or 0, right=not orphans)
    status, _, _ = clerk.post(
        records[0],
        {**form_with(clerk.fetch(records[0])[1], "start_date"), "start_date": "09/10/2024"},
    )
    play.told("L-14", "record save once there is room", status, right=status == 302)


def urlencoded(values: dict[str, str]) -> bytes:
    return urllib.parse.urlencode(values).encode()


def _records(play: Round) -> list[str]:
    with sqlite3.connect(play.var / "district.sqlite3") as database:
        wanted = (
            "select student_id, pathway_id from pathways_participation join pathways_student s on"
            " s.id = student_id where district_id = '9012' limit 5"
        )
        return [
            f"{HOME}cte-concentrator/{student}/{pathway}/"
            for student, pathway in database.execute(wanted)
        ]


def formulas(play: Round) -> None:
    """L-16"""
    with sqlite3.connect(play.var / "district.sqlite3", timeout=20) as database:
        database.execute("update pathways_district set name = ? where number = '9031'", [FORMULA])
    opi = play.person("opiadmin")
    opi.sign_in()
    for path in ("/opi/approvals/2025/file/", "/opi/audit/file/"):
        status, file, _ = opi.fetch(path)
        bare = [line for line in file.splitlines() if re.search(r"(^|,)\"?[=@+]", line)]
        play.told(
            "L-16",
            path,
            f"{status}, mark {file[:1] == chr(0xFEFF)}, bare {len(bare)}",
            right=file[:1] == chr(0xFEFF) and not bare,
        )


def a_viewer_looks(play: Round) -> None:
    """L-25"""
    viewer = play.person("viewer")
    viewer.sign_in()
    refused = []
    links = set(re.findall(rf'href="({HOME}[^"#]*)"', viewer.fetch(HOME)[1]))
    for link in sorted(links):
        if viewer.fetch(link.replace("&amp;", "&"))[0] == 403:
            refused.append(link)
    play.told(
        "L-25", f"{len(links)} links of a viewer's home, refused", refused or 0, right=not refused
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="The first round of attacks, tried again.")
    parser.add_argument("--port", type=int, default=6186)
    folder = Path(tempfile.mkdtemp(prefix="round-"))
    play = Round(folder, parser.parse_args().port)
    try:
        play.start()
        for attack in (
            a_stranger_tries,
            an_administrator_opens_an_account,
            formulas,
            a_viewer_looks,
            a_full_disk,
        ):
            attack(play)
    finally:
        play.stop()
        if play.small_disk:
            subprocess.run(["umount", "--lazy", str(play.var)], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bool(play.faults))


if __name__ == "__main__":
    main()
