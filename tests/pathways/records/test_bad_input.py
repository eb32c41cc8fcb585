"""Bad input is answered beside the field, in words, with everything that was typed still there
(D-01, D-02, E-01 to E-06).
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Participation, Student
from tests.fixtures.records import BUSINESS, District_
from tests.pathways.desk import Desk, dense, text


@pytest.fixture
def desk(client: Client, clerk: User, kayla: Student) -> Desk:
    client.force_login(clerk)
    return Desk(client, kayla)


BAD: list[tuple[str, str, str]] = [
    ("in_district_credits", "1,5", "Use a decimal point in In District Credits, like 1.50"),
    ("in_district_credits", "-1", "In District Credits must be between 0 and 30"),
    (
        "in_district_credits",
        "0.333",
        "In District Credits must have no more than 2 decimal places, like 1.75",
    ),
    (
        "in_district_credits",
        "2.0000000000000001",
        "In District Credits must have no more than 2 decimal places, like 1.75",
    ),
    ("in_district_credits", "", "Enter In District Credits, or 0 if none"),
    ("in_district_credits", "30.01", "In District Credits must be between 0 and 30"),
    (
        "out_of_district_credits",
        "29",
        "In District and Out of District Credits come to 30.50. The total must be 30 or less",
    ),
    ("in_district_credits", "1e999999", "In District Credits must be a number, like 1.75"),
    ("in_district_credits", "9" * 400, "In District Credits must be a number, like 1.75"),
    (
        "in_district_credits",
        "2-May",
        "In District Credits must be a number, like 1.75. Excel may have turned it into a date",
    ),
    ("out_of_district_credits", "NaN", "Out of District Credits must be a number, like 1.75"),
    ("out_of_district_credits", "１.５", "Out of District Credits must be a number, like 1.75"),
    ("dual_enrollment_credits", "Infinity", "Dual Enrollment Credits must be a number, like 1.75"),
    ("dual_enrollment_credits", "1\x00", "Dual Enrollment Credits must be a number, like 1.75"),
    ("dual_enrollment_credits", "1.51", "Dual Enrollment Credits are more than the total of 1.50"),
    (
        "work_based_learning_credits",
        "1.51",
        "Work Based Learning Credits are more than the total of 1.50",
    ),
    (
        "work_based_learning_credits",
        "a" + "\u0301" * 400,
        "Work Based Learning Credits must be a number, like 1.75",
    ),
    (
        "work_based_learning_credits",
        "<script>alert(1)</script>",
        "Work Based Learning Credits must be a number, like 1.75",
    ),
    ("start_date", "07/14/22", "Start Date must include a four-digit year"),
    ("start_date", "02/30/2025", "Start Date: 02/30/2025 is not a valid date"),
    ("start_date", "2025-05-08", "Start Date must be a date like 07/14/2022"),
    ("start_date", "05/08/0025", "Start Date must be in 1950 or later"),
    ("start_date", "05/08/9999", "Start Date must be today or earlier"),
    ("start_date", "01/01/2007", "Start Date must be after the student's date of birth"),
    ("start_date", "", "Enter the Start Date, like 07/14/2022"),
    ("start_date", "x" * 10_000, "Start Date must be a date like 07/14/2022"),
    ("concentrator", "", "Choose Yes or No for CTE Concentrator"),
    ("concentrator", "maybe", "Choose Yes or No for CTE Concentrator"),
    ("single_parent", "1", "Choose Yes or No for Student Single Parent"),
]


@pytest.mark.parametrize(("field", "value", "words"), BAD)
def test_d_02_e_01_bad_input_is_answered_beside_the_field_and_kept(
    field: str, value: str, words: str, desk: Desk
) -> None:
    desk.enter()
    answer = desk.change(
        **{
            field: value,
            "out_of_district_credits" if field != "out_of_district_credits" else "unused": "0.00",
        }
    )
    page = dense(answer.content.decode())
    assert answer.status_code == 200
    assert "<title>Error: " in page and "There is a problem" in page
    assert words in text(page)
    summary, _, form = page.partition("CTE Participant Detail")
    assert words in text(summary) and words in text(form), "in the summary and beside the field"
    assert re.search(rf'href="#id_{field}', summary), "the summary leads to the field"
    assert f'id="id_{field}_error"' in form
    assert "<script>alert" not in page
    if field in ("in_district_credits", "start_date") and value and len(value) < 100:
        assert f'value="{value}"' in page, "what was typed is still there"
    assert desk.record().version == 1


def test_d_01_all_problems_are_told_at_once(desk: Desk) -> None:
    page = text(desk.enter(in_district_credits="1,5", start_date="", single_parent="", pathway=""))
    for words in (
        "Use a decimal point in In District Credits",
        "Enter the Start Date",
        "Choose Yes or No for Student Single Parent",
        "Select a CTE Pathway",
    ):
        assert words in page
    assert "Enter In District Credits, or 0 if none" not in page, "unreadable is not missing"


def test_e_02_e_03_fields_that_are_not_on_the_form_are_ignored(
    desk: Desk, cottonwood: District_
) -> None:
    other = cottonwood.student("999000200")
    desk.enter()
    answer = desk.change(
        student=other.pk,
        student_id=other.pk,
        pathway=desk.pathway(BUSINESS),
        district="0965",
        total_credits="9",
        modified_by="X",
        modified_date="01/01/2020",
        modified_end_year="1999",
        delete_row="1",
        is_staff="1",
        in_district_credits="1.75",
    )
    assert answer.status_code == 302
    record = desk.record()
    assert (record.total_credits, record.modified_by, record.modified_end_year) == (
        Decimal("1.75"),
        "MARTIN, CHERYL",
        2025,
    )
    assert Participation.objects.count() == 1


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "1.0", "２"])
def test_e_02_a_version_that_was_tampered_with_overwrites_nothing(version: str, desk: Desk) -> None:
    desk.enter()
    answer = desk.change(version=version, in_district_credits="1.75")
    assert answer.status_code == 200
    assert desk.record().in_district_credits == Decimal("1.50")


@pytest.mark.parametrize(
    "pathway", ["", "0", "abc", "99999999", "99999999999999999999", "-1", "１"]
)
def test_e_04_a_pathway_outside_the_list_is_refused(pathway: str, desk: Desk) -> None:
    answer = desk.enter(pathway=pathway)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not Participation.objects.exists()


def test_e_06_the_last_of_repeated_parameters_counts(desk: Desk) -> None:
    desk.enter()
    answer = desk.change(in_district_credits=["9", "1.75"])
    assert answer.status_code == 302
    assert desk.record().in_district_credits == Decimal("1.75")


def test_e_06_too_many_fields_or_too_much_data_is_a_plain_400(desk: Desk) -> None:
    desk.enter()
    for extra in (
        {f"field{number}": "x" for number in range(1100)},
        {"start_date": "x" * 3_000_000},
    ):
        answer = desk.change(**extra)
        assert answer.status_code == 400
        assert "CTE Portal" in answer.content.decode()
    assert desk.record().version == 1
