"""H-1, P-01: what the real processes print on standard error never holds a name, a State ID, a
secret or anything else that people sent.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import socketserver
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.fixtures.markers import marked
from tests.live.conftest import POSTGRESQL, Portal, free_port, installed, wait

SECRET = "zzmarkerSECRET"
LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[67]:00 ", re.MULTILINE)


class Refusing(socketserver.StreamRequestHandler):
    """A mail server that refuses everybody, and names them."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            refused = b"550 No mailbox for Zzmarker, 999777555\r\n"
            self.wfile.write({b"RCPT": refused, b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))


class Browser:
    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()

    def ask(self, method: str, path: str, body: str | bytes = "", **headers: str) -> int:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        link.request(
            method,
            path,
            body or None,
            sent | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        answer = link.getresponse()
        self.page = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        link.close()
        return answer.status

    def form(self, page: str, path: str, **fields: str) -> int:
        self.ask("GET", page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        body = urlencode({"csrfmiddlewaretoken": token[1] if token else "", **fields})
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")


# The other modules do not meet its people, who are marked, nor its mail server.
installation = pytest.fixture(scope="module")(installed)


@pytest.fixture
def unquiet(installation: Portal) -> Iterator[tuple[Portal, Browser, Path]]:
    """The portal with its web server, a mail server that refuses, and a constraint that refuses
    what is marked.
    """
    port = free_port()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as mail:
        mail.daemon_threads = True
        threading.Thread(target=mail.serve_forever, daemon=True).start()
        live = installation
        live.env["EMAIL_URL"] = f"smtp://127.0.0.1:{mail.server_address[1]}"
        live.env["WEB_PORT"] = str(port)
        for name in ("dispatch", "worker", "statewide-worker", "web"):
            live.start(name)
        browser = Browser(port)
        wait(lambda: answers(browser))
        try:
            yield live, browser, live.folder
        finally:
            live.kill("web")
            mail.shutdown()


def answers(browser: Browser) -> bool:
    try:
        return browser.ask("GET", "/accounts/sign-in/") == 200
    except OSError:
        return False


def refuse(live: Portal, table: str, column: str, value: str) -> None:
    """A constraint that nobody foresaw; its message repeats the row (PostgreSQL) or what was wrong
    with it.
    """
    if POSTGRESQL:
        live.ask(
            "execute",
            statement=(
                f"ALTER TABLE {table} ADD CONSTRAINT zz_{table} CHECK ({column} <> '{value}') NOT"
                " VALID"
            ),
        )
    else:
        for verb in ("INSERT", "UPDATE"):
            live.ask(
                "execute",
                statement=(
                    f"CREATE TRIGGER zz_{verb}_{table} BEFORE {verb} ON {table} WHEN NEW.{column} ="
                    f" '{value}' BEGIN SELECT RAISE(ABORT, 'Failing row contains Zzmarker,"
                    f" {value}'); END"
                ),
            )


def allow(live: Portal, table: str) -> None:
    if POSTGRESQL:
        live.ask("execute", statement=f"ALTER TABLE {table} DROP CONSTRAINT zz_{table}")
    else:
        for verb in ("INSERT", "UPDATE"):
            live.ask("execute", statement=f"DROP TRIGGER zz_{verb}_{table}")


def printed(folder: Path) -> dict[str, str]:
    return {log.stem: log.read_text() for log in folder.glob("*.log")}


def test_no_process_prints_what_people_sent(unquiet: tuple[Portal, Browser, Path]) -> None:
    live, browser, folder = unquiet
    people = json.loads((folder / "practice-sign-ins.json").read_text())["people"]
    clerk = next(person for person in people if person["username"] == "cmartin")
    live.ask(
        "execute",
        statement=(
            "UPDATE accounts_user SET last_name = 'Zzmarker', email = 'zzmarker@example.org' WHERE"
            " username = 'cmartin'"
        ),
    )
    before = {name: len(text) for name, text in printed(folder).items()}

    def since(name: str) -> str:
        return printed(folder).get(name, "")[before.get(name, 0) :]

    # What is refused: one short line each, and none of it says what was asked for.
    refused = {
        "404": browser.ask("GET", f"/{SECRET}/999777555/?q=zzmarker"),
        "405": browser.ask(
            "PUT", f"/accounts/sign-in/?next=/{SECRET}/", X_CSRFToken=browser.cookies["csrftoken"]
        ),
        "400 host": browser.ask("GET", "/", Host=f"{SECRET}.example.org"),
        "403 invitation": (
            Browser(browser.port).ask(
                "POST", f"/accounts/invitation/{SECRET}/", "password1=zzmarker"
            )
        ),
        "403 reset": (
            Browser(browser.port).ask(
                "POST", f"/accounts/password/reset/key/abc-{SECRET}/", "password1=zzmarker"
            )
        ),
        "400 fields": browser.ask(
            "POST",
            "/accounts/sign-in/",
            "&".join(f"zzmarker{n}=1" for n in range(3000)),
            Content_Type="application/x-www-form-urlencoded",
        ),
    }
    assert {
        name: status for name, status in refused.items() if not name.startswith(str(status))
    } == {}
    with socket.create_connection(("127.0.0.1", browser.port), 5) as link:
        link.sendall(
            f"GET /{SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: {SECRET}\r\nZzmarker\x00:"
            " 999777555\r\n\r\n".encode()
        )
        assert link.recv(100).startswith(b"HTTP/1.1 400")
    time.sleep(0.5)
    lines = [line for line in since("web").splitlines() if line]
    assert len(lines) <= len(refused) + 1 and all(len(line) < 200 for line in lines), lines
    assert all(LINE.match(line) for line in lines), lines

    # What fails: a page, a job, the broker, the mail server.
    assert (
        browser.form(
            "/accounts/sign-in/", "/accounts/sign-in/", login="cmartin", password=clerk["password"]
        )
        == 302
    )
    assert browser.ask("GET", "/opi/board/?zzmarker=999777555") in (403, 404)
    refuse(live, "batches_batch", "submitted_name", "ZZMARKER, CHERYL")
    extract = "/districts/9012/2025/mt-extracts/"
    assert (
        browser.form(extract, extract, type="cte-eoy", format="tsv", key=str(uuid.uuid4())) == 500
    )
    assert re.search(r"reference=\w{4} page=\S+ error=IntegrityError", since("web"))
    allow(live, "batches_batch")
    refuse(live, "pathways_participation", "modified_by", "ZZMARKER, CHERYL")
    content, _ = live.all_changed()
    key = live.ask("submit", content=content)
    failed = live.ended(key)
    assert failed["status"] == "failed"
    assert re.search(r"reference=\w{4} batch=\S+ attempt=3 error=IntegrityError", since("worker"))
    allow(live, "pathways_participation")
    assert browser.form(
        "/accounts/password/reset/", "/accounts/password/reset/", email="zzmarker@example.org"
    ) < 500 or since("web")
    live.ask(
        "execute",
        statement=(
            f"UPDATE batches_batch SET notify = true, title = 'Zzmarker' WHERE id = '{row(key)}'"
        ),
    )
    messages = folder / "queue" / "messages"
    if live.broker:
        live.broker.process.kill()  # type: ignore[union-attr]
    else:
        messages.rename(messages.with_name("aside"))
        messages.write_text("")
    live.ask("submit", content="zzmarker", work="validate")
    wait(lambda: "the broker does not answer" in since("dispatch"))
    time.sleep(1)
    if live.broker:
        live.broker.start()
    else:
        messages.unlink()
        messages.with_name("aside").rename(messages)

    everything = printed(folder)
    leaks = [
        (name, line)
        for name, text in everything.items()
        for line in text.splitlines()
        if marked(line) or SECRET.lower() in line.lower()
    ]
    assert leaks == []
    assert set(everything) >= {"web", "worker", "dispatch"}


def row(key: str) -> str:
    return key if POSTGRESQL else key.replace("-", "")
