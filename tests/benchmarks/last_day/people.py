"""Who clicks on the last day, for Locust (day.py starts it): clerks who open,
search and save, districts that upload and resync, and OPI, which reloads the board.

DAY_PLAN names a file with everybody's session and work; DAY_REPORT gets what each could swear to,
and how long the pages took. It imports nothing of the portal: its people know what browsers know.
"""

import json
import os
import random
import re
import time
import uuid
from collections import Counter, defaultdict
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import gevent
from locust import HttpUser, constant, constant_pacing, events, task

from tests.by_hand.kill_people import form_with

PLAN = json.loads(Path(os.environ["DAY_PLAN"]).read_text())
BOARD_EVERY = 5  # seconds
LOOK_EVERY = 3
LEAST, STEPS = 1200, 800  # hundredths of a credit, and how many above it a clerk types
SAVES, JOBS = [], []
REASONS = defaultdict(Counter)
BEGAN = time.monotonic()


class Person(HttpUser):
    """With a session that is signed in already. Locust starts as many of a class as `people` has;
    each is another one of them.
    """

    abstract = True
    people = []

    def on_start(self):
        self.own = self.people[next(self.turns)]
        self.client.cookies.set(PLAN["cookie"], self.own["session"])
        self.chance = random.Random(self.own["name"])

    def opens(self, path, name):
        """The page; one that leads elsewhere, as to the sign-in page, has failed."""
        with self.client.get(path, name=name, catch_response=True) as answer:
            if answer.ok and urlsplit(answer.url).path != urlsplit(path).path:
                answer.failure("led elsewhere")
            return answer.text or ""

    def sends(self, path, values, name, **options):
        """Where the answer leads, empty where it keeps the person on the page, None where there was
        no answer.
        """
        answer = self.client.post(
            path,
            values,
            name=name,
            headers={"Referer": PLAN["at"] + path},
            allow_redirects=False,
            **options,
        )
        return answer.headers.get("Location", "") if answer.status_code else None


class Clerk(Person):
    """One page after another at the pace of the plan; a save changes the credits of the record that
    was opened last.
    """

    people, turns = PLAN["clerks"], count()
    fixed_count = len(people)
    path, form, sent = "", {}, ""
    clicked = 0.0

    def on_start(self):
        super().on_start()
        time.sleep(self.wait_time())

    def wait_time(self):
        """People are no metronome. One that clicks every five seconds would, once all of them had
        waited for the same slow moment, click in the same instant as the others from then on. Nobody
        here clicks more often or more seldom for it: the pace is that of the plan on average.
        """
        now = time.monotonic()
        pause = self.chance.uniform(0, 2 * PLAN["pace"])
        self.clicked = max((self.clicked or now) + pause, now)
        return self.clicked - now

    @property
    def top(self):
        return f"/districts/{self.own['district']}/{PLAN['year']}"

    @task(3)
    def search(self):
        term = self.chance.choice(("an", "er", "mar", "s", "lo"))
        self.opens(f"{self.top}/cte-concentrator/?term={term}", "search")

    @task(3)
    def record(self):
        student, pathway, self.sent = self.chance.choice(self.own["records"])
        self.path = f"{self.top}/cte-concentrator/{student}/{pathway}/"
        self.form = form_with(self.opens(self.path, "record"), "in_district_credits")

    @task(3)
    def save(self):
        if not self.form:
            return self.record()
        student, pathway = self.path.strip("/").split("/")[-2:]
        typed, self.form = {**self.form, "then": "stay"}, {}
        typed["in_district_credits"] = self.another(typed["in_district_credits"])
        save = {
            "by": self.own["name"],
            "student": int(student),
            "pathway": int(pathway),
            "seen": int(typed["version"]),
            "credits": typed["in_district_credits"],
            "outcome": "unanswered",
        }
        SAVES.append(save)
        leads = self.sends(self.path, typed, "save")
        if leads is not None:
            save["outcome"] = "accepted" if "cte-concentrator" in leads else "refused"

    def another(self, before):
        """Credits that differ from those that stand, and that nobody else gives: no other clerk, nor
        the district's file, which may hold what a clerk of an earlier day typed.
        """
        own = range(LEAST + self.own["number"], LEAST + STEPS, self.own["apart"])
        taken = before, self.sent
        return self.chance.choice(
            [typed for at in own if (typed := f"{at / 100:.2f}") not in taken]
        )

    @task(1)
    def worklist(self):
        self.opens(f"{self.top}/roster-worklist/", "worklist")

    @task(1)
    def findings(self):
        self.opens(f"{self.top}/findings/", "findings")

    @task(1)
    def queue(self):
        self.opens(f"{self.top}/batches/", "queue")


if PLAN["saving"]:
    Clerk.tasks = [Clerk.save]  # set from outside: Locust adds to it what is marked as a task


class District(Person):
    """Uploads its file at some moment of the window, waits for the end, and resyncs."""

    abstract = not PLAN["districts"]
    people, turns = PLAN["districts"], count()
    fixed_count = len(people)
    wait_time = constant(1)
    begun = False

    def on_start(self):
        super().on_start()
        self.starts = BEGAN + self.chance.random() * PLAN["window"]

    @task
    def work(self):
        if self.begun or time.monotonic() < self.starts:
            return
        self.begun = True
        job = {"district": self.own["district"], "batches": [], "ended": None}
        JOBS.append(job)
        top = f"/districts/{self.own['district']}/{PLAN['year']}"
        content = Path(self.own["file"]).read_bytes()
        upload = {"type": "cte-eoy", "work": "upload", "rows": "good"}
        job["batches"] += self.submits(
            f"{top}/mt-data-upload/", upload, "upload", files={"file": ("eoy.tsv", content)}
        )
        job["batches"] += self.submits(f"{top}/resync/", {"everything": "on"}, "resync")
        job["ended"] = time.monotonic() - BEGAN
        if len(JOBS) == len(self.people) and all(each["ended"] for each in JOBS):
            left = BEGAN + PLAN["window"] - time.monotonic()
            gevent.spawn_later(max(0, left), self.environment.runner.quit)

    def submits(self, path, values, name, **options):
        """The key of the batch, when it has ended; none where the page kept the person."""
        form = form_with(self.opens(path, f"{name} page"), "key")
        sent = {**form, **values, "key": str(uuid.uuid4())}
        leads = self.sends(path, sent, name, **options)
        batch = re.search(r"/batches/([0-9a-f-]{36})/", leads or "")
        while batch and 'hx-trigger="every' in self.opens(leads, "running batch"):
            time.sleep(LOOK_EVERY)
        return [batch[1]] if batch else []


class Opi(Person):
    people, turns = PLAN["opi"], count()
    fixed_count = len(people)
    wait_time = constant_pacing(BOARD_EVERY)

    @task
    def board(self):
        self.opens(PLAN["board"], "board")


@events.request.add_listener
def keep_reason(name, exception, **_):
    if exception:
        REASONS[name][str(exception)[:80]] += 1


@events.quitting.add_listener
def write_report(environment, **_):
    stats = environment.stats
    pages = {
        entry.name: {
            "requests": entry.num_requests,
            "failures": entry.num_failures,
            "reasons": dict(REASONS[entry.name]),
            "p50": entry.get_response_time_percentile(0.5),
            "p95": entry.get_response_time_percentile(0.95),
        }
        for entry in stats.entries.values()
    }
    everything = {
        "rate": stats.total.total_rps,
        "p95": stats.total.get_response_time_percentile(0.95),
    }
    Path(os.environ["DAY_REPORT"]).write_text(
        json.dumps({"pages": pages, "everything": everything, "saves": SAVES, "jobs": JOBS})
    )
