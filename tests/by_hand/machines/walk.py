"""The guide's journey without a browser: what its pages and files say, so that two portals can be
compared.
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from typing import Any

from tests.by_hand.kill_people import Clerk, Person, form_with, multipart

JOURNEY = 19
"""Which clerk of tests/by_hand/kill_desk.py walks; the first ones save all the time."""


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
