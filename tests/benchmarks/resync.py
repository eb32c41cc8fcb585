"""The resync beside what is possible by hand; by hand: `python3 manage.py shell <
tests/benchmarks/resync.py`, on a scratch portal on PostgreSQL with `demo --districts 400 --students
12000`, as a superuser (it lifts triggers and foreign keys while it makes and spoils data).

The demo's students, enrollments and records are copied set-wise, with keys that are the same in
both editions, until there are RECORDS (1,000,000) records; 40 districts with 100,000 are as many a
district and a tenth of the time. Medians of RUNS (5), each a ratio to hand-written SQL for the same
answer in the same run, the two taking turns.

Full compare, all types and districts. By hand: for each table and edition one COPY of key and row
hash under the same conditions (the district's, of the year, records in scope), and two set
differences in Python. The portal asks as `resync --all --compare` does.

Resync of 1 % changes, spread over all districts. By hand, with the same guarantees: per district
the advisory locks of both editions, one transaction at the state inside one of the district's, key
and hash of every table compared, changed rows copied over into a temporary table, one upsert, the
digest over the canonical text of what stands there then, the StateCopy row, commit at the state and
then at the district. It knows beforehand that only records have changed and that no parent is
missing.
"""

import hashlib
import os
import statistics
import time
import uuid

from django.db import connections, transaction

from cte_portal.editions import Edition, Scope, writing_state
from pathways.lists.publish import publish
from pathways.models import District, Participation, SchoolYear, StateCopy
from pathways.resync.difference import differences
from pathways.resync.object_types import NAMES, OBJECTS
from pathways.resync.resync import resync

wanted, runs = int(os.environ.get("RECORDS", "1000000")), int(os.environ.get("RUNS", "5"))
compares = int(os.environ.get("COMPARES", str(runs)))
year = SchoolYear.objects.active().end_year
numbers = list(District.objects.values_list("number", flat=True))
here, there = connections["default"], connections["state"]
OFFSET = 100_000_000


def ask(connection, *statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def untriggered(connection, *statements):
    ask(
        connection,
        "SET session_replication_role = replica",
        *statements,
        "SET session_replication_role = DEFAULT",
    )


def grow() -> None:
    """Copies of the demo's students under State IDs of their own, with enrollments and records; the
    courses stay few.
    """
    stored, students = (
        Participation.objects.count(),
        ask(here, "SELECT COUNT(*) FROM pathways_student")[0][0],
    )
    for copy in range(1, -(-wanted // stored)):
        at = copy * OFFSET
        untriggered(
            here,
            f"""INSERT INTO pathways_student (id, district_id, state_id, local_id, last_name, first_name, middle_name, birth_date, gender)
            SELECT id + {at}, district_id, lpad(({copy} * {students} + row_number() OVER (ORDER BY id))::text, 9, '0'), '', last_name, first_name, middle_name,
            birth_date, gender FROM pathways_student WHERE id < {OFFSET}""",
            f"""INSERT INTO pathways_enrollment (id, student_id, calendar_id, service_type, grade, start_date, end_date, end_status)
            SELECT id + {at}, student_id + {at}, calendar_id, service_type, grade, start_date, end_date, end_status FROM pathways_enrollment
            WHERE id < {OFFSET}""",
            f"""INSERT INTO pathways_participation (id, student_id, {COLUMNS})
            SELECT id + {at}, student_id + {at}, {COLUMNS} FROM pathways_participation WHERE id < {OFFSET}""",
        )
    for connection in (here, there):
        ask(connection, "ANALYZE")


RECORDS = next(kind for kind in OBJECTS if kind.model is Participation)
COLUMNS = ", ".join(name for name in RECORDS.columns if name not in ("id", "student_id"))


def fill_the_state() -> None:
    publish()
    for kind in OBJECTS[1:]:
        columns = ", ".join(kind.columns)
        of_year = {"Calendar": f"end_year = {year}", "Enrollment": IN_YEAR, "Section": IN_YEAR}.get(
            kind.name, "TRUE"
        )
        if kind.name == "Roster":
            of_year = f"section_id IN (SELECT id FROM pathways_section WHERE {IN_YEAR})"
        with here.cursor() as reading, there.cursor() as writing:
            writing.execute("SET session_replication_role = replica")
            with (
                reading.copy(
                    f"COPY (SELECT {columns} FROM {kind.table} WHERE {of_year}) TO STDOUT"
                ) as out,
                writing.copy(f"COPY {kind.table} ({columns}) FROM STDIN") as into,
            ):
                for data in out:
                    into.write(data)
            writing.execute("SET session_replication_role = DEFAULT")
    ask(there, "ANALYZE")


IN_YEAR = f"calendar_id IN (SELECT id FROM pathways_calendar WHERE end_year = {year})"
COUNTS = f"""EXISTS (SELECT 1 FROM pathways_enrollment e JOIN pathways_calendar c ON c.id = e.calendar_id JOIN pathways_schoolyear y ON y.end_year = c.end_year
WHERE e.student_id = t.student_id AND c.end_year = {year} AND e.service_type IN ('P', 'S', 'N') AND (e.end_date IS NULL OR e.end_date >= y.starts))"""
OF_A_STUDENT = "t.student_id IN (SELECT id FROM pathways_student WHERE district_id = %s)"
# For each table: what belongs to the year, and how a row leads to its district.
MEANT = {
    "District": ("TRUE", "t.number = %s"),
    "School": ("TRUE", "t.district_id = %s"),
    "Calendar": (
        f"t.end_year = {year}",
        "t.school_id IN (SELECT id FROM pathways_school WHERE district_id = %s)",
    ),
    "Student": ("TRUE", "t.district_id = %s"),
    "Enrollment": (
        IN_YEAR,
        "t.student_id IN (SELECT id FROM pathways_student WHERE district_id = %s)",
    ),
    "Course": ("TRUE", "t.school_id IN (SELECT id FROM pathways_school WHERE district_id = %s)"),
    "Section": (
        IN_YEAR,
        (
            "t.course_id IN (SELECT c.id FROM pathways_course c JOIN pathways_school s ON s.id ="
            " c.school_id WHERE s.district_id = %s)"
        ),
    ),
    "Roster": (
        f"t.section_id IN (SELECT id FROM pathways_section WHERE {IN_YEAR})",
        (
            "t.enrollment_id IN (SELECT e.id FROM pathways_enrollment e JOIN pathways_student s ON"
            " s.id = e.student_id WHERE s.district_id = %s)"
        ),
    ),
    "CTE Participation": ("TRUE", OF_A_STUDENT),
    "CTE Outcome": ("TRUE", OF_A_STUDENT),
}


def hashes(connection, kind, number=None):
    key, *others = kind.columns
    of_year, of_district = MEANT[kind.name]
    if kind is RECORDS and connection is here:
        of_year = COUNTS
    condition = f"{of_year} AND {of_district}" if number else of_year
    row = ", ".join(f"t.{name}" for name in others)
    sql = (
        f"SELECT t.{key}, hash_record_extended(ROW({row}), 0) FROM {kind.table} t WHERE {condition}"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(
            f"COPY ({cursor.mogrify(sql, [number] if number else None)}) TO STDOUT"
        ) as copy,
    ):
        return set(b"".join(copy).splitlines())


def compared_by_hand() -> int:
    number = 0
    for kind in OBJECTS:
        ours, theirs = hashes(here, kind), hashes(there, kind)
        number += len({line.split(b"\t")[0] for line in ours ^ theirs})
    return number


def compared_by_the_portal() -> int:
    return sum(len(differences([kind], Scope("", year))[kind.name]) for kind in OBJECTS)


CANONICAL = f"""
SELECT s.state_id, s.local_id, s.last_name, s.first_name, s.middle_name, s.birth_date, s.gender, l.grade, l.number, l.name, w.code, w.name,
t.concentrator, t.single_parent, t.start_date, t.in_district_credits, t.out_of_district_credits, t.total_credits, t.dual_enrollment_credits,
t.work_based_learning_credits, t.modified_date, t.modified_by, t.modified_end_year
FROM pathways_student s JOIN pathways_participation t ON t.student_id = s.id JOIN pathways_pathway w ON w.id = t.pathway_id
JOIN LATERAL (SELECT e.grade, h.number, h.name FROM pathways_enrollment e JOIN pathways_calendar c ON c.id = e.calendar_id
    JOIN pathways_school h ON h.id = c.school_id JOIN pathways_schoolyear y ON y.end_year = c.end_year
    WHERE e.student_id = s.id AND c.end_year = {year} AND e.service_type IN ('P', 'S', 'N') AND (e.end_date IS NULL OR e.end_date >= y.starts)
    ORDER BY e.start_date DESC, e.id DESC LIMIT 1) l ON TRUE
WHERE s.district_id = %s
"""


def sent_by_hand() -> None:
    columns = ", ".join(RECORDS.columns)
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in RECORDS.columns[1:])
    for number in numbers:
        with (
            transaction.atomic(),
            transaction.atomic("state"),
            here.cursor() as ours,
            there.cursor() as theirs,
        ):
            for cursor in (ours, theirs):
                cursor.execute("SELECT pg_advisory_xact_lock(4201, %s)", [int(number)])
            theirs.execute("SELECT * FROM pathways_statecopy WHERE district = %s", [number])
            ours.execute("SELECT MAX(id) FROM pathways_change WHERE district = %s", [number])
            changed = []
            for kind in OBJECTS:
                differing = hashes(here, kind, number) - hashes(there, kind, number)
                if kind is RECORDS:
                    changed = [int(line.split(b"\t")[0]) for line in differing]
            theirs.execute(
                "CREATE TEMPORARY TABLE carried (LIKE pathways_participation) ON COMMIT DROP"
            )
            statement = ours.mogrify(
                f"COPY (SELECT {columns} FROM pathways_participation WHERE id = ANY(%s)) TO STDOUT",
                [changed],
            )
            with (
                ours.copy(statement) as out,
                theirs.copy(f"COPY carried ({columns}) FROM STDIN") as into,
            ):
                for data in out:
                    into.write(data)
            theirs.execute(
                f"INSERT INTO pathways_participation ({columns}) SELECT {columns} FROM carried ON"
                f" CONFLICT (id) DO UPDATE SET {sets}"
            )
            with theirs.copy(theirs.mogrify(f"COPY ({CANONICAL}) TO STDOUT", [number])) as copy:
                lines = sorted(b"".join(copy).split(b"\n")[:-1])
            made = hashlib.sha256(b"\n".join(lines) + b"\n").hexdigest()
            theirs.execute(
                "UPDATE pathways_statecopy SET generation = generation + 1, digest = %s, sent_at ="
                " now() WHERE district = %s",
                [made, number],
            )


def sent_by_the_portal() -> None:
    for number in numbers:
        with transaction.atomic():
            resync(Scope(number, year), NAMES, batch=uuid.uuid4(), attempt=1, by="BENCH, MARK")


def spoil(number: int) -> int:
    """One record in a hundred is changed in the District edition."""
    untriggered(
        here,
        "UPDATE pathways_participation SET version = version + 1, single_parent = NOT"
        f" single_parent WHERE id % 100 = {number}",
    )
    return ask(
        here,
        f"SELECT COUNT(*) FROM pathways_participation t WHERE id % 100 = {number} AND {COUNTS}",
    )[0][0]


def timed(work):
    started = time.perf_counter()
    answer = work()
    return time.perf_counter() - started, answer


def report(name, hand, portal, limit):
    ratios = [ours / theirs for ours, theirs in zip(portal, hand, strict=True)]
    print(
        f"{name:26} by hand {statistics.median(hand):7.2f} s   portal"
        f" {statistics.median(portal):7.2f} s   × {statistics.median(ratios):.2f} (limit {limit})  "
        f" each {', '.join(f'{ratio:.2f}' for ratio in ratios)}",
        flush=True,
    )


with writing_state():
    if Participation.objects.count() < wanted * 0.9:
        grow()
    if not Participation.objects.using(Edition.STATE.value).exists():
        fill_the_state()
    first, _ = timed(sent_by_the_portal)
    assert StateCopy.objects.at_state().count() == len(numbers) and compared_by_hand() == 0
    print(
        f"{Participation.objects.count():,} records, {len(numbers)} districts, medians of {runs}; a"
        f" resync of all without changes {first:.1f} s"
    )
    hand, portal = [], []
    for turn in range(compares):
        spoil(turn)
        (took, number_differing), (ours, found_here) = (
            timed(compared_by_hand),
            timed(compared_by_the_portal),
        )
        assert number_differing == found_here, (number_differing, found_here)
        hand.append(took)
        portal.append(ours)
        sent_by_hand()
    if compares:
        report("full compare", hand, portal, 1.5)
    hand, portal = [], []
    for turn in range(runs):
        for took, work in ((hand, sent_by_hand), (portal, sent_by_the_portal)):
            assert spoil(10 + turn) > 0
            seconds, _ = timed(work)
            took.append(seconds)
            assert compared_by_hand() == 0
    report("resync of 1 % changes", hand, portal, 2)
