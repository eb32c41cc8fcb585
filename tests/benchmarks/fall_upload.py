"""A Fall CTE upload of 50,000 rows beside what is possible by hand, and CTE End of Year's of as
many rows in the same run; by hand: `python3 manage.py shell < tests/benchmarks/fall_upload.py`, on
an empty scratch portal on PostgreSQL.

Files with 2 % faulty rows: all answers new, 3 % other than the portal's, nothing changed. Both
uploads stand beside a hand-written side of one definition, L1 of end_of_year.py: every row is
written again, with its history. Only so can one bar hold both: End of Year's bar counts what the
hand does for rows that change nothing, and Fall CTE must come as near to it. The portal overwrites
no answer; a hand that likewise leaves out the rows whose answer stands does less than L1, and is
printed as well (*skipping*).

All are medians of RUNS (5) by processor time (processor.py); ROWS may be given. Each run is undone.
"""

import contextlib
import datetime
import gc
import io
import os
import tempfile

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.files import extract
from pathways.files.layout import CTE_FALL
from pathways.follow_up.drawing import follow_up_list
from pathways.lists import standard
from pathways.models import (
    Calendar,
    District,
    Enrollment,
    FollowUpYear,
    Participation,
    Pathway,
    School,
    SchoolYear,
    Student,
)
from tests.benchmarks.end_of_year import TABLES, EndOfYear
from tests.benchmarks.processor import by_turns, spent, taken_back

rows, runs = int(os.environ.get("ROWS", "50000")), int(os.environ.get("RUNS", "5"))
standard.load()
year = SchoolYear.objects.get(pk=SchoolYear.objects.active().end_year - 1)
today = timezone.localdate()
FollowUpYear.objects.update_or_create(
    pk=year.pk,
    defaults={
        "opens": today - datetime.timedelta(days=14),
        "refreshed_until": today,
        "closes": today + datetime.timedelta(days=14),
    },
)
district = District.objects.create(number="9997", name="Benchmark")
school = School.objects.create(district=district, number="0001", name="Benchmark High School")
calendar = Calendar.objects.create(school=school, school_year=year, number="001")
pathway = Pathway.objects.order_by("code").first()
students = Student.objects.bulk_create(
    [
        Student(
            district=district,
            state_id=f"{200000000 + n}",
            last_name="Bench",
            first_name=f"N{n}",
            birth_date=datetime.date(2006, 1, 2),
            gender="F",
        )
        for n in range(rows)
    ],
    batch_size=5000,
)
Enrollment.objects.bulk_create(
    [
        Enrollment(
            student=student,
            calendar=calendar,
            service_type="P",
            grade="12",
            start_date=year.starts,
            end_date=datetime.date(year.pk, 5, 25),
            end_status="400",
        )
        for student in students
    ],
    batch_size=5000,
)
Participation.objects.bulk_create(
    [
        Participation(
            student=student,
            pathway=pathway,
            concentrator=True,
            single_parent=False,
            start_date=year.starts,
            in_district_credits="2.00",
            out_of_district_credits="0.00",
            dual_enrollment_credits="0.00",
            work_based_learning_credits="0.00",
            version=1,
            modified_date=today,
            modified_by="BENCH, MARK",
            modified_end_year=year.pk,
        )
        for student in students
    ],
    batch_size=5000,
)
user = User.objects.create_user(
    "bench-fall", "bench-fall@example.org", None, first_name="Mark", last_name="Bench"
)
Membership.objects.create(user=user, role=Role.DATA_CLERK, district="9997")
scope = Scope("9997", year.pk)
started = spent()
follow_up_list(scope)
print(f"{rows:,} lines drawn in {spent() - started:.1f} s, medians of {runs}")
FAULTS = [(4, "12345"), (9, "99"), (10, "11/20/24"), (2, "0009"), (9, "")]


def file(other: int = 0) -> bytes:
    """`other` percent of the answers are not those of `file()`."""
    lines = [f"HD\t{today:%m/%d/%Y}\t13:03:42\tMT9.1"]
    for number, student in enumerate(students):
        status = "02" if number % 100 < other else "01"
        row = ["CT", "9997", "0001", "001", student.state_id, "", "Bench", student.first_name]
        row += ["Y", status, f"{today:%m/%d/%Y}", str(year.pk)]
        if number % 50 == 49:
            at, value = FAULTS[number // 50 % len(FAULTS)]
            row[at] = value
        lines.append("\t".join(row))
    return ("\n".join(lines) + "\n").encode()


def portal(content: bytes, work: str = "upload") -> None:
    batch = submit(
        "fall-upload",
        by=user,
        title="Bench",
        subject="b.tsv",
        scope=scope,
        options={"type": "cte-fall", "work": work},
        content=ContentFile(content, name="i"),
    )
    with contextlib.redirect_stderr(io.StringIO()):
        batch = run_here(batch)
    assert batch.result["counts"]["rejected"] == rows // 50, (batch.sentence, batch.result)


CHECKS = """
CREATE TEMP TABLE checked AS
SELECT raw.*, student.id AS student_id, entry.id AS entry_id, stored.status AS stored_status, stored.date_contacted AS stored_date,
    kind <> 'CT' AS c1, dist <> '9997' AS c2, sid !~ '^[0-9]{9}$' AS c3, student.id IS NULL AS c4, entry.id IS NULL AS c5,
    yr <> %(year)s::text AS c6, (raw.status = '') <> (day = '') AS c7,
    NOT EXISTS (SELECT 1 FROM pathways_postprogramstatus p WHERE p.code = raw.status) AND raw.status <> '' AS c8,
    CASE WHEN day ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' THEN to_date(day, 'MM/DD/YYYY') <= entry.exit_date
        OR to_date(day, 'MM/DD/YYYY') NOT BETWEEN CURRENT_DATE - 14 AND CURRENT_DATE + 14 ELSE day <> '' END AS c9,
    NOT EXISTS (SELECT 1 FROM pathways_enrollment e JOIN pathways_calendar c ON c.id = e.calendar_id
        JOIN pathways_school s ON s.id = c.school_id
        WHERE e.student_id = student.id AND c.end_year = %(year)s AND e.service_type IN ('P', 'S', 'N') AND s.number = raw.school) AS c10,
    COUNT(*) OVER (PARTITION BY student.id) > 1 AND student.id IS NOT NULL AS c11
FROM raw
LEFT JOIN pathways_student student ON student.district_id = '9997' AND student.state_id = raw.sid
LEFT JOIN pathways_followupentry entry ON entry.student_id = student.id AND entry.end_year = %(year)s AND entry.left_at IS NULL
LEFT JOIN pathways_outcome stored ON stored.student_id = student.id AND stored.end_year = %(year)s
"""
BAD = " OR ".join(f"COALESCE(c{n}, FALSE)" for n in range(1, 12))
NAMES = "kind, dist, school, calendar, sid, lid, last, first, conc, status, day, yr"


OUTCOMES = """
INSERT INTO pathways_outcome AS o (student_id, end_year, status, date_contacted, origin)
SELECT student_id, %(year)s, status, to_date(day, 'MM/DD/YYYY'), 'file' FROM checked WHERE {rows}
ON CONFLICT (student_id, end_year) DO UPDATE
    SET status = EXCLUDED.status, date_contacted = EXCLUDED.date_contacted, origin = EXCLUDED.origin
"""
HISTORY = """
INSERT INTO pathways_outcomechange (district, row, version, operation, by, at, source, student_id, end_year, status, date_contacted, origin)
SELECT '9997', o.id, CASE WHEN stored_status IS NULL THEN 1 ELSE 2 END, 'update', 'BENCH, MARK', now(), 'file', o.student_id, o.end_year,
    o.status, o.date_contacted, o.origin
FROM checked JOIN pathways_outcome o ON o.student_id = checked.student_id AND o.end_year = %(year)s WHERE {rows}
"""


def by_hand(content: bytes, *, write: bool = True, every_row: bool = True) -> None:
    """L1; without `every_row` only what has no answer yet is written."""
    values = {"year": year.pk}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS raw, checked")
        columns = ", ".join(f"{name} text" for name in NAMES.split(", "))
        cursor.execute(f"CREATE TEMP TABLE raw ({columns})")
        with cursor.copy(f"COPY raw ({NAMES}) FROM STDIN") as copy:
            copy.write(content.split(b"\n", 1)[1])
        cursor.execute("ANALYZE raw")
        cursor.execute(CHECKS, values)
        cursor.execute(f"SELECT COUNT(*) FROM checked WHERE {BAD}")
        assert cursor.fetchone()[0] == rows // 50
        if write:
            written = f"NOT ({BAD})" + ("" if every_row else " AND stored_status IS NULL")
            cursor.execute(OUTCOMES.format(rows=written), values)
            cursor.execute(HISTORY.format(rows=written), values)


OWN_TABLES = ("pathways_outcome", "pathways_outcomechange", "pathways_outcomedifference")
end_of_year = EndOfYear(rows)


def compare(name: str, fall: bytes, eoy: bytes, work: str = "upload") -> None:
    """Both uploads, the portal's way and by hand."""
    write = work == "upload"
    hand, own = by_turns(
        runs,
        lambda: taken_back(lambda: by_hand(fall, write=write), *OWN_TABLES),
        lambda: taken_back(lambda: portal(fall, work), *OWN_TABLES),
    )
    their_hand, their_own = by_turns(
        runs,
        lambda: taken_back(lambda: end_of_year.by_hand(eoy, write=write), *TABLES),
        lambda: taken_back(lambda: end_of_year.portal(eoy, work), *TABLES),
    )
    print(f"{name:16} Fall CTE {hand:6.2f} {own:6.2f} s × {own / hand:.2f}", end="")
    print(
        f"   End of Year {their_hand:6.2f} {their_own:6.2f} s × {their_own / their_hand:.2f}",
        end="",
    )
    print(f"   Fall CTE / End of Year {own / hand / (their_own / their_hand):.2f}", end="")
    if write:
        skipping, own = by_turns(
            runs,
            lambda: taken_back(lambda: by_hand(fall, every_row=False), *OWN_TABLES),
            lambda: own,
        )
        print(f"   skipping {skipping:6.2f} s × {own / skipping:.2f}", end="")
    print(flush=True)


print("by hand, portal, ratio:")
new, other, theirs, their_other = file(), file(3), end_of_year.file(), end_of_year.file(3)
# A worker has none of these students in its memory: an upload need not go through them for garbage.
gc.collect()
gc.freeze()
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
compare("all new", new, theirs)
compare("validate only", new, theirs, "validate")
portal(new)
end_of_year.portal(theirs)
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
compare("3 % differ", other, their_other)
compare("nothing changed", new, theirs)


EXPORT = f"""
SELECT s.state_id, s.local_id, s.last_name, s.first_name, o.* FROM pathways_followupentry f
JOIN pathways_student s ON s.id = f.student_id
LEFT JOIN pathways_outcome o ON o.student_id = s.id AND o.end_year = f.end_year
WHERE f.end_year = {year.pk} AND s.district_id = '9997' ORDER BY s.last_name, s.first_name, s.state_id
"""


def copied() -> None:
    with (
        connection.cursor() as cursor,
        tempfile.TemporaryFile() as into,
        cursor.copy(f"COPY ({EXPORT}) TO STDOUT") as copy,
    ):
        for block in copy:
            into.write(block)


def extracted() -> None:
    with tempfile.TemporaryFile() as into:
        assert extract.write(into, scope, "tsv", CTE_FALL) == rows


hand, own = by_turns(runs, lambda: taken_back(copied), lambda: taken_back(extracted))
print(f"extract          Fall CTE {hand:6.2f} {own:6.2f} s × {own / hand:.2f}")
