"""A district with so many rows of CTE End of Year to upload, the portal's way and by hand.

L0 = COPY into a temporary table + the same checks as one hand-written statement + one upsert of
every row; L1 = L0 + one INSERT … SELECT of a history row for every row. Neither asks what stands
already: every row is written again.
"""

from __future__ import annotations

import contextlib
import datetime
import io

from django.core.files.base import ContentFile
from django.db import connection

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
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
from tests.benchmarks.processor import spent

NUMBER = "9998"
TABLES = ("pathways_participation", "pathways_change")
FAULTS = [(2, "12345"), (7, "maybe"), (9, "07/14/22"), (11, "1,5"), (13, "9.00")]

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
NAMES = (
    "kind, dist, sid, lid, last, first, pathway, conc, single, start, total, inside, outside, dual,"
    " work, yr"
)
TYPED = (
    "lower(conc) IN ('y', 'yes'), lower(single) IN ('y', 'yes'), to_date(start, 'MM/DD/YYYY'),"
    " inside::numeric, outside::numeric, dual::numeric, work::numeric"
)
COLUMNS = (
    "concentrator, single_parent, start_date, in_district_credits, out_of_district_credits,"
    " dual_enrollment_credits, work_based_learning_credits"
)


class EndOfYear:
    """The standard lists are loaded; nothing else is asked of the portal."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.year = SchoolYear.objects.active()
        self.scope = Scope(NUMBER, self.year.end_year)
        self.pathways = list(Pathway.objects.order_by("code")[:5])
        district = District.objects.create(number=NUMBER, name="Benchmark")
        Approval.objects.bulk_create(
            Approval(district=district, pathway=pathway, school_year=self.year)
            for pathway in self.pathways
        )
        self.students = self._students(district)
        self.user = User.objects.create_user(
            "bench", "bench@example.org", None, first_name="Mark", last_name="Bench"
        )
        Membership.objects.create(user=self.user, role=Role.DATA_CLERK, district=NUMBER)

    def _students(self, district: District) -> list[Student]:
        school = School.objects.create(
            district=district, number="0001", name="Benchmark High School"
        )
        calendar = Calendar.objects.create(school=school, school_year=self.year, number="001")
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
                for n in range(self.rows // 5)
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
        return students

    def file(self, changed: int = 0, *, faulty: bool = True) -> bytes:
        """Of 100 rows `changed` say other credits than those of `file()`; two are faulty, unless
        none shall be.
        """
        lines = ["HD\t05/08/2025\t13:03:42\tMT9.1"]
        for number in range(self.rows):
            student, pathway = self.students[number // 5], self.pathways[number % 5]
            credits = "1.75" if number % 100 < changed else "1.50"
            row = ["CE", NUMBER, student.state_id, "", "Bench", student.first_name, pathway.code]
            row += ["N", "N", "07/14/2022", credits, credits, "0.00", "0.00", "0.00"]
            row.append(str(self.year.end_year))
            if faulty and number % 50 == 49:
                at, value = FAULTS[number // 50 % len(FAULTS)]
                row[at] = value
            lines.append("\t".join(row))
        return ("\n".join(lines) + "\n").encode()

    def portal(self, content: bytes, work: str = "upload", *, rejected: int | None = None) -> float:
        """Processor seconds that the portal takes. Of a file as `file()` makes it two rows of 100
        are `rejected`.
        """
        batch = submit(
            "upload",
            by=self.user,
            title="Bench",
            subject="b.tsv",
            scope=self.scope,
            options={"type": "cte-eoy", "work": work},
            content=ContentFile(content, name="i"),
        )
        started = spent()
        with contextlib.redirect_stderr(io.StringIO()):
            batch = run_here(batch)
        ended = spent()
        expected = self.rows // 50 if rejected is None else rejected
        assert batch.result["counts"]["rejected"] == expected, (batch.sentence, batch.result)
        return ended - started

    def by_hand(self, content: bytes, *, write: bool = True, history: bool = True) -> float:
        """Processor seconds of L1; of L0 without history."""
        started = spent()
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # the portal's jobs lift it too
            cursor.execute("DROP TABLE IF EXISTS raw, checked")
            columns = ", ".join(f"{name} text" for name in NAMES.split(", "))
            cursor.execute(f"CREATE TEMP TABLE raw ({columns})")
            with cursor.copy(f"COPY raw ({NAMES}) FROM STDIN") as copy:
                copy.write(content.split(b"\n", 1)[1])
            cursor.execute("ANALYZE raw")
            cursor.execute(CHECKS)
            cursor.execute(f"SELECT COUNT(*) FROM checked WHERE {BAD}")
            assert cursor.fetchone()[0] == self.rows // 50
            if write:
                self._write(cursor, history=history)
        return spent() - started

    def _write(self, cursor, *, history: bool) -> None:
        sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS.split(", "))
        alone = not connection.in_atomic_block
        if alone:
            cursor.execute("BEGIN")
        cursor.execute(
            f"""INSERT INTO pathways_participation AS p (student_id, pathway_id, {COLUMNS}, version, modified_date, modified_by, modified_end_year)
            SELECT student_id, pathway_id, {TYPED}, 1, CURRENT_DATE, 'BENCH, MARK', 2025 FROM checked WHERE NOT ({BAD})
            ON CONFLICT (student_id, pathway_id) DO UPDATE SET {sets}, version = p.version + 1"""
        )
        if history:
            cursor.execute(
                f"""INSERT INTO pathways_change (district, student_id, pathway_id, version, operation, {COLUMNS}, modified_date, by, end_year, at, source)
                SELECT '9998', p.student_id, p.pathway_id, p.version, 'update', {", ".join("p." + c for c in COLUMNS.split(", "))}, CURRENT_DATE, 'BENCH, MARK', 2025, now(), 'upload'
                FROM checked JOIN pathways_participation p USING (student_id, pathway_id) WHERE NOT ({BAD})"""
            )
        if alone:
            cursor.execute("COMMIT")
