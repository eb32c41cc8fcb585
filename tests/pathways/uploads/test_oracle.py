"""The portal and an independent reader agree, and what must hold of any file (reliability, upload
properties a–g).
"""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.files import extract
from pathways.models import Change, Participation, Pathway, Student
from tests.fixtures.examples import examples
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.uploads import HEADER, Upload, file, line
from tests.pathways.uploads import oracle
from tests.pathways.uploads.oracle import Verdict, World

FAULTS: list[dict[str, str]] = [
    {},
    {},
    {},
    {},
    {},
    {"district": "0965"},
    {"year": "2024"},
    {"state_id": "12345678"},
    {"state_id": "555666777"},
    {"pathway": "Fina nce"},
    {"concentrator": "maybe"},
    {"single": "Yes"},
    {"start": "02/30/2024"},
    {"start": "01/01/2007"},
    {"inside": "1,5"},
    {"inside": "0.333"},
    {"inside": "31", "total": "31"},
    {"total": "9"},
    {"dual": "29.99"},
    {"work": "29.99"},
    {"inside": "2.25", "total": "2.25"},
    {"pathway": "Finance"},
    {"concentrator": "y"},
]
_SCOPED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def stored() -> dict[oracle.Key, oracle.Record]:
    return {
        (record.student.state_id, record.pathway.code): (
            record.concentrator,
            record.single_parent,
            record.start_date,
            record.in_district_credits,
            record.out_of_district_credits,
            record.dual_enrollment_credits,
            record.work_based_learning_credits,
        )
        for record in Participation.objects.select_related("student", "pathway")
    }


def world(cottonwood: District_) -> World:
    codes = {pathway.code: pathway.name for pathway in Pathway.objects.all()}
    students = Student.objects.filter(district=cottonwood.district)
    return World(
        "9012",
        2025,
        {student.state_id: student.birth_date for student in students},
        {student.state_id for student in students if student.enrollments.exists()},
        codes,
        {code for code, name in codes.items() if name in (HEALTH, BUSINESS)},
        timezone.localdate(),
        stored(),
    )


@pytest.fixture
def class_of_30(cottonwood: District_) -> list[str]:
    for number in range(30):
        cottonwood.student(f"9990020{number:02d}", enrolled=number != 7)
    return [f"9990020{number:02d}" for number in range(30)]


def any_row(random_: random.Random, ids: list[str]) -> str:
    cells = {
        "state_id": random_.choice(ids),
        "pathway": random_.choice([HEALTH, BUSINESS, "Health Professions"]),
    }
    for fault in random_.sample(FAULTS, random_.choice([1, 1, 1, 2])):
        cells |= fault
    return line(**cells)


@pytest.mark.parametrize("seed", range(12))
def test_the_portal_agrees_with_the_independent_reader(
    seed: int, upload: Upload, cottonwood: District_, class_of_30: list[str]
) -> None:
    random_ = random.Random(seed)
    for _ in range(3):  # the second and third file meet what the ones before have stored
        rows = [any_row(random_, class_of_30) for _ in range(random_.choice([3, 40, 120]))]
        verdict: Verdict = oracle.apply("\n".join([HEADER, *rows]), world(cottonwood))
        done = upload(file(*rows, end="\n"))
        if done.refused:
            continue  # over half of a short file may be wrong in one column
        rules_by_line: dict[int, set[str]] = {}
        for number, rule in done.errors:
            rules_by_line.setdefault(number, set()).add(rule)
        assert rules_by_line == verdict.errors
        counts = done.counts
        assert (counts["read"], counts["new"], counts["changed"], counts["unchanged"]) == (
            verdict.read,
            verdict.new,
            verdict.changed,
            verdict.unchanged,
        )
        assert counts["rejected"] == len(verdict.errors)
        assert stored() == verdict.records


@given(
    content=st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: f"{HEADER}\n{text}".encode("utf-8", "replace"))
)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=_SCOPED)
def test_a_any_bytes_come_to_an_end(content: bytes, upload: Upload, kayla: Student) -> None:
    with transaction.atomic():
        done = upload(content)
        assert done.refused or done.counts["rejected"] == done.counts["read"]
        transaction.set_rollback(True)


def test_b_and_g_the_extract_uploads_back_as_no_change(
    upload: Upload, cottonwood: District_, class_of_30: list[str]
) -> None:
    upload(
        file(
            *[
                line(state_id=student, pathway=name)
                for student in class_of_30[:7]
                for name in (HEALTH, BUSINESS)
            ]
        )
    )
    Pathway.objects.get(name=HEALTH).approvals.all().delete()  # a lapsed approval among the rows
    rows = ["\t".join(row) for row in extract.rows(cottonwood.scope)]
    assert len(rows) == 14
    before = Change.objects.count()
    done = upload(file(*rows))
    assert done.counts == {
        "read": 14,
        "new": 0,
        "changed": 0,
        "unchanged": 14,
        "rejected": 0,
        "warnings": 0,
    }
    assert Change.objects.count() == before


def test_c_the_order_of_rows_does_not_matter(
    upload: Upload, cottonwood: District_, class_of_30: list[str]
) -> None:
    random_ = random.Random(4)
    rows = [any_row(random_, class_of_30) for _ in range(60)]
    findings = []
    for _ in range(3):
        with transaction.atomic():
            done = upload(file(*rows))
            findings.append((done.counts, stored()))
            transaction.set_rollback(True)
        random_.shuffle(rows)
    assert findings[0] == findings[1] == findings[2]


def test_d_the_second_upload_changes_nothing_and_says_so(
    upload: Upload, class_of_30: list[str]
) -> None:
    """C-02."""
    content = file(
        *[line(state_id=state_id) for state_id in class_of_30 if state_id != class_of_30[7]]
    )
    first = upload(content)
    changes = Change.objects.count()
    second = upload(content)
    assert first.counts["new"] == 29
    assert second.counts | {"new": 0, "changed": 0, "unchanged": 29} == second.counts
    assert Change.objects.count() == changes
    assert (
        "Identical to the upload of" in second.batch.result["same_as"]
        and "MARTIN, CHERYL" in second.batch.result["same_as"]
    )


@given(
    column=st.integers(0, 15),
    row=st.integers(0, 28),
    value=st.sampled_from(["", "x", "99", "-1", "Y", "\u200b", "02/30/2024", "1.555"]),
)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=_SCOPED)
def test_e_one_wrong_cell_concerns_its_row_alone(
    column: int, row: int, value: str, upload: Upload, class_of_30: list[str]
) -> None:
    rows = [line(state_id=state_id) for state_id in class_of_30 if state_id != class_of_30[7]]
    cells = rows[row].split("\t")
    cells[column] = value
    rows[row] = "\t".join(cells)
    with transaction.atomic():
        done = upload(file(*rows), work="validate")
        assert not done.refused and {number for number, _ in done.rules} <= {row + 2}
        transaction.set_rollback(True)


def test_f_upload_finds_what_the_test_found(upload: Upload, class_of_30: list[str]) -> None:
    random_ = random.Random(9)
    content = file(*[any_row(random_, class_of_30) for _ in range(90)])
    tested, done = upload(content, work="validate"), upload(content)
    assert tested.findings == done.findings and tested.counts == done.counts


def test_g_the_rejected_rows_upload_cleanly_once_they_are_right(
    upload: Upload, class_of_30: list[str]
) -> None:
    rows = [line(state_id=state_id) for state_id in class_of_30[:6]]
    done = upload(
        file(
            *rows,
            line(state_id=class_of_30[8], inside="1,5"),
            line(state_id=class_of_30[9], dual="9"),
        )
    )
    assert done.counts["rejected"] == 2
    fixed = done.content("rejected.tsv").replace(b"1,5", b"1.5").replace(b"\t9\t", b"\t0\t")
    again = upload(fixed)
    assert again.counts | {"read": 2, "new": 2, "rejected": 0} == again.counts


def test_your_file_with_errors_uploads_without_the_added_column(
    upload: Upload, class_of_30: list[str]
) -> None:
    done = upload(
        file(line(state_id=class_of_30[0]), line(state_id=class_of_30[1], inside="1,5")),
        work="validate",
    )
    annotated = done.content("errors.tsv")
    assert b"CTE-001 Use a decimal point in District Credits" in annotated
    again = upload(annotated.replace(b"1,5", b"1.5"))
    assert again.errors == [] and again.counts["new"] == 2


def test_validate_leaves_both_databases_as_they_are(
    upload: Upload, class_of_30: list[str], state_edition: Any
) -> None:
    """F-39."""
    upload(file(line(state_id=class_of_30[0])))
    state_edition()

    def digest() -> list[Any]:
        findings = []
        for alias in ("default", "state"):
            for table in (
                "pathways_participation",
                *(["pathways_change"] if alias == "default" else []),
            ):
                with connections[alias].cursor() as cursor:
                    cursor.execute(f"SELECT * FROM {table} ORDER BY id")
                    findings.append(cursor.fetchall())
        return findings

    before = digest()
    done = upload(
        file(
            line(state_id=class_of_30[0], inside="1.75", total="1.75"),
            line(state_id=class_of_30[1]),
        ),
        work="validate",
    )
    assert (
        done.counts | {"new": 1, "changed": 1} == done.counts
        and "Nothing has been saved yet" in done.batch.sentence
    )
    assert digest() == before


def test_nothing_unless_all_are_good(upload: Upload, class_of_30: list[str]) -> None:
    rows = (line(state_id=class_of_30[0]), line(state_id=class_of_30[1], inside="x"))
    done = upload(file(*rows), all_or_nothing=True)
    assert (
        not Participation.objects.exists()
        and "nothing was saved, as you chose" in done.batch.sentence
    )
    assert upload(file(rows[0]), all_or_nothing=True).counts["new"] == 1


def test_rows_outside_the_file_stay_and_are_counted(
    upload: Upload, cottonwood: District_, class_of_30: list[str]
) -> None:
    cottonwood.record(Student.objects.get(state_id=class_of_30[3]))
    done = upload(file(line(state_id=class_of_30[0])))
    assert done.batch.result["not_in_file"] == 1 and Participation.objects.count() == 2


def test_credits_are_exact_to_the_cent(upload: Upload, kayla: Student) -> None:
    upload(file(line(inside="0.10", outside="0.20", total="0.30", dual="0.30")))
    assert Participation.objects.get().dual_enrollment_credits == Decimal("0.30")
