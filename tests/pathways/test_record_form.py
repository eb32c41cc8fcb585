"""Entering and updating a record (guide, Step Two A and B): what is saved, what is refused with which words, and that nothing is lost."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from pathways.models import Approval, Change, CollectionLock, Participation, Pathway, Student
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_

TYPED = {
    "concentrator": "No",
    "single_parent": "No",
    "start_date": "07/14/2022",
    "in_district_credits": "1.50",
    "out_of_district_credits": "0.00",
    "dual_enrollment_credits": "0.00",
    "work_based_learning_credits": "0.00",
}


class Desk:
    def __init__(self, client: Client, student: Student) -> None:
        self.client, self.student = client, student
        self.base = f"/districts/9012/2025/cte-concentrator/{student.pk}/"

    def pathway(self, name: str = HEALTH) -> int:
        return Pathway.objects.get(name=name).pk

    def enter(self, name: str = HEALTH, **values: Any) -> Any:
        return self.client.post(f"{self.base}new/", {**TYPED, "pathway": self.pathway(name), "version": "0", **values})

    def change(self, name: str = HEALTH, **values: Any) -> Any:
        version = Participation.objects.get(student=self.student, pathway__name=name).version
        return self.client.post(f"{self.base}{self.pathway(name)}/", {**TYPED, "version": version, **values})

    def record(self, name: str = HEALTH) -> Participation:
        return Participation.objects.get(student=self.student, pathway__name=name)

    def page(self, address: str = "") -> str:
        return self.client.get(self.base + address).content.decode()


@pytest.fixture
def desk(client: Client, clerk: User, kayla: Student) -> Desk:
    client.force_login(clerk)
    return Desk(client, kayla)


def text(answer: Any) -> str:
    page = answer.content.decode() if hasattr(answer, "content") else answer
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&#x27;", "'").replace("&amp;", "&")


def test_a_new_pathway_is_entered(desk: Desk) -> None:
    answer = desk.enter(in_district_credits="2", concentrator="Yes")
    assert answer["Location"] == f"{desk.base}{desk.pathway()}/"
    record = desk.record()
    assert (record.total_credits, record.concentrator, record.modified_by) == (Decimal(2), True, "MARTIN, CHERYL")
    assert record.modified_date == timezone.localdate()
    page = text(desk.client.get(answer["Location"]))
    assert "Saved. ANDERSON, KAYLA R., Health Professions, 2.00 credits," in page and "Undo" in page
    assert "Saved." not in text(desk.page()), "said once"


def test_a_student_without_records_opens_on_a_new_one_with_proposals(desk: Desk) -> None:
    page = desk.page()
    assert 'name="pathway"' in page and "No CTE records yet" in page
    assert page.count('value="0.00"') == 4
    assert f'value="{timezone.localdate():%m/%d/%Y}"' in page


def test_d_09_only_approved_pathways_that_the_student_has_not_are_offered(desk: Desk) -> None:
    desk.enter(HEALTH)
    choices = re.findall(r"<option[^>]*>([^<]*)</option>", desk.page("new/"))
    assert choices == ["Select a pathway", BUSINESS]


def test_d_08_single_parent_is_set_on_all_pathways_in_one_save(desk: Desk) -> None:
    desk.enter(HEALTH)
    desk.enter(BUSINESS)
    answer = desk.change(HEALTH, single_parent="Yes", apply_to_all="on")
    assert [desk.record(name).single_parent for name in (HEALTH, BUSINESS)] == [True, True]
    assert desk.record(BUSINESS).in_district_credits == Decimal("1.50"), "nothing else of it changes"
    assert "Student Single Parent was set on 2 pathways" in text(desk.client.get(answer["Location"]))
    assert "Not the same on every pathway" not in desk.page()
    desk.change(HEALTH, single_parent="No")
    assert "Not the same on every pathway" in desk.page()


def test_d_06_the_total_proposes_and_the_clerk_decides(desk: Desk) -> None:
    desk.enter(in_district_credits="2.50")
    assert desk.record().concentrator is False
    assert "Total is 2.50. Choose Yes for CTE Concentrator, or check the credits" in text(desk.page())
    desk.change(in_district_credits="2.50", concentrator="Yes")
    assert "2.50 credits: this student is a concentrator" in text(desk.page())


def test_a_save_that_changes_nothing_says_so(desk: Desk) -> None:
    desk.enter()
    answer = desk.change()
    assert "Nothing was changed. So nothing was saved." in text(desk.client.get(answer["Location"]))
    assert Change.objects.count() == 1


BAD: list[tuple[str, str, str]] = [
    ("in_district_credits", "1,5", "Enter In District Credits with a point, like 1.50"),
    ("in_district_credits", "-1", "In District Credits must be between 0 and 30"),
    ("in_district_credits", "0.333", "In District Credits must have no more than 2 decimal places, like 1.75"),
    ("in_district_credits", "2.0000000000000001", "In District Credits must have no more than 2 decimal places, like 1.75"),
    ("in_district_credits", "", "Enter In District Credits, or 0 if none"),
    ("in_district_credits", "30.01", "In District Credits must be between 0 and 30"),
    ("out_of_district_credits", "29", "In District and Out of District Credits come to 30.50. The total must be 30 or less"),
    ("in_district_credits", "1e999999", "In District Credits must be a number, like 1.75"),
    ("in_district_credits", "9" * 400, "In District Credits must be a number, like 1.75"),
    ("in_district_credits", "2-May", "In District Credits must be a number, like 1.75. Excel may have turned it into a date"),
    ("out_of_district_credits", "NaN", "Out of District Credits must be a number, like 1.75"),
    ("out_of_district_credits", "１.５", "Out of District Credits must be a number, like 1.75"),
    ("dual_enrollment_credits", "Infinity", "Dual Enrollment Credits must be a number, like 1.75"),
    ("dual_enrollment_credits", "1\x00", "Dual Enrollment Credits must be a number, like 1.75"),
    ("dual_enrollment_credits", "1.51", "Dual Enrollment Credits are more than the total of 1.50"),
    ("work_based_learning_credits", "1.51", "Work Based Learning Credits are more than the total of 1.50"),
    ("work_based_learning_credits", "a" + "\u0301" * 400, "Work Based Learning Credits must be a number, like 1.75"),
    ("work_based_learning_credits", "<script>alert(1)</script>", "Work Based Learning Credits must be a number, like 1.75"),
    ("start_date", "07/14/22", "Start Date must include a four-digit year"),
    ("start_date", "02/30/2025", "Start Date: there is no day 02/30/2025"),
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
def test_d_02_e_01_bad_input_is_answered_beside_the_field_and_kept(field: str, value: str, words: str, desk: Desk) -> None:
    desk.enter()
    answer = desk.change(**{field: value, "out_of_district_credits" if field != "out_of_district_credits" else "unused": "0.00"})
    page = answer.content.decode()
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
        "Enter In District Credits with a point",
        "Enter the Start Date",
        "Choose Yes or No for Student Single Parent",
        "Select a CTE Pathway",
    ):
        assert words in page
    assert "Enter In District Credits, or 0 if none" not in page, "unreadable is not missing"


def test_e_02_e_03_fields_that_are_not_on_the_form_are_ignored(desk: Desk, cottonwood: District_) -> None:
    other = cottonwood.student("999000200")
    desk.enter()
    answer = desk.change(
        student=other.pk, student_id=other.pk, pathway=desk.pathway(BUSINESS), district="0965", total_credits="9", modified_by="X",
        modified_date="01/01/2020", modified_end_year="1999", delete_row="1", is_staff="1", in_district_credits="1.75",
    )  # fmt: skip
    assert answer.status_code == 302
    record = desk.record()
    assert (record.total_credits, record.modified_by, record.modified_end_year) == (Decimal("1.75"), "MARTIN, CHERYL", 2025)
    assert Participation.objects.count() == 1


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "1.0", "２"])
def test_e_02_a_version_that_was_tampered_with_overwrites_nothing(version: str, desk: Desk) -> None:
    desk.enter()
    answer = desk.change(version=version, in_district_credits="1.75")
    assert answer.status_code == 200
    assert desk.record().in_district_credits == Decimal("1.50")


@pytest.mark.parametrize("pathway", ["", "0", "abc", "99999999", "99999999999999999999", "-1", "１"])
def test_e_04_a_pathway_outside_the_list_is_refused(pathway: str, desk: Desk) -> None:
    answer = desk.enter(pathway=pathway)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not Participation.objects.exists()


def test_e_04_c_34_an_approval_withdrawn_mid_form_says_why_and_keeps_the_input(desk: Desk) -> None:
    Approval.objects.filter(pathway__name=HEALTH).delete()
    answer = desk.enter(in_district_credits="1.25")
    page = answer.content.decode()
    assert "Health Professions is not approved for this district for 2024-25. OPI can add it" in text(page)
    assert 'value="1.25"' in page
    assert re.search(rf'<option value="{desk.pathway()}" selected>', page)


def test_a_lapsed_record_keeps_being_corrected_but_its_credits_do_not_grow(desk: Desk) -> None:
    desk.enter()
    Approval.objects.filter(pathway__name=HEALTH).delete()
    answer = desk.change(single_parent="Yes")
    assert "is not approved for this district for 2024-25. The record stays" in text(desk.client.get(answer["Location"]))
    assert desk.record().single_parent is True
    refused = text(desk.change(single_parent="Yes", in_district_credits="1.75"))
    assert "Health Professions is not approved for this district" in refused
    assert desk.record().in_district_credits == Decimal("1.50")


def test_e_06_the_last_of_repeated_parameters_counts(desk: Desk) -> None:
    desk.enter()
    answer = desk.change(in_district_credits=["9", "1.75"])
    assert answer.status_code == 302
    assert desk.record().in_district_credits == Decimal("1.75")


def test_e_06_too_many_fields_or_too_much_data_is_a_plain_400(desk: Desk) -> None:
    desk.enter()
    for extra in ({f"field{number}": "x" for number in range(1100)}, {"start_date": "x" * 3_000_000}):
        answer = desk.change(**extra)
        assert answer.status_code == 400
        assert "CTE Portal" in answer.content.decode()
    assert desk.record().version == 1


def test_c_09_a_double_click_enters_once_and_is_not_an_error(desk: Desk) -> None:
    first, second = desk.enter(), desk.enter()
    assert first["Location"] == second["Location"]
    assert (Participation.objects.count(), Change.objects.count()) == (1, 1)
    version = desk.record().version
    for _ in range(2):
        assert desk.change(version=version, in_district_credits="1.75").status_code == 302
    assert desk.record().version == 2


def test_c_07_a_pathway_entered_meanwhile_is_named_and_nothing_is_lost(desk: Desk, cottonwood: District_) -> None:
    cottonwood.record(desk.student, HEALTH, by="KELLER, DANIEL")
    answer = desk.enter(in_district_credits="0.75")
    page = answer.content.decode()
    assert "This student already has Health Professions. Open that record to change it" in text(page)
    assert 'value="0.75"' in page
    assert f'href="{desk.base}{desk.pathway()}/"' in page, "the record is one step away"


def test_z_01_students_and_records_of_another_district_do_not_exist(desk: Desk, elsewhere: District_) -> None:
    stranger = elsewhere.student("999000999")
    record = elsewhere.record(stranger)
    for address in (f"{stranger.pk}/", f"{stranger.pk}/new/", f"{stranger.pk}/{record.pathway_id}/"):
        path = f"/districts/9012/2025/cte-concentrator/{address}"
        assert desk.client.get(path).status_code == 404
        assert desk.client.post(path, {**TYPED, "version": 1}).status_code in (404, 405)
    assert Participation.objects.get() == record


@pytest.mark.parametrize("number", ["999999999", "99999999999999999999999999"])
def test_numbers_that_no_row_has_are_not_found(number: str, desk: Desk) -> None:
    assert desk.client.get(f"/districts/9012/2025/cte-concentrator/{number}/").status_code == 404
    assert desk.client.get(f"{desk.base}{number}/").status_code == 404


def test_d_17_a_locked_record_is_text_with_the_reason(desk: Desk) -> None:
    desk.enter()
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since="2025-06-12T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    page = desk.page()
    assert "Locked since 06/12/2025" in text(page) and "7K3Q" in page
    assert 'name="in_district_credits"' not in page and "1.50" in page
    answer = desk.change(in_district_credits="1.75")
    assert "Records are locked since 06/12/2025" in text(answer) and 'value="1.75"' in answer.content.decode()
    assert desk.record().version == 1


def test_other_school_years_are_for_reading(desk: Desk, cottonwood: District_) -> None:
    cottonwood.enroll(desk.student, 2026)
    desk.enter()
    base = desk.base.replace("2025", "2026")
    page = desk.client.get(base).content.decode()
    assert (
        "Current values, not as of 2025-26" in page
        and f'href="{desk.base}{desk.pathway()}/"' in page
        and 'name="in_district_credits"' not in page
    )
    answer = desk.client.post(f"{base}{desk.pathway()}/", {**TYPED, "version": 1, "in_district_credits": "1.75"})
    assert answer.status_code == 200 and "active school year only" in text(answer)
    assert desk.record().version == 1


def test_a_viewer_reads_and_cannot_write(desk: Desk, viewer: User) -> None:
    desk.enter()
    desk.client.force_login(viewer)
    page = desk.page()
    assert "Health Professions" in page and 'name="in_district_credits"' not in page and "Delete" not in page
    assert desk.change(in_district_credits="1.75").status_code == 403
    assert desk.enter(BUSINESS).status_code == 403


def test_d_16_last_years_values_stand_beside_the_fields(desk: Desk, cottonwood: District_) -> None:
    cottonwood.record(desk.student, in_district_credits=Decimal("0.75"), modified_end_year=2024)
    desk.change(in_district_credits="2.25", concentrator="Yes")
    page = text(desk.page())
    assert "2023-24" in page and "0.75" in page and "2.25" in page


def test_save_and_next_goes_on_in_the_list(desk: Desk, cottonwood: District_) -> None:
    other = cottonwood.student("999000200", "Andrews", "Lena")
    token = desk.client.post("/districts/9012/2025/cte-concentrator/", {"term": "an"})["Location"].partition("?")[2]
    desk.enter()
    answer = desk.client.post(f"{desk.base}{desk.pathway()}/?{token}", {**TYPED, "version": 1, "then": "next", "in_district_credits": "1"})
    assert answer["Location"] == f"/districts/9012/2025/cte-concentrator/{other.pk}/?{token}"
    answer = desk.client.post(
        f"{desk.base}{desk.pathway()}/?{token}", {**TYPED, "version": 2, "then": "add", "in_district_credits": "1.25"}
    )
    assert answer["Location"] == f"{desk.base}new/?{token}"


def test_undo_after_a_save_brings_back_every_pathway_it_touched(desk: Desk) -> None:
    desk.enter(HEALTH)
    desk.enter(BUSINESS)
    answer = desk.change(HEALTH, single_parent="Yes", apply_to_all="on", in_district_credits="1.75")
    page = desk.client.get(answer["Location"]).content.decode()
    action, form = re.search(r'<form method="post" action="([^"]*restore/[^"]*)">(.*?)</form>', page, re.DOTALL).groups()  # type: ignore[union-attr]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    desk.client.post(action.replace("&amp;", "&"), fields)
    assert [(desk.record(name).single_parent, desk.record(name).in_district_credits) for name in (HEALTH, BUSINESS)] == [
        (False, Decimal("1.50")),
        (False, Decimal("1.50")),
    ]


def test_finance_is_not_offered(desk: Desk) -> None:
    assert FINANCE not in desk.page("new/")
