"""CTE Roster Entry with ROWS (200) rows beside the empty layout, and its save beside the ledger's
own time; by hand: `python3 manage.py shell < tests/benchmarks/grid.py`, on a scratch portal with
`demo`.

The empty layout is CTE Lingo for a signed-in person. The processor's time of this process and of
its session with PostgreSQL, the shortest of RUNS (9): whatever else the machine does only adds to
one. Typing is measured by grid_typing.py. A save changes every row of the page; the ledger's own
time is staging, judging and applying the same rows. Everybody and everything is made for the run
and rolled back.
"""

import datetime
import os
import uuid
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.editions import Scope
from pathways.ledger.shape import Row
from pathways.models import (
    Approval,
    Calendar,
    Change,
    Course,
    District,
    Enrollment,
    Participation,
    Pathway,
    Roster,
    School,
    SchoolYear,
    Section,
    Student,
)
from pathways.records import entry
from pathways.roster.grid.rows import rows_of
from pathways.roster.grid.typed import COLUMNS
from pathways.roster.worklist.worklist import Worklist
from tests.benchmarks.processor import spent_here

PAGE_LIMIT, SAVE_LIMIT = 8, 1.5
number = "9998"
rows = int(os.environ.get("ROWS", "200"))
runs = int(os.environ.get("RUNS", "9"))
year = SchoolYear.objects.active()


def a_class():
    """The section in which so many students sit, each of them with a record."""
    district = District.objects.create(number=number, name="Benchmark")
    school = School.objects.create(district=district, number="0001", name="Benchmark High School")
    calendar = Calendar.objects.create(school=school, school_year=year, number="001")
    pathway = Pathway.objects.in_scope(scope).first()
    Approval.objects.create(district=district, pathway=pathway, school_year=year)
    students = Student.objects.bulk_create(
        Student(
            district=district,
            state_id=f"{998000000 + at}",
            last_name=f"Bench{at:04d}",
            first_name="Ann",
            birth_date=datetime.date(2007, 1, 2),
            gender="F",
        )
        for at in range(rows)
    )
    starts = year.starts
    enrollments = Enrollment.objects.bulk_create(
        Enrollment(
            student=student, calendar=calendar, service_type="P", grade="12", start_date=starts
        )
        for student in students
    )
    course = Course.objects.create(
        school=school, number="1", name="Course", pathway=pathway, credits=Decimal("0.50")
    )
    section = Section.objects.create(course=course, calendar=calendar, number="1")
    Roster.objects.bulk_create(
        Roster(section=section, enrollment=enrollment) for enrollment in enrollments
    )
    none = Decimal(0)
    typed = [
        Row(student.pk, pathway.pk, False, False, starts, Decimal("0.50"), none, none, none)
        for student in students
    ]
    entry.save_each(scope, typed, by="BENCH, MARK")
    return section, [(student.pk, pathway.pk) for student in students]


def shortest(act):
    """After a first time that warms what a process keeps."""
    times = []
    for at in range(runs + 1):
        started = spent_here()
        act(at)
        times.append(spent_here() - started)
    return min(times[1:])


def packed(amount):
    """What the page sends of each row, changed to this amount, as a browser encodes it."""
    data = []
    for row in rows_of(Worklist(scope).lines(pairs)):
        cells = {**row.texts, COLUMNS[0]: amount}
        data.append("*".join([row.name, row.seen, *(cells[name] for name in COLUMNS)]))
    return urlencode({"row": "\r\n".join(data)}, safe="*")


def read(address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


def save(form):
    kind = "application/x-www-form-urlencoded"
    assert client.post(page, form, content_type=kind).status_code == 302


def write(typed):
    source, batch = Change.Source.GRID, uuid.uuid4()
    saved = entry.save_each(scope, typed, by="BENCH, MARK", source=source, batch=batch)
    assert saved.applied.written == rows


def by_turns(*acts):
    """The shortest of each act on what is made anew each time, which is not counted. They take
    turns: all of them write the same rows in one transaction, which keeps every version of a row,
    so that what is written later costs the server more.
    """
    times = [[] for _ in acts]
    for at in range(runs + 1):
        for place, (make, act) in enumerate(acts):
            made = make(f"1.{len(acts) * at + place:02d}")
            started = spent_here()
            act(made)
            times[place].append(spent_here() - started)
    return [min(of_act[1:]) for of_act in times]


def typed_as(amount):
    records = Participation.objects.filter(student__district=number)
    return [
        Row.of(record, version=record.version, in_district_credits=Decimal(amount))
        for record in records
    ]


with transaction.atomic():
    scope = Scope(number, year.end_year)
    section, pairs = a_class()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself where rows stay
    person = User.objects.create(username="bench-grid", email="bench-grid@example.org")
    Membership.objects.create(user=person, role=Role.DATA_CLERK, district=number)
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0].lstrip("."))
    client.force_login(person)
    page = reverse("cte-roster-entry", args=[number, year.end_year])
    page += f"?section={section.pk}&rows=200"
    empty = shortest(lambda at: read(reverse("cte-lingo")))
    page_time = shortest(lambda at: read(page))
    own, saved = by_turns((typed_as, write), (packed, save))
    print(f"empty layout {empty * 1000:.1f} ms, the shortest of {runs}")
    print(
        f"page of {rows} rows {page_time * 1000:.0f} ms, × {page_time / empty:.1f} (limit {PAGE_LIMIT})"
    )
    print(f"ledger {own * 1000:.0f} ms, save {saved * 1000:.0f} ms", end="")
    print(f", × {saved / own:.2f} (limit {SAVE_LIMIT})")
    transaction.set_rollback(True)
