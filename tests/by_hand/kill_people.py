"""People before their browsers: each knows what was accepted, what was refused, and what never got
an answer.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from abc import ABC, abstractmethod
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any


class Unanswered(Exception):
    """The connection was cut, or nobody answered: the person cannot know what became of it."""


class NotRedirected(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **values: Any) -> None:
        return None


class Fields(HTMLParser):
    """The forms of a page: hidden fields, what is ticked or chosen, what stands in a box."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        if not self.forms:
            return
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "button", "file"):
            if kind not in ("checkbox", "radio"):
                self.forms[-1][name] = attributes.get("value", "")
            elif "checked" in attributes:
                self.forms[-1][name] = attributes.get("value", "on")
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in attributes and self.select:
            self.forms[-1][self.select] = attributes.get("value", "")


def form_with(page: str, name: str) -> dict[str, str]:
    return next((form for form in Fields(page).forms if name in form), {})


class Person(threading.Thread, ABC):
    """One who works until the bell; `reports` are what the person could swear to."""

    def __init__(
        self, base: str, user: str, password: str, bell: threading.Event, pace: float
    ) -> None:
        super().__init__(name=user, daemon=True)
        self.base, self.user, self.password, self.bell, self.pace = base, user, password, bell, pace
        jar = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar), NotRedirected()
        )
        self.chance = random.Random(user)
        self.reports: list[dict[str, Any]] = []
        self.speechless: list[str] = []
        self.troubles = 0
        self.at_work = threading.Event()

    def fetch(
        self, path: str, data: bytes | None = None, kind: str = "application/x-www-form-urlencoded"
    ) -> tuple[int, str, str]:
        """Status, page and where it leads. An answer without a sentence for the person is a fault
        of its own.
        """
        headers = {"Content-Type": kind, "Referer": self.base + path} if data is not None else {}
        request = urllib.request.Request(self.base + path, data, headers)  # noqa: S310 - our own address
        try:
            with self.browser.open(request, timeout=60) as answer:
                status, page, leads = answer.status, answer.read().decode(), ""
        except urllib.error.HTTPError as error:
            try:
                status, page, leads = (
                    error.code,
                    error.read().decode(),
                    error.headers.get("Location", ""),
                )
            except (OSError, http.client.HTTPException) as cut:
                raise Unanswered from cut
        except (OSError, http.client.HTTPException) as cut:
            raise Unanswered from cut
        if status >= 400 and not re.search(r"<h1[^>]*>\s*\S", page):
            self.speechless.append(
                f"{self.user}: {status} without a sentence, {re.sub('[0-9]+', '…', path)}:"
                f" {page[:80]!r}"
            )
        return status, page, leads

    def post(self, path: str, values: dict[str, str]) -> tuple[int, str, str]:
        return self.fetch(path, urllib.parse.urlencode(values).encode())

    def page(self, path: str) -> str:
        """The page, signed in; whoever is sent to the sign-in page signs in. Tried until it comes
        or the bell rings.
        """
        while not self.bell.is_set():
            try:
                status, page, leads = self.fetch(path)
                if status == 200:
                    return page
                if status in (301, 302) and "sign-in" in leads:
                    self.sign_in()
                    continue
            except Unanswered:
                pass
            self.troubles += 1
            self.bell.wait(1)
        return ""

    def sign_in(self) -> None:
        _, page, _ = self.fetch("/accounts/sign-in/")
        form = form_with(page, "login")
        if form:
            self.post("/accounts/sign-in/", {**form, "login": self.user, "password": self.password})

    def rest(self) -> None:
        self.bell.wait(self.chance.uniform(0.5, 1.5) * self.pace)

    def run(self) -> None:
        self.page("/accounts/password/")  # signed in
        self.at_work.set()
        self.bell.wait(self.chance.uniform(0, self.pace))
        while not self.bell.is_set():
            try:
                self.work()
            except Unanswered:
                self.troubles += 1
            self.rest()

    @abstractmethod
    def work(self) -> None: ...


class Clerk(Person):
    """Opens a record, types a date that nobody typed before, and saves."""

    def __init__(self, *given: Any, district: str, students: list[int], pathway: int) -> None:
        super().__init__(*given)
        self.district, self.students, self.pathway, self.number = district, students, pathway, 0

    def work(self) -> None:
        student = self.chance.choice(self.students)
        path = f"/districts/{self.district}/2025/cte-concentrator/{student}/{self.pathway}/"
        form = form_with(self.page(path), "start_date")  # the offer to undo has a version too
        if not form:
            return
        self.number += 1
        typed = f"{date(2018, 1, 1) + timedelta(self.number):%m/%d/%Y}"
        outcome = "unanswered"
        try:
            status, _, leads = self.post(path, {**form, "start_date": typed})
            # "Our fault" does not say what became of it: the page asks to go back and see.
            outcome = (
                "unanswered"
                if status >= 500
                else "accepted"
                if status == 302 and "sign-in" not in leads
                else "refused"
            )
        finally:
            self.reports.append({"student": student, "date": typed, "outcome": outcome})


class Loader(Person):
    """Uploads a file in which every date is new, under one key until there is an answer, and looks
    until the job has ended.
    """

    def __init__(self, *given: Any, district: str, rows: list[list[str]]) -> None:
        super().__init__(*given)
        self.path, self.rows, self.number = f"/districts/{district}/2025/mt-data-upload/", rows, 0

    def work(self) -> None:
        form = form_with(self.page(self.path), "key")
        if not form:
            return
        self.number += 1
        typed = f"{date(2018, 1, 1) + timedelta(self.number):%m/%d/%Y}"
        lines = ["\t".join([*row[:9], typed, *row[10:]]) for row in self.rows]
        values = {
            **form,
            "type": "cte-eoy",
            "work": "upload",
            "rows": "good",
            "key": str(uuid.uuid4()),
        }
        answer = {"outcome": "unanswered", "batch": ""}
        self.reports.append(answer)
        for _ in range(5):
            try:
                status, _, leads = self.fetch(
                    self.path,
                    *multipart(values, "\n".join(["HD\t05/08/2025\t13:03:42\tMT9.1", *lines])),
                )
            except Unanswered:
                self.bell.wait(2)
                continue
            if status == 302 and (batch := re.search(r"/batches/([0-9a-f-]{36})/", leads)):
                answer |= {"outcome": "accepted", "batch": batch[1]}
                self.look(leads)
                return
            if answer["outcome"] == "unanswered" and status < 500:
                answer["outcome"] = "refused"
                return
            self.bell.wait(2)

    def look(self, leads: str) -> None:
        ends = time.monotonic() + 120
        while time.monotonic() < ends and not self.bell.is_set():
            if (page := self.page(leads)) and 'hx-trigger="every 3s"' not in page:
                return
            self.bell.wait(3)


class Sender(Person):
    """Resyncs one district after another."""

    def __init__(self, *given: Any, districts: list[str]) -> None:
        super().__init__(*given)
        self.districts = districts

    def work(self) -> None:
        path = f"/districts/{self.chance.choice(self.districts)}/2025/resync/"
        form = form_with(self.page(path), "key")
        if form:
            status, _, leads = self.post(
                path, {**form, "everything": "on", "key": str(uuid.uuid4())}
            )
            self.reports.append(
                {"outcome": "accepted" if status == 302 and "/batches/" in leads else "refused"}
            )


class Signer(Person):
    """Signs one district, presses again until it is certified, then waits for the turn of the
    next.
    """

    def __init__(self, *given: Any, districts: list[dict[str, str]], event: int) -> None:
        super().__init__(*given)
        self.waiting, self.event = list(districts), event
        self.user = districts[0]["user"]

    def work(self) -> None:
        if not self.waiting:
            return
        letter = self.waiting[0]
        if self.user != letter["user"]:
            self.user = letter["user"]
            self.browser = urllib.request.build_opener(
                urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), NotRedirected()
            )
        path = f"/districts/{letter['district']}/2025/event-certification/{self.event}/"
        page = self.page(path)
        form = form_with(page, "digest")
        if form:
            ticks = dict.fromkeys(
                re.findall(r'name="(statement_\d+|nothing_to_report)"', page), "on"
            )
            self.post(path, {**form, **ticks, "proof": self.password})
        elif "/receipts/" in page:
            self.reports.append({"district": letter["district"]})
            self.waiting.pop(0)


def multipart(values: dict[str, str], content: str) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    ]
    parts.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="file";'
        ' filename="eoy.tsv"\r\nContent-Type: text/plain\r\n\r\n'
    )
    return (
        "".join(parts) + content + f"\r\n--{mark}--\r\n"
    ).encode(), f"multipart/form-data; boundary={mark}"
