"""A OneRoster export of 10,000 students and 60,000 roster lines beside what is possible by hand; by
hand: `python3 manage.py shell < tests/benchmarks/roster.py`, on an empty scratch portal on
PostgreSQL.

By hand = the zip read with Python's csv, COPY into bare tables, and for each table one upsert and
one INSERT … SELECT of history rows. Both load the export into an empty district, and the same again.
With IMPORT_EXPORT, the folder of an installed django-import-export, its bulk mode loads the same
students. STUDENTS, LINES of a student and ROWS for django-import-export may be given.

Times are processor times of this process and of the database server, which has to run on this
machine and to do nothing else; other work lengthens them least. With PROFILE, where the portal's
are spent is printed.
"""

import contextlib
import cProfile
import csv
import importlib
import io
import os
import pstats
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

from django.core.files.base import File
from django.db import connection, transaction

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.lists import standard
from pathways.models import District, Roster, SchoolYear, Student
from pathways.roster.imports.oneroster.confirming import MappingChoices, SchoolChoice, confirm
from tests.benchmarks.processor import spent

students, lines = int(os.environ.get("STUDENTS", "10000")), int(os.environ.get("LINES", "6"))
sample = int(os.environ.get("ROWS", "2000"))
standard.load()
year = SchoolYear.objects.active()
user = User.objects.create_user(
    "bench", "bench@example.org", None, first_name="Mark", last_name="Bench"
)
CLASSES = max(lines * 4, students * lines // 25)
COURSES = max(1, CLASSES // 8)
SCHOOLS = 4
PROFILE = "PROFILE" in os.environ


def scope_of(number: str) -> Scope:
    District.objects.create(number=number, name="Benchmark")
    Membership.objects.create(user=user, role=Role.DATA_CLERK, district=number)
    return Scope(number, year.end_year)


def write(
    archive: zipfile.ZipFile, name: str, titles: str, rows: Iterable[tuple[object, ...]]
) -> None:
    """Row by row, so that what is measured afterwards is not what was made here."""
    with (
        archive.open(f"{name}.csv", "w") as part,
        io.TextIOWrapper(part, "utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(titles.split(","))
        writer.writerows(rows)


def build(path: Path) -> None:
    known = (
        "academicSessions",
        "orgs",
        "users",
        "demographics",
        "courses",
        "classes",
        "enrollments",
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        about = [("manifest.version", "1.0"), ("oneroster.version", "1.1")]
        about += [(f"file.{name}", "bulk") for name in known]
        about += [("source.systemName", "Bench SIS")]
        write(archive, "manifest", "propertyName,value", about)
        sessions = [("y", year.end_year, "schoolYear", year.end_year)]
        write(archive, "academicSessions", "sourcedId,title,type,schoolYear", sessions)
        orgs = [(f"s{n}", f"School {n}", "school", f"{n:04}") for n in range(1, SCHOOLS + 1)]
        write(archive, "orgs", "sourcedId,name,type,identifier", orgs)
        write(
            archive,
            "users",
            "sourcedId,role,orgSourcedIds,userIds,givenName,familyName,identifier,grades",
            (
                (
                    f"u{n}",
                    "student",
                    f"s{n % SCHOOLS + 1}",
                    f"{{StateID:{100000000 + n}}}",
                    f"First{n}",
                    f"Last{n}",
                    f"{n}",
                    f"{9 + n % 4:02}",
                )
                for n in range(students)
            ),
        )
        born = ((f"u{n}", "2007-01-02", "female") for n in range(students))
        write(archive, "demographics", "sourcedId,birthDate,sex", born)
        courses = ((f"c{n}", f"Course {n}", f"C{n}", "s1") for n in range(COURSES))
        write(archive, "courses", "sourcedId,title,courseCode,orgSourcedId", courses)
        write(
            archive,
            "classes",
            "sourcedId,title,courseSourcedId,classCode,classType,schoolSourcedId,termSourcedIds",
            (
                (
                    f"k{n}",
                    f"Class {n}",
                    f"c{n // SCHOOLS % COURSES}",
                    f"C-{n // SCHOOLS // COURSES}",
                    "scheduled",
                    f"s{n % SCHOOLS + 1}",
                    "y",
                )
                for n in range(CLASSES)
            ),
        )
        write(
            archive,
            "enrollments",
            "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role",
            (
                (f"e{n}-{line}", f"k{place}", f"s{n % SCHOOLS + 1}", f"u{n}", "student")
                for n in range(students)
                for line in range(lines)
                for place in [
                    (n + (n // SCHOOLS * lines + line) * SCHOOLS) % (CLASSES // SCHOOLS * SCHOOLS)
                ]
            ),
        )


def confirmed(scope: Scope) -> None:
    schools = tuple(
        SchoolChoice(f"s{n}", f"School {n}", f"{n:04}", "001") for n in range(1, SCHOOLS + 1)
    )
    confirm(
        scope,
        MappingChoices(
            source="Bench SIS",
            state_id_place="userIds:StateID",
            local_id_place="identifier",
            section_rule="after",
            second_school="S",
            share=0,
            schools=schools,
        ),
        by="Bench",
        by_id=user.pk,
    )


def portal(scope: Scope, path: Path) -> tuple[float, dict[str, dict[str, int]]]:
    with path.open("rb") as content:
        batch = submit(
            "roster-file",
            by=user,
            title="Bench",
            subject="b.zip",
            scope=scope,
            options={"type": "oneroster", "work": "upload"},
            content=File(content, name="i"),
        )
    started, profile = spent(), cProfile.Profile(time.process_time)
    with (
        contextlib.redirect_stderr(io.StringIO()),
        profile if PROFILE else contextlib.nullcontext(),
    ):
        batch = run_here(batch)
    taken = spent() - started
    if PROFILE:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    assert batch.result.get("objects"), batch.sentence
    return taken, {counts["type"]: counts for counts in batch.result["objects"]}


TABLES = {
    "school": (("district_id", "number", "name"), "district_id, number"),
    "calendar": (("school_id", "end_year", "number"), "school_id, end_year, number"),
    "student": (
        (
            "district_id",
            "state_id",
            "local_id",
            "last_name",
            "first_name",
            "middle_name",
            "birth_date",
            "gender",
        ),
        "district_id, state_id",
    ),
    "enrollment": (
        (
            "student_id",
            "calendar_id",
            "service_type",
            "grade",
            "start_date",
            "end_date",
            "end_status",
        ),
        "student_id, calendar_id, service_type, start_date",
    ),
    "course": (
        ("school_id", "number", "name", "answer", "credits", "sced_area", "sced_course"),
        "school_id, number",
    ),
    "section": (("course_id", "calendar_id", "number"), "course_id, calendar_id, number"),
    "roster": (("section_id", "enrollment_id"), "section_id, enrollment_id"),
}
OWN = "school.district_id = %(d)s"
SELECTS = {
    "school": "SELECT %(d)s, identifier, name FROM raw_orgs",
    "calendar": f"SELECT school.id, %(y)s, '001' FROM pathways_school school WHERE {OWN}",
    "student": (
        "SELECT %(d)s, substring(userids from ':([0-9]{9})'), identifier, familyname, givenname, '',"
        " birthdate::date, CASE sex WHEN 'female' THEN 'F' ELSE 'M' END FROM raw_users users JOIN"
        " raw_demographics born ON born.sourcedid = users.sourcedid"
    ),
    "enrollment": (
        "SELECT student.id, calendar.id, 'P', grades, %(s)s::date, NULL::date, '' FROM raw_users"
        " users JOIN pathways_student student ON student.district_id = %(d)s AND student.state_id ="
        " substring(userids from ':([0-9]{9})') JOIN raw_orgs org ON org.sourcedid ="
        " users.orgsourcedids JOIN pathways_school school ON school.number = org.identifier AND"
        f" {OWN} JOIN pathways_calendar calendar ON calendar.school_id = school.id AND"
        " calendar.end_year = %(y)s"
    ),
    "course": (
        "SELECT DISTINCT school.id, coursecode, course.title, '', 0.00, '', '' FROM raw_courses"
        " course JOIN raw_classes class ON class.coursesourcedid = course.sourcedid JOIN raw_orgs"
        " org ON org.sourcedid = class.schoolsourcedid JOIN pathways_school school ON school.number"
        f" = org.identifier AND {OWN}"
    ),
    "section": (
        "SELECT course.id, calendar.id, substring(classcode from '-(.*)$') FROM raw_classes class"
        " JOIN raw_courses named ON named.sourcedid = class.coursesourcedid JOIN raw_orgs org ON"
        " org.sourcedid = class.schoolsourcedid JOIN pathways_school school ON school.number ="
        f" org.identifier AND {OWN} JOIN pathways_course course ON course.school_id = school.id AND"
        " course.number = named.coursecode JOIN pathways_calendar calendar ON calendar.school_id ="
        " school.id AND calendar.end_year = %(y)s"
    ),
    "roster": (
        "SELECT section.id, enrollment.id FROM raw_enrollments line JOIN raw_classes class ON"
        " class.sourcedid = line.classsourcedid JOIN raw_courses named ON named.sourcedid ="
        " class.coursesourcedid JOIN raw_orgs org ON org.sourcedid = class.schoolsourcedid JOIN"
        f" pathways_school school ON school.number = org.identifier AND {OWN} JOIN pathways_course"
        " course ON course.school_id = school.id AND course.number = named.coursecode JOIN"
        " pathways_calendar calendar ON calendar.school_id = school.id AND calendar.end_year ="
        " %(y)s JOIN pathways_section section ON section.course_id = course.id AND"
        " section.calendar_id = calendar.id AND section.number = substring(class.classcode from"
        " '-(.*)$') JOIN raw_users users ON users.sourcedid = line.usersourcedid JOIN"
        " pathways_student student ON student.district_id = %(d)s AND student.state_id ="
        " substring(users.userids from ':([0-9]{9})') JOIN pathways_enrollment enrollment ON"
        " enrollment.student_id = student.id AND enrollment.calendar_id = calendar.id"
    ),
}


def by_hand(scope: Scope, path: Path) -> float:
    values = {"d": scope.district, "y": scope.end_year, "s": year.starts}
    started = spent()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        zipfile.ZipFile(path) as archive,
    ):
        cursor.execute("SET LOCAL statement_timeout = 0")  # a job's statements have none either
        for name in ("orgs", "users", "demographics", "courses", "classes", "enrollments"):
            with archive.open(f"{name}.csv") as part:
                rows = csv.reader(io.TextIOWrapper(part, "utf-8", newline=""))
                titles = next(rows)
                columns = ", ".join(f"{title.lower()} text" for title in titles)
                cursor.execute(f"DROP TABLE IF EXISTS raw_{name}")
                cursor.execute(f"CREATE TEMP TABLE raw_{name} ({columns})")
                with cursor.cursor.copy(f"COPY raw_{name} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            cursor.execute(f"ANALYZE raw_{name}")
        for name, (columns, key) in TABLES.items():
            keys = key.split(", ")
            rest = [column for column in columns if column not in keys]
            kept = [column for column in columns if column != "district_id"]
            into, table = f"pathways_{name}", "to_write"
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
            cursor.execute(
                f"CREATE TEMP TABLE {table} ({', '.join(columns)}) AS {SELECTS[name]}",
                values,
            )
            update = (
                f"DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in rest)}"
                f" WHERE ({', '.join(f'{into}.{column}' for column in rest)}) IS DISTINCT FROM"
                f" ({', '.join(f'excluded.{column}' for column in rest)})"
                if rest
                else "DO NOTHING"
            )
            cursor.execute(
                f"WITH written AS (INSERT INTO {into} ({', '.join(columns)}) SELECT * FROM {table}"
                f" ON CONFLICT ({key}) {update} RETURNING *) INSERT INTO {into}change (district, row,"
                f" version, operation, by, at, source, {', '.join(kept)}) SELECT %(d)s, written.id,"
                " 1 + COALESCE((SELECT MAX(version) FROM"
                f" {into}change earlier WHERE earlier.row = written.id), 0), 'create', 'hand', now(),"
                f" 'file', {', '.join(f'written.{column}' for column in kept)} FROM written",
                values,
            )
            cursor.execute(f"ANALYZE {into}")
    return spent() - started


def import_export(scope: Scope) -> float:
    """Rows a second of its bulk mode, which keeps no history."""
    sys.path.append(os.environ["IMPORT_EXPORT"])
    resources = importlib.import_module("import_export.resources")
    dataset = importlib.import_module("tablib").Dataset

    class Students(resources.ModelResource):  # type: ignore[misc, name-defined]
        class Meta:
            model = Student
            fields = (
                "district",
                "state_id",
                "local_id",
                "last_name",
                "first_name",
                "birth_date",
                "gender",
            )
            import_id_fields = ("district", "state_id")
            use_bulk = True
            batch_size = 1000
            skip_diff = True

    table = dataset(headers=list(Students.Meta.fields))
    for n in range(sample):
        table.append(
            (scope.district, f"{100000000 + n}", f"{n}", f"Last{n}", f"First{n}", "2007-01-02", "F")
        )
    started = spent()
    result = Students().import_data(table, raise_errors=True)
    assert result.totals["new"] == sample, result.totals
    return sample / (spent() - started)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "export.zip"
    build(file)
    before = peak()
    own, hand = scope_of("9996"), scope_of("9997")
    confirmed(own)
    first, counts = portal(own, file)
    memory = peak()
    again, unchanged = portal(own, file)
    first_hand, again_hand = by_hand(hand, file), by_hand(hand, file)

loaded = Roster.objects.filter(enrollment__student__district=own.district).count()
at_hand = Roster.objects.filter(enrollment__student__district=hand.district).count()
assert loaded == at_hand == students * lines, (loaded, at_hand, counts)
assert sum(kind["new"] + kind["changed"] for kind in unchanged.values()) == 0, unchanged
rows = sum(kind["read"] for kind in counts.values())
print(f"{students:,} students, {loaded:,} roster lines, {rows:,} rows in all")
print(
    f"first   portal {first:6.2f} s   by hand {first_hand:6.2f} s   ratio {first / first_hand:.2f}"
)
print(
    f"again   portal {again:6.2f} s   by hand {again_hand:6.2f} s   ratio {again / again_hand:.2f}"
)
print(f"memory  {memory} MB at most, {before} MB before")
if "IMPORT_EXPORT" in os.environ:
    speed = import_export(scope_of("9995"))
    print(
        f"django-import-export {speed:,.0f} rows/s, portal {rows / first:,.0f}, ratio {rows / first / speed:.1f}"
    )
