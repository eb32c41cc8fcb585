"""The figures that are certified: each student once, the same for the same records wherever they
stand (R-04).
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.collections.end_of_year import END_OF_YEAR
from certification.collections.figures import CREDITS, GROUPINGS, counts_of
from certification.models import CertificationEvent
from pathways.ledger import canonical
from pathways.ledger.canonical import COLUMNS, CanonicalRow
from tests.fixtures.certification import make_round, seal_records
from tests.fixtures.examples import examples
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_
from tests.pathways.reports.oracle import Oracle

DAY = datetime.date(2025, 5, 8)
AMOUNT = st.decimals(min_value=0, max_value=30, places=2)
ROW = st.fixed_dictionaries(
    {
        "state_id": st.sampled_from(["999000123", "999000124", "999000125"]),
        "grade": st.sampled_from(["KG", "09", "10", "12"]),
        "gender": st.sampled_from(["F", "M"]),
        "school_number": st.sampled_from(["0001", "0002"]),
        "pathway_code": st.sampled_from(["01", "10", "17"]),
        "concentrator": st.booleans(),
        "single_parent": st.booleans(),
        **dict.fromkeys(CREDITS, AMOUNT),
    }
)


def canonical_row(values: dict[str, Any]) -> CanonicalRow:
    filled = {
        **dict.fromkeys(COLUMNS, ""),
        "school_name": f"School {values['school_number']}",
        "pathway_name": f"Pathway {values['pathway_code']}",
        "birth_date": DAY,
        "modified_date": DAY,
        **values,
    }
    return CanonicalRow(**filled)


def counted_again(records: list[dict[str, Any]]) -> dict[str, Any]:
    """The same by looking for each student anew."""
    students = {record["state_id"] for record in records}
    concentrators = {
        who
        for who in students
        if any(record["concentrator"] for record in records if record["state_id"] == who)
    }
    alone = {
        who
        for who in students
        if any(record["single_parent"] for record in records if record["state_id"] == who)
    }
    return {
        "records": len(records),
        "students": len(students),
        "concentrators": len(concentrators),
        "participants": len(students - concentrators),
        "single_parents": len(alone),
        "credits": {
            name: str(sum((record[name] for record in records), Decimal("0.00")))
            for name in CREDITS
        },
    }


@settings(max_examples=examples(150), deadline=None)
@given(records=st.lists(ROW, max_size=12), shuffled=st.randoms())
def test_r_04_figures_are_those_of_an_independent_count_in_any_order(
    records: list[dict[str, Any]], shuffled: Any
) -> None:
    rows = [canonical_row(record) for record in records]
    counts = counts_of(rows)
    assert counts["totals"] == counted_again(records)
    for grouping, (column, _) in GROUPINGS.items():
        codes = {record[column] for record in records}
        assert {
            group["code"]: {name: group[name] for name in counts["totals"]}
            for group in counts[grouping]
        } == {
            code: counted_again([record for record in records if record[column] == code])
            for code in codes
        }
    shuffled.shuffle(rows)
    again = counts_of(iter(rows))
    assert json.dumps(again) == json.dumps(counts), (
        "any order of the rows, in the same order of the groups"
    )
    assert json.loads(json.dumps(counts)) == counts, "as JSON holds it"


def test_groups_stand_in_their_own_order_with_their_names() -> None:
    rows = [
        canonical_row(
            {
                "state_id": f"99900012{at}",
                "gender": gender,
                "grade": grade,
                "school_number": "0001",
                "pathway_code": code,
            }
            | {"concentrator": True, "single_parent": False}
            | dict.fromkeys(CREDITS, Decimal("0.10"))
        )
        for at, (gender, grade, code) in enumerate(
            [("M", "12", "17"), ("F", "09", "01"), ("F", "KG", "01")]
        )
    ]
    counts = counts_of(rows)
    assert [group["name"] for group in counts["grades"]] == ["Grade KG", "Grade 9", "Grade 12"]
    assert [group["name"] for group in counts["genders"]] == ["Female", "Male"]
    assert [(group["code"], group["name"]) for group in counts["pathways"]] == [
        ("01", "Pathway 01"),
        ("17", "Pathway 17"),
    ]
    assert counts["totals"]["credits"]["total_credits"] == "0.30"


@pytest.fixture
def three_students(cottonwood: District_, state_edition: Any) -> District_:
    cottonwood.approve(FINANCE)
    kayla = cottonwood.student("999000123")
    cottonwood.record(kayla, HEALTH, concentrator=True, in_district_credits=Decimal("2.10"))
    cottonwood.record(kayla, BUSINESS, in_district_credits=Decimal("0.20"))
    cottonwood.record(
        cottonwood.student("999000124", "Brown", "Ben", gender="M"), FINANCE, single_parent=True
    )
    ada = cottonwood.student("999000125", "Cole", "Ada", enrolled=False)
    cottonwood.enroll(ada, grade="09")
    cottonwood.record(ada, HEALTH)
    state_edition()
    return cottonwood


def test_the_state_edition_and_its_sealed_copy_count_the_same_and_as_the_reports_do(
    event: CertificationEvent, three_students: District_
) -> None:
    scope = three_students.scope.at_state()
    counts = counts_of(canonical.rows(scope))
    copy = seal_records(make_round(event), scope)
    assert counts_of(END_OF_YEAR.rows_of(copy)) == counts == copy.counts
    reported = Oracle("9012", 2025, "state").counts()
    totals = counts["totals"]
    assert totals["students"] == reported["count-concentrator-participant"] == 3
    assert totals["concentrators"] == reported["concentrators"] == 1
    assert totals["participants"] == reported["participants"] == 2
    assert totals["single_parents"] == reported["count-single-parent"] == 1
    assert totals["credits"]["total_credits"] == "5.30"


def test_sealed_records_keep_the_figures_when_the_records_move_on(
    event: CertificationEvent, three_students: District_
) -> None:
    copy = seal_records(make_round(event), three_students.scope.at_state())
    before = counts_of(END_OF_YEAR.rows_of(copy))
    student = three_students.student("999000129", "Dean", "Dot")
    three_students.record(student, HEALTH, concentrator=True)
    copy.refresh_from_db()
    assert counts_of(END_OF_YEAR.rows_of(copy)) == before == copy.counts
