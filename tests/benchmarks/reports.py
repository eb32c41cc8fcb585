"""The guide's five reports beside hand-written SQL for the same answer; by hand, on a scratch
portal with `demo` loaded on PostgreSQL: `python3 manage.py demo --districts 400 --students 150000`,
then `python3 manage.py shell < tests/benchmarks/reports.py`.

Students with enrollments and records are first copied set-wise until there are RECORDS
participations (default 1,000,000). Medians of RUNS. *whole state* is each student once by State ID;
*50 rows* is the count, the first 50 rows and the rendered box of the page beside the two statements
by hand; *largest district* is what its page asks. At the end: validation of all districts as the
batch does it, beside the same statements by hand.
"""

import os
import statistics
import time

from django.db import connection
from django.template.loader import render_to_string

from cte_portal.editions import Edition, Scope
from pathways.models import District, Participation, SchoolYear
from pathways.reports.groups import END_OF_YEAR, REPORTS
from pathways.reports.screen import PAGE, Opened, ReportLine, screen_row
from pathways.reports.statewide import district_lines

wanted, runs = int(os.environ.get("RECORDS", "1000000")), int(os.environ.get("RUNS", "5"))
year = SchoolYear.objects.active().end_year
STATE = (
    Edition.DISTRICT
)  # the same tables stand in both editions; this one is filled without a resync


def scale() -> None:
    have = Participation.objects.count()
    if have >= wanted:
        return
    copies = -(-(wanted - have) // have)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            """CREATE TEMP TABLE copied AS SELECT id AS old, nextval(pg_get_serial_sequence('pathways_student', 'id')) AS new,
            (100000000 + row_number() OVER ())::text AS state_id FROM pathways_student CROSS JOIN generate_series(1, %s)""",
            [copies],
        )
        cursor.execute("ANALYZE copied")
        for table, columns, student in (
            (
                "student",
                "district_id, local_id, last_name, first_name, middle_name, birth_date, gender",
                "id, state_id",
            ),
            (
                "enrollment",
                "calendar_id, service_type, grade, start_date, end_date, end_status",
                "student_id",
            ),
            (
                "participation",
                (
                    "pathway_id, concentrator, single_parent, start_date, in_district_credits,"
                    " out_of_district_credits, dual_enrollment_credits,"
                    " work_based_learning_credits, modified_date, modified_by, modified_end_year,"
                    " version"
                ),
                "student_id",
            ),
        ):
            key = "id" if table == "student" else "student_id"
            new = "new, copied.state_id" if table == "student" else "new"
            cursor.execute(
                f"INSERT INTO pathways_{table} ({student}, {columns}) SELECT {new}, {columns} FROM"
                f" pathways_{table} t JOIN copied ON t.{key} = old"
            )
        cursor.execute("VACUUM ANALYZE")


ENROLLED = f"""EXISTS (SELECT 1 FROM pathways_enrollment e JOIN pathways_calendar c ON c.id = e.calendar_id
    JOIN pathways_schoolyear y ON y.end_year = c.end_year WHERE e.student_id = p.student_id AND c.end_year = {year}
    AND e.service_type IN ('P', 'S', 'N') AND (e.end_date IS NULL OR e.end_date >= y.starts))"""
FROM = "FROM pathways_participation p JOIN pathways_student s ON s.id = p.student_id"
NAMES = "s.state_id, s.last_name, s.first_name"
BY_NAME = "ORDER BY s.last_name, s.first_name, s.state_id"
WRONG = "(NOT p.concentrator AND p.total_credits >= 2 OR p.concentrator AND p.total_credits < 2)"
DIFFERS = (
    "EXISTS (SELECT 1 FROM pathways_participation o WHERE o.student_id = p.student_id AND NOT"
    " o.single_parent)"
)
MODIFIED = f"p.modified_end_year = {year}"
PATHWAY = "JOIN pathways_pathway w ON w.id = p.pathway_id"
# Count, and the first 50 rows, with {here} for the district and {student} for what tells students
# apart.
BY_HAND = {
    "a": (
        (
            "SELECT count(*), count(*) FILTER (WHERE yes) FROM (SELECT bool_or(p.concentrator) AS"
            f" yes {FROM} WHERE {ENROLLED} {{here}} GROUP BY {{student}}) one"
        ),
        (
            f"SELECT p.student_id, {NAMES}, bool_or(p.concentrator), count(*) {FROM} WHERE"
            f" {ENROLLED} {{here}} GROUP BY 1, 2, 3, 4 {BY_NAME} LIMIT 50"
        ),
    ),
    "b": (
        f"SELECT count(DISTINCT {{student}}) {FROM} WHERE p.single_parent AND {ENROLLED} {{here}}",
        (
            f"SELECT p.student_id, {NAMES}, count(*) {FROM} WHERE p.single_parent AND {ENROLLED}"
            f" {{here}} GROUP BY 1, 2, 3, 4 {BY_NAME} LIMIT 50"
        ),
    ),
    "c": (
        (
            f"SELECT count(DISTINCT {{student}}) {FROM} WHERE p.single_parent AND {DIFFERS} AND"
            f" {ENROLLED} {{here}}"
        ),
        (
            f"SELECT p.student_id, {NAMES}, min(q.pathway_id) FILTER (WHERE NOT q.single_parent),"
            " string_agg(w.name, '; ') FILTER (WHERE q.single_parent), string_agg(w.name, '; ')"
            f" FILTER (WHERE NOT q.single_parent) {FROM} JOIN pathways_participation q ON"
            " q.student_id = p.student_id JOIN pathways_pathway w ON w.id = q.pathway_id WHERE"
            f" p.single_parent AND {DIFFERS} AND {ENROLLED} {{here}} GROUP BY 1, 2, 3, 4 {BY_NAME}"
            " LIMIT 50"
        ),
    ),
    "d": (
        f"SELECT count(*) {FROM} WHERE {WRONG} AND {ENROLLED} {{here}}",
        (
            f"SELECT p.student_id, {NAMES}, w.name, p.total_credits, p.concentrator {FROM}"
            f" {PATHWAY} WHERE {WRONG} AND {ENROLLED} {{here}} {BY_NAME}, w.code LIMIT 50"
        ),
    ),
    "e": (
        f"SELECT count(*) {FROM} WHERE {MODIFIED} AND {ENROLLED} {{here}}",
        (
            f"SELECT p.student_id, {NAMES}, w.name, p.concentrator, p.total_credits,"
            f" p.modified_date, p.modified_by {FROM} {PATHWAY} WHERE {MODIFIED} AND {ENROLLED}"
            f" {{here}} {BY_NAME}, w.code LIMIT 50"
        ),
    ),
}


def by_hand(sql: str, district: str = "") -> list:
    here = f"AND s.district_id = '{district}'" if district else ""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(here=here, student="p.student_id" if district else "s.state_id"))
        return cursor.fetchall()


def beside(*contestants) -> list[float]:
    """Medians in ms; the contestants take turns, so that a busy machine is busy for all."""
    taken = [[] for _ in contestants]
    for turn in range(runs + 1):
        for held, contestant in zip(taken, contestants, strict=True):
            began = time.perf_counter()
            contestant()
            if turn:  # the first warms the cache
                held.append((time.perf_counter() - began) * 1000)
    return [statistics.median(held) for held in taken]


def box(report, rows, figure, scope) -> str:
    """The open report as the page renders it."""
    open_report = Opened(
        ReportLine(report, figure, None),
        scope,
        [screen_row(report, scope, row) for row in rows],
        1,
        figure.count,
    )
    return render_to_string(
        "pathways/reports/validation_open.html",
        {"opened": open_report, "district": scope.district, "year": year, "may_cure": True},
    )


def page_of_state(report):
    return box(
        report,
        list(report.matches(report.of_state(STATE, year))[:PAGE]),
        report.total(STATE, year),
        Scope(largest, year),
    )


def page_of_district(report):
    scope = Scope(largest, year)
    return box(report, list(report.rows(scope, most=PAGE)), report.count(scope), scope)


scale()
sizes = {
    number: Participation.objects.filter(student__district_id=number).count()
    for number in District.objects.values_list("pk", flat=True)
}
largest = max(sizes, key=lambda number: sizes[number])
print(
    f"{Participation.objects.count():,} records of {len(sizes)} districts, the largest"
    f" {sizes[largest]:,}"
)
print(
    "report               whole state: hand  portal   ×    | 50 rows: hand  portal   ×    | largest"
    " district: hand  portal  + page"
)
missed = []
for report in REPORTS.values():
    if not report.letter:
        continue
    count, rows = BY_HAND[report.letter]
    figure = report.total(STATE, year)
    assert by_hand(count)[0] == (figure.count, *list(figure.parts.values())[:1]), report.slug
    assert by_hand(count, largest)[0][0] == report.count(Scope(largest, year)).count, report.slug
    hand, ours = beside(lambda: by_hand(count), lambda: report.total(STATE, year))  # noqa: B023
    both, page = beside(lambda: (by_hand(count), by_hand(rows)), lambda: page_of_state(report))  # noqa: B023
    small, here, local = beside(
        lambda: by_hand(count, largest),  # noqa: B023
        lambda: report.count(Scope(largest, year)),  # noqa: B023
        lambda: page_of_district(report),  # noqa: B023
    )
    print(
        f"{report.letter} {report.short[:22]:<24} {hand:10.1f} {ours:7.1f} {ours / hand:5.2f} |"
        f" {both:13.1f} {page:7.1f} {page / both:5.2f} | {small:22.1f} {here:7.1f} {local:7.1f}"
    )
    missed += [f"{report.letter}: count"] if ours > 1.2 * hand + 5 else []
    missed += [f"{report.letter}: page"] if page > 2 * both else []

every = [
    f"SELECT s.district_id, {{what}} {FROM} WHERE {{which}} {ENROLLED} GROUP BY 1".replace(
        "{what}", what
    ).replace("{which}", which)
    for what, which in (
        (
            (
                "count(DISTINCT p.student_id), count(DISTINCT p.student_id) FILTER (WHERE"
                " p.concentrator)"
            ),
            "",
        ),
        ("count(DISTINCT p.student_id)", "p.single_parent AND"),
        ("count(DISTINCT p.student_id)", f"p.single_parent AND {DIFFERS} AND"),
        ("count(*)", f"{WRONG} AND"),
        ("count(*)", f"{MODIFIED} AND"),
    )
]
hand, ours = beside(lambda: [by_hand(sql) for sql in every], lambda: district_lines(STATE, year))
print(
    f"all districts, five reports: by hand {hand:,.0f} ms, portal {ours:,.0f} ms, ×"
    f" {ours / hand:.2f}"
)
certification = END_OF_YEAR.reports[-1]
print(
    "all districts, Certification report:"
    f" {beside(lambda: certification.by_district(STATE, year))[0]:,.0f} ms"
)
missed += ["all districts"] if ours > 3 * hand else []
print("missed: " + ", ".join(missed) if missed else "all within the limits")
