"""What the record page shows and offers, to whom and when."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Student
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_, lock_records
from tests.pathways.desk import TYPED, Desk, dense, text


@pytest.fixture
def desk(client: Client, clerk: User, kayla: Student) -> Desk:
    client.force_login(clerk)
    return Desk(client, kayla)


def test_a_student_without_records_opens_on_a_new_one_with_proposals(desk: Desk) -> None:
    page = desk.page()
    assert 'name="pathway"' in page and "No CTE records yet" in page
    assert page.count('value="0.00"') == 4
    assert 'value="08/21/2024"' in page, (
        "walk 15: the first day of the enrollment, never the day of entry"
    )


def test_d_09_only_approved_pathways_that_the_student_has_not_are_offered(desk: Desk) -> None:
    desk.enter(HEALTH)
    choices = re.findall(r"<option[^>]*>([^<]*)</option>", desk.page("new/"))
    assert choices == ["Select a pathway", BUSINESS]


def test_d_06_the_total_proposes_and_the_clerk_decides(desk: Desk) -> None:
    desk.enter(in_district_credits="2.50")
    assert desk.record().concentrator is False
    assert "Total is 2.50. Choose Yes for CTE Concentrator, or check the credits" in text(
        desk.page()
    )
    desk.change(in_district_credits="2.50", concentrator="Yes")
    assert "2.50 credits: this student is a concentrator" in text(desk.page())


def test_d_17_a_locked_record_is_text_with_the_reason(desk: Desk) -> None:
    desk.enter()
    lock_records()
    page = desk.page()
    assert "Locked since 06/12/2025" in text(page) and "7K3Q" in page
    assert 'name="in_district_credits"' not in page and "1.50" in page
    answer = desk.change(in_district_credits="1.75")
    assert (
        "Records have been locked since 06/12/2025" in text(answer)
        and 'value="1.75"' in answer.content.decode()
    )
    assert desk.record().version == 1


def test_other_school_years_are_for_reading(desk: Desk, cottonwood: District_) -> None:
    cottonwood.enroll(desk.student, 2026)
    desk.enter()
    base = desk.base.replace("2025", "2026")
    page = desk.client.get(base).content.decode()
    assert (
        "not those of 2025-26" in page
        and f'href="{desk.base}{desk.pathway()}/"' in page
        and 'name="in_district_credits"' not in page
    )
    answer = desk.client.post(
        f"{base}{desk.pathway()}/", {**TYPED, "version": 1, "in_district_credits": "1.75"}
    )
    assert (
        answer.status_code == 200
        and "Records can be changed only in the current school year" in text(answer)
    )
    assert desk.record().version == 1


def test_a_viewer_reads_and_cannot_write(desk: Desk, viewer: User) -> None:
    desk.enter()
    desk.client.force_login(viewer)
    page = desk.page()
    assert (
        "Health Professions" in page
        and 'name="in_district_credits"' not in page
        and "Delete" not in page
    )
    assert desk.change(in_district_credits="1.75").status_code == 403
    assert desk.enter(BUSINESS).status_code == 403


def test_d_16_last_years_values_stand_beside_the_fields(desk: Desk, cottonwood: District_) -> None:
    cottonwood.record(desk.student, in_district_credits=Decimal("0.75"), modified_end_year=2024)
    desk.change(in_district_credits="2.25", concentrator="Yes")
    page = text(desk.page())
    assert "2023-24" in page and "0.75" in page and "2.25" in page


def test_finance_is_not_offered(desk: Desk) -> None:
    assert FINANCE not in desk.page("new/")


def test_d_09_pathways_already_entered_are_named_and_lead_to_their_records(desk: Desk) -> None:
    desk.enter(HEALTH)
    page = desk.page("new/")
    assert "Already entered. Open: Health Professions" in text(page)
    assert page.count(f'href="{desk.base}{desk.pathway()}/"') == 2, (
        "in the summary, and beside the choices"
    )


def test_a_records_pathway_is_not_to_be_changed_and_the_page_says_how_to_move_credits(
    desk: Desk,
) -> None:
    desk.enter(HEALTH)
    page = desk.page()
    assert 'name="pathway"' not in page and "<select" not in page
    assert "Delete this record and add one for the other pathway" in page


def test_another_pathway_is_offered_as_long_as_one_is_left(desk: Desk) -> None:
    words = "Save and add another pathway"
    assert words in desk.page("new/")
    desk.enter(HEALTH)
    assert words in desk.page()
    assert words not in desk.page("new/"), "the last one is on the form already"
    desk.enter(BUSINESS)
    assert words not in desk.page()
    assert "No pathway to add" in desk.page("new/")


def test_d_11_each_term_is_explained_one_key_away_in_the_guides_words(desk: Desk) -> None:
    page = desk.page()
    for question in (
        "What is a pathway?",
        "What is a concentrator?",
        "Who is a single parent?",
        "What is the start date?",
        "Which credits count where?",
    ):
        assert re.search(
            rf"<details[^>]*><summary>.*?{re.escape(question)}</summary>", page, re.DOTALL
        )
    assert (
        "two or more credits in a single pathway" in page
        and "and are not counted twice in the total" in page
    )


def test_d_05_total_and_advice_come_from_the_server_too(desk: Desk) -> None:
    desk.enter(in_district_credits="1.25", out_of_district_credits="0.80")
    page = dense(desk.page())
    assert re.search(
        r'<output id="total" for="id_in_district_credits id_out_of_district_credits"'
        r' aria-live="off" data-total>2\.05</output>',
        page,
    )
    assert re.search(
        r"<output [^>]*data-total>not yet known</output>",
        desk.change(in_district_credits="1,25").content.decode(),
    )


def test_d_04_no_field_is_of_type_number_and_credits_ask_for_the_decimal_keys(desk: Desk) -> None:
    page = desk.page()
    assert 'type="number"' not in page
    assert page.count('inputmode="decimal"') == 4 and page.count('size="6"') == 4
    assert re.search(r'<form id="record"[^>]* novalidate', page) and "required" not in re.findall(
        r"<input [^>]*>", page
    )


def test_another_year_leads_to_the_search_where_the_student_is_not_enrolled_now(
    desk: Desk, cottonwood: District_
) -> None:
    gone = cottonwood.student("999000300", "Gone", "Gil", enrolled=False)
    cottonwood.enroll(gone, 2024)
    page = desk.client.get(f"/districts/9012/2024/cte-concentrator/{gone.pk}/").content.decode()
    assert 'href="/districts/9012/2025/cte-concentrator/">Go to 2024-25' in page


def test_the_grade_is_written_as_people_say_it(desk: Desk, cottonwood: District_) -> None:
    young = cottonwood.student("999000301", "Young", "Yan", enrolled=False)
    cottonwood.enroll(young, grade="09")
    page = text(desk.client.get(f"/districts/9012/2025/cte-concentrator/{young.pk}/"))
    assert "Grade 9" in page and "Gr 09" not in page
