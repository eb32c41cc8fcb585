"""Every page of a district beside the empty layout; by hand: `python3 manage.py shell <
tests/benchmarks/pages.py`, on a scratch portal with `demo`, or with `demo --districts 400
--students 150000` for a state.

The empty layout is CTE Lingo for a signed-in person who has opened no district. Medians of RUNS (5)
of the processor's time that this process and its sessions with PostgreSQL take, so that others on
the machine count little, after WARM (1) requests that are not counted. Each is a ratio to the empty
layout, which is asked for in turn with the page, as a machine is not as quick in one minute as in
the next; for each of DISTRICTS (the largest and the middle one). Whoever signs in is
made for the run and rolled back with all that the pages wrote. A page whose address needs a row
gets the district's first one; one without such a row is left out. A search, saves and a mark are
sent. The saves follow each other as a clerk's do, and none is rolled back before the end of the
run: psycopg forgets all that is prepared when it sees a rollback, which a clerk's save never ends
with. A mark, which is undone after each time, comes last for that. OPI's status board shows all
districts. With REDIS_URL the cache is what production has; without, it is files. As in a web
process, garbage is looked for without what was loaded at the start.

With ALONE, the addresses of two databases in which the last of DISTRICTS is by itself (alone.py
makes them of copies; a batch that came since would count as the others' doing), a second ratio is
that of its page among all others to the same page alone. Another process stands by with those
databases and a cache of its own (database 15 of the same Redis), and each page is asked for in
turn, there and here, PAIRS (15) times; the ratio is the median of the pairs', as whatever else the
machine does falls on both of a pair.

With SIGN_ON=1 each page is asked for in turn without an identity provider, by who came by password,
and with one, by who signed on there; the ratio of the two stands in the place of that to the empty
layout.
"""

import gc
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from certification.models import CertificationEvent
from cte_portal.accounts.models import Membership, Role, SignOnDuty, User
from cte_portal.accounts.sign_in.sign_on.mark import MARK
from pathways.models import District, Participation, SchoolYear
from tests.benchmarks.processor import spent_here

LIMITS = {
    "cte-record": 3,
    "search": 4,
    "save": 4,
    "search-sent": 4,
    "mark": 5,
    "district-home": 5,
    "roster-worklist": 5,
    "findings": 5,
    "data-validation-reports": 5,
    "resync": 5,
    "event-certification": 5,
    "batch-queue": 5,
    "status-board": 6,
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
OF_OPI = (
    "status-board",
    "validation-of-all",
    "resync-all",
    "statewide-queue",
    "record-changes",
    "shared-students",
    "student-files",
    "district-archives",
    "reminders",
    "recertification-inbox",
    "follow-up-requests",
    "certification-events",
    "portal-health",
    "audit",
)
runs = int(os.environ.get("RUNS", "5"))
pairs = int(os.environ.get("PAIRS", "15"))
warm = int(os.environ.get("WARM", "1"))
year = SchoolYear.objects.active().end_year


def chosen_districts():
    if "DISTRICTS" in os.environ:
        return os.environ["DISTRICTS"].split(",")
    by_size = District.objects.annotate(size=Count("students")).order_by("-size")
    numbers = list(by_size.values_list("number", flat=True))
    return list(dict.fromkeys((numbers[0], numbers[len(numbers) // 2])))


def signed_in(name, *roles):
    name = f"{name}-{os.getpid()}"  # two runs on one portal do not wait for each other
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


def sent(client, number):
    """(name, address, fields, whether it is undone each time) of what a clerk sends all day, as far
    as the district has rows for it. `fields` is a function of how many were sent before.
    """
    search = {"term": "an"}
    yield "search-sent", reverse("cte-concentrator", args=[number, year]), lambda at: search, False
    records = Participation.objects.filter(student__district=number, total_credits__lt=20)
    if record := records.order_by("pk").first():
        keys = [number, year, record.student_id, record.pathway_id]
        yield "save", reverse("cte-record", args=keys), typed_into(record), False
    worklist = reverse("roster-worklist", args=[number, year])
    if line := re.search(r'name="chosen" value="([^"]+)"', client.get(worklist).content.decode()):
        yield "mark", worklist, lambda at: {"chosen": line[1], "do": "later"}, True


def typed_into(record):
    """One save after the other: a credit more, and the credit taken back."""
    credits = record.in_district_credits

    def fields(at):
        record.refresh_from_db()
        return {
            "concentrator": "Yes" if record.concentrator else "No",
            "single_parent": "Yes" if record.single_parent else "No",
            "start_date": f"{record.start_date:%m/%d/%Y}",
            "in_district_credits": f"{credits + (at + 1) % 2:.2f}",
            "out_of_district_credits": f"{record.out_of_district_credits:.2f}",
            "dual_enrollment_credits": f"{record.dual_enrollment_credits:.2f}",
            "work_based_learning_credits": f"{record.work_based_learning_credits:.2f}",
            "version": record.version,
            "then": "stay",
        }

    return fields


def once(client, address, fields=None, at=0, is_undone=False):
    """Seconds of one request. What is sent leads to another page."""
    form = fields and fields(at)
    with transaction.atomic():
        started = spent_here()
        answer = client.get(address) if form is None else client.post(address, form)
        took = spent_here() - started
        transaction.set_rollback(is_undone)
    expected = 200 if form is None else 302
    assert answer.status_code == expected, (address, answer.status_code)
    return took


def beside_empty(client, address, fields=None, is_undone=False):
    """How much a request costs for one of the empty layout that costs 1, after requests that warm
    what a process keeps.
    """
    layouts, pages = [], []
    for at in range(warm + runs):
        layouts.append(once(*empty))
        pages.append(once(client, address, fields, at, is_undone))
    return statistics.median(pages[warm:]) / statistics.median(layouts[warm:])


def beside(by_password, signed_on, address, fields=None, is_undone=False):
    """How much a request costs with an identity provider, for one that costs 1 without."""
    times = {"": [], "https://login.example.gov": []}
    for at in range(warm + runs):
        for turn, (issuer, client) in enumerate(zip(times, (by_password, signed_on), strict=True)):
            with override_settings(OIDC_ISSUER=issuer):
                times[issuer].append(once(client, address, fields, 2 * at + turn, is_undone))
    without, with_it = (statistics.median(durations[warm:]) for durations in times.values())
    return with_it / without


def as_signed_on(by_password):
    """The same person in a session that began at the provider."""
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0].lstrip("."))
    person = User.objects.get(pk=by_password.session["_auth_user_id"])
    client.force_login(person)
    session = client.session
    session[MARK] = {"user": person.pk, "strong": True, "session": "", "token": "", "said": {}}
    session.save()
    return client


def every_page(client, number):
    """(page, request) of each, as they come; a request is what `once` takes."""
    for page, address in list(addresses(client, number)):
        yield page, (address,)
    for page, address, fields, is_undone in list(sent(client, number)):
        yield page, (address, fields, is_undone)


class Alone:
    """The other process: told a page in a line, it asks for it once and says how many seconds that
    took.
    """

    def __init__(self, number):
        district, state = os.environ["ALONE"].split()
        self.folder = tempfile.mkdtemp()
        own = {"DATABASE_URL": district, "STATE_DATABASE_URL": state, "VAR_DIR": self.folder}
        if redis := os.environ.get("REDIS_URL"):
            own["REDIS_URL"] = f"{redis.rpartition('/')[0]}/15"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", CODE],
            env={**os.environ, **own, "DISTRICTS": number, "IS_ALONE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, page):
        print(page, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.folder)


CODE = "exec(compile(open('tests/benchmarks/pages.py').read(), 'pages.py', 'exec'), globals())"


def answer(number):
    """What the other process does until its input ends."""
    client = signed_in(f"bench-{number}", (Role.DATA_CLERK, number))
    requests, times = dict(every_page(client, number)), Counter()
    for line in sys.stdin:
        page = line.strip()
        print(json.dumps(next_seconds(client, requests, page, times)), flush=True)


def next_seconds(client, requests, page, times):
    """Of a page's next request; None where the district has no row for the page."""
    if page not in requests:
        return None
    address, fields, is_undone = (*requests[page], None, False)[:3]
    times[page] += 1
    return once(client, address, fields, times[page], is_undone)


def beside_alone(client, requests, page, times, alone):
    """How much the page costs among all others for one that costs 1 alone, None where it is not
    there.
    """
    ratios = []
    for at in range(warm + pairs):
        there, here = alone.seconds(page), next_seconds(client, requests, page, times)
        if there is None:
            return None
        if at >= warm:
            ratios.append(here / there)
    return statistics.median(ratios)


def print_ratio(page, ratio, among=None):
    limit = f"  (limit {LIMITS[page]})" if page in LIMITS else ""
    alone = f"  alone × {among:.2f} (limit 1.15)" if among else ""
    print(f"  {page:24} × {ratio:6.1f}{limit}{alone}", flush=True)


gc.collect()
gc.freeze()
districts = chosen_districts()
with transaction.atomic():
    if os.environ.get("IS_ALONE"):
        answer(districts[0])
        districts = []
    else:
        empty = signed_in("bench-empty"), reverse("cte-lingo")
        took = statistics.median([once(*empty) for _ in range(warm + runs)][warm:])
        print(f"empty layout {took * 1000:.1f} ms, medians of {runs}")
    for number in districts:
        clerk = signed_in(f"bench-{number}", (Role.DATA_CLERK, number))
        students = District.objects.get(pk=number).students.count()
        print(f"district {number}, {students:,} students")
        if os.environ.get("SIGN_ON"):
            SignOnDuty.objects.create(district=number, since=timezone.now())
            pages = [(*page, None, False) for page in addresses(clerk, number)]
            for page, *request in [*pages, *sent(clerk, number)]:
                ratio = beside(clerk, as_signed_on(clerk), *request)
                print(f"  {page:24} × {ratio:6.3f} with an identity provider", flush=True)
            continue
        requests, times = dict(every_page(clerk, number)), Counter()
        alone = Alone(number) if "ALONE" in os.environ and number == districts[-1] else None
        for page, request in requests.items():
            among = alone and beside_alone(clerk, requests, page, times, alone)
            print_ratio(page, beside_empty(clerk, *request), among)
        if alone:
            alone.end()
    if districts and not os.environ.get("SIGN_ON"):
        staff = signed_in("bench-opi", (Role.OPI_STAFF, ""))
        print(f"OPI, {District.objects.count():,} districts")
        for page in OF_OPI:
            print_ratio(page, beside_empty(staff, reverse(page)))
    transaction.set_rollback(True)
