"""An upload of 100,000 rows beside what is possible by hand; by hand: `python3 manage.py shell <
tests/benchmarks/upload.py`, on an empty scratch portal on PostgreSQL as a superuser (it lifts the
history's triggers between runs).

Three files with 2 % faulty rows: all rows new, 3 % changed, nothing changed. By hand are L0 and L1
of end_of_year.py. All are seconds of processor time (processor.py) but those of the portal's steps,
which are the clock's. ROWS and RUNS (medians) may be given.
"""

import contextlib
import datetime
import os
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from cte_portal.batches.job import Job
from pathways.files import extract
from pathways.lists import standard
from pathways.models import Participation
from tests.benchmarks.end_of_year import EndOfYear
from tests.benchmarks.processor import spent

rows, runs = int(os.environ.get("ROWS", "100000")), int(os.environ.get("RUNS", "5"))
standard.load()
world = EndOfYear(rows)
scope, students, pathways = world.scope, world.students, world.pathways


def empty(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # the portal's jobs lift it too
        if connection.in_atomic_block:  # as it is in the suite
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(
            "ANALYZE pathways_calendar; ANALYZE pathways_student; ANALYZE pathways_enrollment;"
            " ANALYZE pathways_participation; ANALYZE pathways_change"
        )


phases: dict[str, list[float]] = defaultdict(list)
marks: list[tuple[str, float]] = []
step = Job.step


def watched(self: Job, name: str, *arguments: object) -> None:
    marks.append((name, time.perf_counter()))
    step(self, name, *arguments)


Job.step = watched


def portal(content: bytes, work: str) -> float:
    marks.clear()
    seconds = world.portal(content, work, rejected=rows // 50)
    ended = time.perf_counter()
    for (name, at), (_, until) in zip(marks, [*marks[1:], ("", ended)], strict=True):
        phases[name].append(until - at)
    return seconds


by_hand = world.by_hand
EXPORT = """
SELECT s.state_id, s.local_id, s.last_name, s.first_name, w.code, p.* FROM pathways_participation p
JOIN pathways_student s ON s.id = p.student_id JOIN pathways_pathway w ON w.id = p.pathway_id
ORDER BY s.last_name, s.first_name, s.state_id, w.code
"""


def median(times: list[float]) -> str:
    return f"{statistics.median(times):6.2f} s"


files = {"all new": world.file(), "3 % changed": world.file(3), "nothing changed": world.file()}
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
with connection.cursor() as cursor:
    cursor.execute("SET statement_timeout = 0")  # a job's connection is closed at its end
copied, written = [], []
for _ in range(runs):
    started = spent()
    with (
        tempfile.TemporaryFile() as into,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({EXPORT}) TO STDOUT") as copy,
    ):
        for block in copy:
            into.write(block)
    copied.append(spent() - started)
    started = spent()
    with tempfile.TemporaryFile() as into:
        extract.write(into, scope, "tsv")
    written.append(spent() - started)
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
started = spent()
for row in ready:
    Participation.objects.update_or_create(
        student_id=row["student_id"], pathway_id=row["pathway_id"], defaults=row
    )
print(f"   update_or_create {len(ready) / (spent() - started):8,.0f}", end="")
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
    started = spent()
    result = Bulk().import_data(table, raise_errors=True)
    theirs = len(ready) / (spent() - started)
    print(
        f"   django-import-export in bulk {theirs:8,.0f}: the portal is {ours / theirs:.1f} times"
        " as fast",
        end="",
    )
print(
    f"\nmemory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB,"
    f" {timezone.localtime():%m/%d/%Y}"
)
