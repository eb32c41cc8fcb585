"""An upload in which one key is wrong in every row, beside the same rows with good keys; by hand:
`python3 manage.py shell < tests/benchmarks/refused_rows.py`, on an empty scratch portal on
PostgreSQL.

ROWS (50,000) are tested, not saved, by turns: of good students; all of one student whom the portal
does not know. Processor time of this process and of its database session together, from the
system's count of each process, so both must run on this machine. The limit is 2. STATEMENTS=1
prints what took longest.
"""

import contextlib
import datetime
import io
import os
import time
from collections import Counter
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import connection

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.lists import standard
from pathways.models import (
    Approval,
    Calendar,
    District,
    Enrollment,
    Pathway,
    School,
    SchoolYear,
    Student,
)

LIMIT = 2
PATHWAYS = 5
rows = int(os.environ.get("ROWS", "50000"))
standard.load()
district = District.objects.create(number="9998", name="Benchmark")
year = SchoolYear.objects.active()
school = School.objects.create(district=district, number="0001", name="Benchmark High School")
calendar = Calendar.objects.create(school=school, school_year=year, number="001")
pathways = list(Pathway.objects.order_by("code")[:PATHWAYS])
Approval.objects.bulk_create(
    Approval(district=district, pathway=pathway, school_year=year) for pathway in pathways
)
students = Student.objects.bulk_create(
    [
        Student(
            district=district,
            state_id=f"{100000000 + number}",
            last_name="Bench",
            first_name=f"N{number}",
            birth_date=datetime.date(2007, 1, 2),
            gender="F",
        )
        for number in range(rows // PATHWAYS)
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
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")


def file(unknown):
    lines = ["HD\t05/08/2025\t13:03:42\tMT9.1"]
    for number in range(rows):
        student, pathway = students[number // PATHWAYS], pathways[number % PATHWAYS]
        state_id = "999999999" if unknown else student.state_id
        lines.append(
            f"CE\t9998\t{state_id}\t\tBench\t{student.first_name}\t{pathway.code}\tN\tN\t07/14/2022"
            f"\t1.50\t1.50\t0.00\t0.00\t0.00\t{year.end_year}"
        )
    return ("\n".join(lines) + "\n").encode()


def ticks(pid):
    """Processor seconds of a process of this machine."""
    after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")


spent = Counter()


def timed(execute, sql, params, many, context):
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        spent[" ".join(sql.split())[:150]] += time.perf_counter() - started


def cost(content, rejected):
    """(processor seconds, seconds) of one test of a file."""
    batch = submit(
        "upload",
        by=user,
        title="Bench",
        subject="b.tsv",
        scope=scope,
        options={"type": "cte-eoy", "work": os.environ.get("WORK", "upload")},
        content=ContentFile(content, name="i"),
    )
    connection.close()
    connection.ensure_connection()
    session = connection.connection.info.backend_pid
    before, started = ticks(session) + time.process_time(), time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()):
        # The worker closes its connection at the end; the session's time is read before.
        close, connection.close = connection.close, lambda: None
        try:
            batch = run_here(batch)
        finally:
            connection.close = close
    took = ticks(session) + time.process_time() - before, time.perf_counter() - started
    assert batch.result["counts"]["rejected"] == rejected, (batch.sentence, batch.result)
    return took


good, bad = file(unknown=False), file(unknown=True)
print(f"{rows:,} rows, {len(bad) / 1e6:.1f} MB")
first, wall = cost(good, 0)
print(f"good keys        {first:8.2f} s of the processor, {wall:8.2f} s", flush=True)
with (
    connection.execute_wrapper(timed) if os.environ.get("STATEMENTS") else contextlib.nullcontext()
):
    second, wall = cost(bad, rows)
print(
    f"one unknown key  {second:8.2f} s of the processor, {wall:8.2f} s"
    f"   × {second / first:.2f} (limit {LIMIT})"
)
for sql, seconds in spent.most_common(8):
    print(f"    {seconds:7.2f}  {sql}")
