"""A list of LEAVERS (2,000) leavers drawn beside SQL by hand, and the pages of its calls beside the
empty layout; by hand: `python3 manage.py shell < tests/benchmarks/follow_up.py`, on a scratch
portal on PostgreSQL that is empty or has `demo`.

The district has four students enrolled for each leaver, and the leavers' records are sealed. By
hand are two statements in one transaction, for lines and for their pathways, that ask the same of
enrollments and sealed copy and write the same rows; neither table has a history or a trigger. What
the portal does besides (locks, where everything stands, whom it concerns, lines that come and go)
is in its time. The list is drawn by turns and undone, in means of RUNS (5) by the processor's time
of this process and of its server (processor.py), whose clock ticks too coarsely for one. The pages
are medians of the processor's time that this process takes; the empty layout is CTE Lingo.
"""

import datetime
import os
import statistics
import time

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certification.collections.figures import counts_of
from certification.models import CertificationEvent, Round, SealedCopy, SealedRecord
from cte_portal.accounts.models import Membership, Role, User
from cte_portal.editions import Scope
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.drawing import follow_up_list
from pathways.lists import standard
from pathways.models import (
    Calendar,
    District,
    Enrollment,
    FollowUpEntry,
    FollowUpPathway,
    FollowUpYear,
    Pathway,
    School,
    SchoolYear,
    Student,
)
from tests.benchmarks.processor import spent

DRAW_LIMIT = 1.5
PAGE_LIMITS = {"follow-up-line": 4, "follow-up-entry": 8}
PAGES = ("follow-up", "follow-up-list", "follow-up-entry")
number = "9996"
leavers = int(os.environ.get("LEAVERS", "2000"))
runs = int(os.environ.get("RUNS", "5"))
today, now = timezone.localdate(), timezone.now()
standard.load()
year = SchoolYear.objects.get(pk=SchoolYear.objects.active().end_year - 1)
scope = Scope(number, year.pk)


def a_district():
    """Of four students one graduated or dropped out, and was a concentrator."""
    district = District.objects.create(number=number, name="Benchmark")
    school = School.objects.create(district=district, number="0001", name="Benchmark High School")
    calendar = Calendar.objects.create(school=school, school_year=year, number="001")
    students = Student.objects.bulk_create(
        Student(
            district=district,
            state_id=f"{400000000 + at}",
            last_name=f"Bench{at:05d}",
            first_name="Ann",
            birth_date=datetime.date(2006, 1, 2),
            gender="F",
        )
        for at in range(leavers * 4)
    )
    Enrollment.objects.bulk_create(
        Enrollment(
            student=student,
            calendar=calendar,
            service_type="P",
            grade="12" if at % 4 == 0 else "10",
            start_date=year.starts,
            end_date=None if at % 4 else datetime.date(year.pk, 5, 25),
            end_status="" if at % 4 else "300" if at % 40 == 0 else "400",
        )
        for at, student in enumerate(students)
    )
    return students[::4]


def sealed(students):
    """The year's official copy: of the leavers, every tenth in two pathways."""
    event = CertificationEvent.objects.filter(collection="cte-eoy", end_year=year.pk).first()
    event = event or CertificationEvent.objects.create(
        name="Benchmark",
        collection="cte-eoy",
        end_year=year.pk,
        review_opens=today,
        certification_opens=today,
        due=today,
        corrections_until=today,
        status="published",
        published_at=now,
    )
    of_event = Round.objects.create(
        event=event, district=number, number=1, opened_at=now, opened_by="BENCH, MARK"
    )
    copy = SealedCopy.objects.create(
        round=of_event,
        receipt=f"{number}-{year.pk}-EOY-1",
        event_name=event.name,
        district_name="Benchmark",
        digest="3f7a" * 16,
        form_version=1,
        sealed_at=now,
        generation=1,
        sent_at=now,
        counts=counts_of([]),
        rules=[],
        rules_hash="3f7a" * 16,
        explanations=[],
        findings=[],
        statements=[],
    )
    first, second = Pathway.objects.order_by("code")[:2]
    SealedRecord.objects.bulk_create(
        SealedRecord(
            copy=copy,
            state_id=student.state_id,
            last_name=student.last_name,
            first_name=student.first_name,
            birth_date=student.birth_date,
            gender=student.gender,
            grade="12",
            school_number="0001",
            school_name="Benchmark High School",
            pathway_code=pathway.code,
            pathway_name=pathway.name,
            concentrator=True,
            single_parent=False,
            start_date=year.starts,
            in_district_credits="2.00",
            out_of_district_credits="0.00",
            total_credits="2.00",
            dual_enrollment_credits="0.00",
            work_based_learning_credits="0.00",
            modified_date=today,
            modified_by="BENCH, MARK",
            modified_end_year=year.pk,
        )
        for at, student in enumerate(students)
        for pathway in ((first, second) if at % 10 == 0 else (first,))
    )
    of_event.status, of_event.sealed_at = Round.Status.SEALED, now
    of_event.save()
    return copy


LINES = """
INSERT INTO pathways_followupentry (student_id, end_year, school_id, exit, exit_date, end_status, receipt, reason, since,
    left_reason, counted_elsewhere, caller)
SELECT d.student_id, %(year)s, d.school_id, d.family, d.end_date, d.end_status, %(receipt)s,
    CASE d.family WHEN 'graduate' THEN 'Graduated on ' ELSE 'Dropped out on ' END || to_char(d.end_date, 'MM/DD/YYYY'),
    now(), '', FALSE, ''
FROM (
    SELECT e.*, c.school_id, s.state_id, es.family, row_number() OVER (PARTITION BY e.student_id ORDER BY
        CASE WHEN e.service_type = 'P' THEN 0 WHEN e.end_date IS NOT NULL THEN 1 ELSE 2 END,
        e.end_date DESC NULLS FIRST, e.start_date DESC, e.id DESC) AS turn
    FROM pathways_enrollment e JOIN pathways_calendar c ON c.id = e.calendar_id
    JOIN pathways_student s ON s.id = e.student_id
    LEFT JOIN pathways_endstatus es ON es.code = e.end_status
    WHERE s.district_id = %(district)s AND c.end_year = %(year)s AND e.service_type IN ('P', 'S', 'N')
    AND (e.end_date IS NULL OR e.end_date >= %(starts)s)
) d
WHERE d.turn = 1 AND d.end_date BETWEEN %(starts)s AND %(ends)s AND d.family IN ('graduate', 'dropout')
AND EXISTS (SELECT 1 FROM certification_sealedrecord r
    WHERE r.copy_id = %(copy)s AND r.concentrator AND r.state_id = d.state_id)
AND (d.family = 'graduate' OR NOT EXISTS (
    SELECT 1 FROM pathways_enrollment e JOIN pathways_calendar c ON c.id = e.calendar_id
    JOIN pathways_schoolyear y ON y.end_year = c.end_year
    WHERE e.student_id = d.student_id AND c.end_year > %(year)s AND e.service_type IN ('P', 'S', 'N')
    AND e.start_date > d.end_date AND e.start_date <= %(refreshed)s
    AND (e.end_date IS NULL OR e.end_date >= y.starts)))
"""
PATHWAYS = """
INSERT INTO pathways_followuppathway (entry_id, code, name)
SELECT f.id, r.pathway_code, r.pathway_name
FROM pathways_followupentry f JOIN pathways_student s ON s.id = f.student_id
JOIN certification_sealedrecord r ON r.state_id = s.state_id
WHERE r.copy_id = %(copy)s AND r.concentrator AND s.district_id = %(district)s AND f.end_year = %(year)s
"""


def by_hand(copy):
    with connection.cursor() as cursor:
        values = {
            "year": year.pk,
            "district": number,
            "starts": year.starts,
            "ends": datetime.date(year.pk, 6, 30),
            "refreshed": today,
            "receipt": copy.receipt,
            "copy": copy.pk,
        }
        cursor.execute(LINES, values)
        cursor.execute(PATHWAYS, values)


def rolled_back(act):
    """Processor seconds of drawing the list in a portal that has none; every leaver is on it then."""
    with transaction.atomic():
        started = spent()
        act()
        seconds = spent() - started
        assert FollowUpEntry.objects.in_scope(scope).on_list().count() == leavers
        named = FollowUpPathway.objects.filter(
            entry__end_year=year.pk, entry__student__district=number
        )
        assert named.count() == leavers + -(-leavers // 10)
        transaction.set_rollback(True)
    return seconds


def read(client, address):
    """The median of the processor's time, after a first request that warms what a process keeps."""
    times = []
    for _ in range(runs + 1):
        started = time.process_time()
        answer = client.get(address)
        times.append(time.process_time() - started)
        assert answer.status_code == 200, (address, answer.status_code)
    return statistics.median(times[1:])


def call_pages():
    """The list of calls and one student's page, after three attempts on each of a few."""
    person = User.objects.create(username="bench-calls", email="bench-calls@example.org")
    Membership.objects.create(user=person, role=Role.DATA_CLERK, district=number)
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0].lstrip("."))
    client.force_login(person)
    lines = list(FollowUpEntry.objects.in_scope(scope).order_by("pk").values_list("pk", flat=True))
    for entry in lines[:20]:
        for means in ("phone", "text", "email"):
            attempt = Try(today, means, note="Voice mail")
            attempts.record(scope, entry, attempt, by="BENCH, MARK", by_id=person.pk)
    yield "empty layout", read(client, reverse("cte-lingo"))
    yield (
        "follow-up-line",
        read(client, reverse("follow-up-line", args=[number, year.pk, lines[0]])),
    )
    for name in PAGES:
        yield name, read(client, reverse(name, args=[number, year.pk]))


with transaction.atomic():
    FollowUpYear.objects.update_or_create(
        pk=year.pk,
        defaults={
            "opens": today - datetime.timedelta(days=14),
            "refreshed_until": today,
            "closes": today + datetime.timedelta(days=14),
        },
    )
    copy = sealed(a_district())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself where rows stay
    hand, own = [], []
    for _ in range(runs + 1):
        hand.append(rolled_back(lambda: by_hand(copy)))
        own.append(rolled_back(lambda: follow_up_list(scope)))
    by_us, theirs = statistics.mean(own[1:]), statistics.mean(hand[1:])
    print(f"list of {leavers:,} leavers drawn: by hand {theirs * 1000:.0f} ms", end="")
    print(f", portal {by_us * 1000:.0f} ms", end="")
    print(f", × {by_us / max(theirs, 0.001):.2f} (limit {DRAW_LIMIT})")
    follow_up_list(scope)
    (_, empty), *pages = call_pages()
    print(f"empty layout {empty * 1000:.1f} ms, medians of {runs}")
    for name, took in pages:
        limit = f"  (limit {PAGE_LIMITS[name]})" if name in PAGE_LIMITS else ""
        print(f"  {name:16} × {took / empty:5.1f}{limit}")
    transaction.set_rollback(True)
