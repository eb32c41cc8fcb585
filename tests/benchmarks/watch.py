"""What watching costs; by hand: `python3 manage.py shell < tests/benchmarks/watch.py`, on a
scratch portal with `demo`.

`health/live` beside a static file; `health/ready` and `/metrics` beside the empty layout (CTE Lingo
for a signed-in person who has opened no district); and each page of a district with the log of what
is read and the counts of pages beside the same page without both. Medians of RUNS (40) of the
processor's time that this process takes, asked by turns, each as a ratio. To a page that is noted
belongs its part of the writing, which a thread does later. Whoever signs in is made for the run and
rolled back.
"""

import os
import statistics
import time
from unittest import mock

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.templatetags.static import static
from django.test import Client, override_settings
from django.urls import reverse

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import Membership, Role, User
from cte_portal.editions import Scope
from pathways.models import District, Participation, SchoolYear

LIMITS = {"live": 1, "ready": 2, "page": 1.05}
PAGES = ("district-home", "cte-student", "cte-record", "findings", "batch-queue")
FILE = "css/portal.css"
COUNTS = "cte_portal.watch.outside.pages.PageMetricsMiddleware"
TOGETHER = 20  # lines
runs = int(os.environ.get("RUNS", "40"))
year = SchoolYear.objects.active().end_year
host = settings.ALLOWED_HOSTS[0].lstrip(".")


def signed_in(name, *roles):
    person = User.objects.create(username=name, email=f"{name}@example.org")
    Membership.objects.bulk_create(
        Membership(user=person, role=role, district=district) for role, district in roles
    )
    client = Client(HTTP_HOST=host)
    client.force_login(person)
    return client


def spent(ask):
    started = time.process_time()
    answer = ask()
    answer.getvalue()
    took = time.process_time() - started
    assert answer.status_code == 200, answer.status_code
    return took


def beside(*asks):
    """The median of each, asked by turns after a first round that warms what a process keeps."""
    rounds = [[spent(ask) for ask in asks] for _ in range(runs + 1)][1:]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def static_file():
    """As the web server sends one: whitenoise stands before everything that knows a person."""
    return Client(HTTP_HOST=host).get(f"{settings.STATIC_URL}{FILE}")


def asks_of(client, address, *, watched):
    """A request of that page, noted as if for the first time that day, or neither noted nor
    counted."""
    middleware = [name for name in settings.MIDDLEWARE if watched or name != COUNTS]
    with override_settings(MIDDLEWARE=middleware):
        client.handler.load_middleware()

    def ask():
        VIEW_LOG.forget()
        if watched:
            return client.get(address)
        with mock.patch.object(VIEW_LOG, "note"):
            return client.get(address)

    return ask


def writing(person, scope):
    """Of one line, where TOGETHER are written, as a thread does every five seconds."""
    VIEW_LOG.forget()
    for student in range(TOGETHER):
        VIEW_LOG.note(person, scope, "cte-student", student)
    started = time.process_time()
    assert VIEW_LOG.write() == TOGETHER
    return (time.process_time() - started) / TOGETHER


def addresses(number):
    """(page, address) of each page that the district has a row for."""
    record = Participation.objects.filter(student__district=number).order_by("pk").first()
    rows = {
        "cte-student": record and [record.student_id],
        "cte-record": record and [record.student_id, record.pathway_id],
    }
    for page in PAGES:
        if (more := rows.get(page, [])) is not None:
            yield page, reverse(page, args=[number, year, *more])


def print_ratio(name, took, base, limit):
    print(f"  {name:16} × {took / base:6.3f}  (limit {limit})", flush=True)


with transaction.atomic(), override_settings(METRICS_TOKEN="x" * 32, VIEWS_WRITTEN_EVERY=0):
    number = District.objects.annotate(size=Count("students")).order_by("-size").first().number
    people = [signed_in(f"bench-{n}", (Role.DATA_CLERK, number)) for n in range(2)]
    outside = Client(HTTP_HOST=host)
    nobody = signed_in("bench-empty")
    token = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    empty, live, file, ready, metrics = beside(
        lambda: nobody.get(reverse("cte-lingo")),
        lambda: outside.get("/health/live"),
        lambda: outside.get(static(FILE)),
        lambda: outside.get("/health/ready"),
        lambda: outside.get("/metrics", headers=token),
    )
    print(f"empty layout {empty * 1000:.2f} ms, a static file {file * 1000:.2f} ms; {runs} runs")
    print_ratio("live", live, file, LIMITS["live"])
    print_ratio("ready", ready, empty, LIMITS["ready"])
    print_ratio("metrics", metrics, empty, LIMITS["ready"])
    person = User.objects.get(username="bench-0")
    line = statistics.median(writing(person, Scope(number, year)) for _ in range(runs))
    print(f"district {number}; a line of what was read {line * 1000:.3f} ms")
    for page, address in addresses(number):
        plain, watched = beside(
            asks_of(people[0], address, watched=False), asks_of(people[1], address, watched=True)
        )
        print_ratio(page, watched + line, plain, LIMITS["page"])
    VIEW_LOG.forget()
    transaction.set_rollback(True)
