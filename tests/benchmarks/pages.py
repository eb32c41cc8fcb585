"""Every page of a district beside the empty layout; by hand: `python3 manage.py shell <
tests/benchmarks/pages.py`, on a scratch portal with `demo`, or with `demo --districts 400
--students 150000` for a state.

The empty layout is CTE Lingo for a signed-in person who has opened no district. Medians of RUNS (5),
each a ratio to it in the same run, for each of DISTRICTS (the largest and the middle one). Whoever
signs in is made for the run and rolled back with all that the pages wrote. A page whose address
needs a row gets the district's first one; one without such a row is left out.
"""

import os
import statistics
import time

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from certification.models import CertificationEvent
from cte_portal.accounts.models import Membership, Role, User
from pathways.models import District, Participation, SchoolYear

LIMITS = {
    "cte-record": 3,
    "search": 4,
    "district-home": 5,
    "roster-worklist": 5,
    "findings": 5,
    "data-validation-reports": 5,
    "resync": 5,
    "event-certification": 5,
    "batch-queue": 5,
}
PAGES = (
    "district-home",
    "cte-concentrator",
    "cte-student",
    "cte-record",
    "roster-worklist",
    "roster-data",
    "findings",
    "data-validation-reports",
    "validation-groups",
    "mt-data-upload",
    "mt-extracts",
    "batch-queue",
    "resync",
    "district-and-state",
    "type-membership-setup",
    "event-dashboard",
    "event-certification",
)
runs = int(os.environ.get("RUNS", "5"))
year = SchoolYear.objects.active().end_year


def chosen_districts():
    if "DISTRICTS" in os.environ:
        return os.environ["DISTRICTS"].split(",")
    by_size = District.objects.annotate(size=Count("students")).order_by("-size")
    numbers = list(by_size.values_list("number", flat=True))
    return list(dict.fromkeys((numbers[0], numbers[len(numbers) // 2])))


def signed_in(name, *roles):
    person = User.objects.create(username=name, email=f"{name}@example.org")
    Membership.objects.bulk_create(
        Membership(user=person, role=role, district=district) for role, district in roles
    )
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0].lstrip("."))
    client.force_login(person)
    return client


def addresses(client, number):
    """(page, address) of each page that the district has a row for, and of a search for "an"."""
    record = Participation.objects.filter(student__district=number).order_by("pk").first()
    event = CertificationEvent.objects.seen_by_districts().of_year(year).first()
    rows = {
        "cte-student": record and [record.student_id],
        "cte-record": record and [record.student_id, record.pathway_id],
        "event-certification": event and [event.pk],
    }
    for page in PAGES:
        if (more := rows.get(page, [])) is not None:
            yield page, reverse(page, args=[number, year, *more])
    searched = client.post(reverse("cte-concentrator", args=[number, year]), {"term": "an"})
    yield "search", searched["Location"]


def seconds(client, address):
    """The median, after a first request that warms what a process keeps."""
    times = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        answer = client.get(address)
        times.append(time.perf_counter() - started)
        assert answer.status_code == 200, (address, answer.status_code)
    return statistics.median(times[1:])


with transaction.atomic():
    empty = seconds(signed_in("bench-empty"), reverse("cte-lingo"))
    print(f"empty layout {empty * 1000:.1f} ms, medians of {runs}")
    for number in chosen_districts():
        clerk = signed_in(f"bench-{number}", (Role.DATA_CLERK, number))
        students = District.objects.get(pk=number).students.count()
        print(f"district {number}, {students:,} students")
        for page, address in list(addresses(clerk, number)):
            limit = f"  (limit {LIMITS[page]})" if page in LIMITS else ""
            print(f"  {page:24} × {seconds(clerk, address) / empty:6.1f}{limit}", flush=True)
    transaction.set_rollback(True)
