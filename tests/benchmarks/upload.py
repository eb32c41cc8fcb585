"""An upload of 100,000 rows beside what is possible by hand; by hand: `python3 manage.py shell <
tests/benchmarks/upload.py`, on an empty scratch portal on PostgreSQL as a superuser (it lifts the
history's triggers between runs).

Three files with 2 % faulty rows: all rows new, 3 % changed, nothing changed. L0 = COPY + the same
checks as one hand-written statement + one upsert; L1 = L0 + one INSERT … SELECT of history rows.
ROWS and RUNS (medians) may be given.
"""

import contextlib
import datetime
import io
import os
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.job import Job
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.files import extract
from pathways.lists import standard
from pathways.models import (
    Approval,
    Calendar,
    District,
    Enrollment,
    Participation,
    Pathway,
    School,
    SchoolYear,
    Student,
)

rows, runs = int(os.environ.get("ROWS", "100000")), int(os.environ.get("RUNS", "5"))
standard.load()
district = District.objects.create(number="9998", name="Benchmark")
year = SchoolYear.objects.active()
school = School.objects.create(district=district, number="0001", name="Benchmark High School")
calendar = Calendar.objects.create(school=school, school_year=year, number="001")
pathways = list(Pathway.objects.order_by("code")[:5])
Approval.objects.bulk_create(
    Approval(district=district, pathway=pathway, school_year=year) for pathway in pathways
)
students = Student.objects.bulk_create(
    [
        Student(
            district=district,
            state_id=f"{100000000 + n}",
            last_name="Bench",
            first_name=f"N{n}",
            birth_date=datetime.date(2007, 1, 2),
            gender="F",
        )
        for n in range(rows // 5)
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
            start_date=datetime.date(2024, 8, 21),
        )
        for student in students
    ],
    batch_size=5000,
)
user = User.objects.create_user(
    "bench", "bench@example.org", None, first_name="Mark", last_name="Bench"
)
Membership.objects.create(user=user, role=Role.DATA_CLERK, district="9998")
scope = Scope("9998", year.end_year)
FAULTS = [(2, "12345"), (7, "maybe"), (9, "07/14/22"), (11, "1,5"), (13, "9.00")]


def file(changed: int) -> bytes:
    lines = ["HD\t05/08/2025\t13:03:42\tMT9.1"]
    for number in range(rows):
        student, pathway = students[number // 5], pathways[number % 5]
        credits = "1.75" if number % 100 < changed else "1.50"
        row = [
            "CE",
            "9998",
            student.state_id,
            "",
            "Bench",
            student.first_name,
            pathway.code,
            "N",
            "N",
            "07/14/2022",
            credits,
            credits,
            "0.00",
            "0.00",
        ]
        row += ["0.00", str(year.end_year)]
        if number % 50 == 49:
            at, value = FAULTS[number // 50 % len(FAULTS)]
            row[at] = value
        lines.append("\t".join(row))
    return ("\n".join(lines) + "\n").encode()


def empty(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(
            "ANALYZE pathways_student; ANALYZE pathways_enrollment; ANALYZE pathways_participation;"
            " ANALYZE pathways_change"
        )


phases: dict[str, list[float]] = defaultdict(list)
marks: list[tuple[str, float]] = []
step = Job.step


def watched(self: Job, name: str, *arguments: object) -> None:
    marks.append((name, time.perf_counter()))
    step(self, name, *arguments)


Job.step = watched


def portal(content: bytes, work: str) -> float:
    batch = submit(
        "upload",
        by=user,
        title="Bench",
        subject="b.tsv",
        scope=scope,
        options={"type": "cte-eoy", "work": work},
        content=ContentFile(content, name="i"),
    )
    marks.clear()
    started = time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()):
        batch = run_here(batch)
    ended = time.perf_counter()
    assert batch.result["counts"]["rejected"] == rows // 50, batch.result["counts"]
    for (name, at), (_, until) in zip(marks, [*marks[1:], ("", ended)], strict=True):
        phases[name].append(until - at)
    return ended - started


CHECKS = """
CREATE TEMP TABLE checked AS
SELECT raw.*, student.id AS student_id, pathway.id AS pathway_id,
    kind <> 'CE' AS c1, dist <> '9998' AS c2, sid !~ '^[0-9]{9}$' AS c3, student.id IS NULL AS c4, pathway.id IS NULL AS c5,
    conc !~* '^(y|n|yes|no)$' AS c6, single !~* '^(y|n|yes|no)$' AS c7, start !~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' AS c8,
    total !~ '^[0-9]+(\\.[0-9]{1,2})?$' AS c9, inside !~ '^[0-9]+(\\.[0-9]{1,2})?$' AS c10, outside !~ '^[0-9]+(\\.[0-9]{1,2})?$' AS c11,
    dual !~ '^[0-9]+(\\.[0-9]{1,2})?$' AS c12, work !~ '^[0-9]+(\\.[0-9]{1,2})?$' AS c13, yr <> '2025' AS c14,
    CASE WHEN total ~ '^[0-9.]+$' AND inside ~ '^[0-9.]+$' AND outside ~ '^[0-9.]+$' AND dual ~ '^[0-9.]+$' AND work ~ '^[0-9.]+$' THEN
        total::numeric <> inside::numeric + outside::numeric OR inside::numeric + outside::numeric > 30
        OR dual::numeric > inside::numeric + outside::numeric OR work::numeric > inside::numeric + outside::numeric ELSE TRUE END AS c15,
    NOT EXISTS (SELECT 1 FROM pathways_enrollment e JOIN pathways_calendar c ON c.id = e.calendar_id
        JOIN pathways_schoolyear y ON y.end_year = c.end_year
        WHERE e.student_id = student.id AND c.end_year = 2025 AND e.service_type IN ('P', 'S', 'N') AND (e.end_date IS NULL OR e.end_date >= y.starts)) AS c16,
    NOT EXISTS (SELECT 1 FROM pathways_approval a WHERE a.district_id = '9998' AND a.pathway_id = pathway.id AND a.end_year = 2025) AS c17,
    COUNT(*) OVER (PARTITION BY student.id, pathway.id) > 1 AS c18,
    MIN(single) OVER (PARTITION BY student.id) <> MAX(single) OVER (PARTITION BY student.id) AS c19,
    CASE WHEN start ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' THEN to_date(start, 'MM/DD/YYYY') <= student.birth_date END AS c20
FROM raw
LEFT JOIN pathways_student student ON student.district_id = '9998' AND student.state_id = raw.sid
LEFT JOIN pathways_pathway pathway ON pathway.code = raw.pathway
"""
BAD = " OR ".join(f"COALESCE(c{n}, FALSE)" for n in range(1, 19) if n not in (18,))


def by_hand(content: bytes, *, write: bool, history: bool) -> float:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS raw, checked")
        names = (
            "kind, dist, sid, lid, last, first, pathway, conc, single, start, total, inside,"
            " outside, dual, work, yr"
        )
        cursor.execute(
            "CREATE TEMP TABLE raw ("
            + ", ".join(f"{name} text" for name in names.split(", "))
            + ")"
        )
        with cursor.copy(f"COPY raw ({names}) FROM STDIN") as copy:
            copy.write(content.split(b"\n", 1)[1])
        cursor.execute("ANALYZE raw")
        cursor.execute(CHECKS)
        cursor.execute(f"SELECT COUNT(*) FROM checked WHERE {BAD}")
        assert cursor.fetchone()[0] == rows // 50
        if write:
            typed = (
                "lower(conc) IN ('y', 'yes'), lower(single) IN ('y', 'yes'), to_date(start,"
                " 'MM/DD/YYYY'), inside::numeric, outside::numeric, dual::numeric, work::numeric"
            )
            columns = (
                "concentrator, single_parent, start_date, in_district_credits,"
                " out_of_district_credits, dual_enrollment_credits, work_based_learning_credits"
            )
            sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns.split(", "))
            cursor.execute("BEGIN")
            cursor.execute(
                f"""INSERT INTO pathways_participation AS p (student_id, pathway_id, {columns}, version, modified_date, modified_by, modified_end_year)
                SELECT student_id, pathway_id, {typed}, 1, CURRENT_DATE, 'BENCH, MARK', 2025 FROM checked WHERE NOT ({BAD})
                ON CONFLICT (student_id, pathway_id) DO UPDATE SET {sets}, version = p.version + 1"""
            )
            if history:
                cursor.execute(
                    f"""INSERT INTO pathways_change (district, student_id, pathway_id, version, operation, {columns}, modified_date, by, end_year, at, source)
                    SELECT '9998', p.student_id, p.pathway_id, p.version, 'update', {", ".join("p." + c for c in columns.split(", "))}, CURRENT_DATE, 'BENCH, MARK', 2025, now(), 'upload'
                    FROM checked JOIN pathways_participation p USING (student_id, pathway_id) WHERE NOT ({BAD})"""
                )
            cursor.execute("COMMIT")
    return time.perf_counter() - started


EXPORT = """
SELECT s.state_id, s.local_id, s.last_name, s.first_name, w.code, p.* FROM pathways_participation p
JOIN pathways_student s ON s.id = p.student_id JOIN pathways_pathway w ON w.id = p.pathway_id
ORDER BY s.last_name, s.first_name, s.state_id, w.code
"""


def median(times: list[float]) -> str:
    return f"{statistics.median(times):6.2f} s"


files = {"all new": file(0), "3 % changed": file(3), "nothing changed": file(0)}
print(f"{rows:,} rows, {len(files['all new']) / 1e6:.1f} MB, medians of {runs}")
medians: dict[tuple[str, str], float] = {}
for name, content in files.items():
    for way in ("L0", "L1", "portal"):
        times = []
        phases.clear()
        for _ in range(runs):
            empty("pathways_participation", "pathways_change")
            if name != "all new":
                portal(files["all new"], "upload")
                phases.clear() if not times else None
                empty("pathways_change") if way != "portal" else None
                if way != "portal":
                    with connection.cursor() as cursor:
                        cursor.execute("UPDATE pathways_participation SET version = 1")
            if way == "portal":
                times.append(portal(content, "upload"))
            else:
                times.append(by_hand(content, write=True, history=way == "L1"))
        medians[name, way] = statistics.median(times)
        print(f"{name:16} {way:7} {median(times)}", end="")
        if way == "portal":
            print(
                f"   × L1 {medians[name, 'portal'] / medians[name, 'L1']:.2f}   ",
                {phase: round(statistics.median(spent), 2) for phase, spent in phases.items()},
                end="",
            )
        print(flush=True)
empty("pathways_participation", "pathways_change")
hand, own = [], []
for _ in range(runs):  # by turns, so that whatever else the machine does falls on both
    hand.append(by_hand(files["all new"], write=False, history=False))
    own.append(portal(files["all new"], "validate"))
print(
    f"validate only    by hand {median(hand)}   portal {median(own)}   ×"
    f" {statistics.median(own) / statistics.median(hand):.2f}"
)
portal(files["all new"], "upload")
copied, written = [], []
for _ in range(runs):
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile() as into,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({EXPORT}) TO STDOUT") as copy,
    ):
        for block in copy:
            into.write(block)
    copied.append(time.perf_counter() - started)
    started = time.perf_counter()
    with tempfile.TemporaryFile() as into:
        extract.write(into, scope, "tsv")
    written.append(time.perf_counter() - started)
print(
    f"export           COPY    {median(copied)}   portal {median(written)}   ×"
    f" {statistics.median(written) / statistics.median(copied):.2f}"
)
ten = min(10_000, rows)
lookups = (
    {student.state_id: student.pk for student in students},
    {pathway.code: pathway.pk for pathway in pathways},
)


def lawful(content: bytes) -> list[dict[str, object]]:
    """The first ten thousand rows without the faulty ones, already read and matched: what the
    others do not have to do.
    """
    problems = []
    for line in content.decode().splitlines()[1 : ten + 1]:
        cells = line.split("\t")
        with contextlib.suppress(KeyError, ValueError):
            row = {
                "student_id": lookups[0][cells[2]],
                "pathway_id": lookups[1][cells[6]],
                "concentrator": cells[7] == "Y",
                "single_parent": cells[8] == "Y",
            }
            row["start_date"] = datetime.datetime.strptime(cells[9], "%m/%d/%Y").date()
            for name, at in zip(CREDITS, (11, 12, 13, 14), strict=True):
                row[name] = Decimal(cells[at].replace(",", "."))
            if row["dual_enrollment_credits"] <= row["in_district_credits"]:  # type: ignore[operator]
                problems.append(
                    {
                        **row,
                        "version": 1,
                        "modified_date": datetime.date(2025, 5, 8),
                        "modified_by": "BENCH",
                        "modified_end_year": 2025,
                    }
                )
    return problems


CREDITS = (
    "in_district_credits",
    "out_of_district_credits",
    "dual_enrollment_credits",
    "work_based_learning_credits",
)
empty("pathways_participation", "pathways_change")
few = b"\n".join(files["all new"].split(b"\n")[: ten + 1]) + b"\n"
rows = ten
ours = ten / portal(few, "upload")
print(f"first {ten:,} rows   portal {ours:8,.0f} rows/s", end="")
empty("pathways_participation", "pathways_change")
ready = lawful(few)
started = time.perf_counter()
for row in ready:
    Participation.objects.update_or_create(
        student_id=row["student_id"], pathway_id=row["pathway_id"], defaults=row
    )
print(f"   update_or_create {len(ready) / (time.perf_counter() - started):8,.0f}", end="")
with contextlib.suppress(ImportError):
    from import_export import fields, resources
    from tablib import Dataset

    class Bulk(resources.ModelResource):
        student_id = fields.Field(attribute="student_id", column_name="student_id")
        pathway_id = fields.Field(attribute="pathway_id", column_name="pathway_id")

        class Meta:
            model = Participation
            fields = (
                "student_id",
                "pathway_id",
                *(name for name in ready[0] if not name.endswith("_id")),
            )
            import_id_fields = ("student_id", "pathway_id")
            use_bulk, batch_size, skip_diff, report_skipped = True, 1000, True, False

    empty("pathways_participation", "pathways_change")
    table = Dataset(*[tuple(row.values()) for row in ready], headers=list(ready[0]))
    started = time.perf_counter()
    result = Bulk().import_data(table, raise_errors=True)
    theirs = len(ready) / (time.perf_counter() - started)
    print(
        f"   django-import-export in bulk {theirs:8,.0f}: the portal is {ours / theirs:.1f} times"
        " as fast",
        end="",
    )
print(
    f"\nmemory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB,"
    f" {timezone.localtime():%m/%d/%Y}"
)
