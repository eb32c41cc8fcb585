"""Entering and updating a record (guide, Step Two A and B): what is saved and what is said, and
that nothing is done twice.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from pathways.ledger import ledger
from pathways.models import Approval, Change, Participation, Student
from pathways.records import entry
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.desk import TYPED, Desk, dense, text


@pytest.fixture
def desk(client: Client, clerk: User, kayla: Student) -> Desk:
    client.force_login(clerk)
    return Desk(client, kayla)


def test_a_new_pathway_is_entered(desk: Desk) -> None:
    answer = desk.enter(in_district_credits="2", concentrator="Yes")
    assert answer["Location"] == f"{desk.base}{desk.pathway()}/"
    record = desk.record()
    assert (record.total_credits, record.concentrator, record.modified_by) == (
        Decimal(2),
        True,
        "MARTIN, CHERYL",
    )
    assert record.modified_date == timezone.localdate()
    page = text(desk.client.get(answer["Location"]))
    assert "Saved. ANDERSON, KAYLA R., Health Professions, 2.00 credits," in page and "Undo" in page
    assert "Saved." not in text(desk.page()), "said once"


def test_d_08_single_parent_is_set_on_all_pathways_in_one_save(desk: Desk) -> None:
    desk.enter(HEALTH)
    desk.enter(BUSINESS)
    answer = desk.change(HEALTH, single_parent="Yes", apply_to_all="on")
    assert [desk.record(name).single_parent for name in (HEALTH, BUSINESS)] == [True, True]
    assert desk.record(BUSINESS).in_district_credits == Decimal("1.50"), (
        "nothing else of it changes"
    )
    assert "Student Single Parent was set on 2 pathways" in text(
        desk.client.get(answer["Location"])
    )
    assert "Not the same on every pathway" not in desk.page()
    desk.change(HEALTH, single_parent="No")
    assert "Not the same on every pathway" in desk.page()


def test_a_save_that_changes_nothing_says_so(desk: Desk) -> None:
    desk.enter()
    answer = desk.change()
    assert "No changes to save." in text(desk.client.get(answer["Location"]))
    assert Change.objects.count() == 1


def test_e_04_c_34_an_approval_withdrawn_mid_form_says_why_and_keeps_the_input(desk: Desk) -> None:
    Approval.objects.filter(pathway__name=HEALTH).delete()
    answer = desk.enter(in_district_credits="1.25")
    page = answer.content.decode()
    assert (
        "Health Professions is not approved for this district for 2024-25. OPI can approve it"
        in text(page)
    )
    assert 'value="1.25"' in page
    assert re.search(rf'<option value="{desk.pathway()}" selected>', page)


def test_a_lapsed_record_keeps_being_corrected_but_its_credits_do_not_grow(desk: Desk) -> None:
    desk.enter()
    Approval.objects.filter(pathway__name=HEALTH).delete()
    answer = desk.change(single_parent="Yes")
    assert "is not approved for this district for 2024-25. The record stays" in text(
        desk.client.get(answer["Location"])
    )
    assert desk.record().single_parent is True
    refused = text(desk.change(single_parent="Yes", in_district_credits="1.75"))
    assert "Health Professions is not approved for this district" in refused
    assert desk.record().in_district_credits == Decimal("1.50")


def test_a_start_date_after_the_school_year_is_saved_and_warned_of(desk: Desk) -> None:
    """walk 15, CTE-205: the day of entry, a year and a half after the school year, was taken
    without a word.
    """
    late = "Start Date is after the last day of 2024-25. Check the date"
    assert late not in text(desk.client.get(desk.enter(start_date="06/30/2025")["Location"]))
    answer = desk.change(start_date="07/01/2025")
    assert answer.status_code == 302 and desk.record().start_date == datetime.date(2025, 7, 1)
    assert late in text(desk.client.get(answer["Location"]))
    assert late not in text(desk.client.get(desk.change(start_date="07/14/2022")["Location"]))


def test_c_09_a_double_click_enters_once_and_is_not_an_error(desk: Desk) -> None:
    first, second = desk.enter(), desk.enter()
    assert first["Location"] == second["Location"]
    assert (Participation.objects.count(), Change.objects.count()) == (1, 1)
    version = desk.record().version
    for _ in range(2):
        assert desk.change(version=version, in_district_credits="1.75").status_code == 302
    assert desk.record().version == 2


def test_c_07_a_pathway_entered_meanwhile_is_named_and_nothing_is_lost(
    desk: Desk, cottonwood: District_
) -> None:
    cottonwood.record(desk.student, HEALTH, by="KELLER, DANIEL")
    answer = desk.enter(in_district_credits="0.75")
    page = answer.content.decode()
    assert "This student already has Health Professions. Open that record to change it" in text(
        page
    )
    assert 'value="0.75"' in page
    assert f'href="{desk.base}{desk.pathway()}/"' in page, "the record is one step away"


def test_z_01_students_and_records_of_another_district_do_not_exist(
    desk: Desk, elsewhere: District_
) -> None:
    stranger = elsewhere.student("999000999")
    record = elsewhere.record(stranger)
    for address in (
        f"{stranger.pk}/",
        f"{stranger.pk}/new/",
        f"{stranger.pk}/{record.pathway_id}/",
    ):
        path = f"/districts/9012/2025/cte-concentrator/{address}"
        assert desk.client.get(path).status_code == 404
        assert desk.client.post(path, {**TYPED, "version": 1}).status_code in (404, 405)
    assert Participation.objects.get() == record


@pytest.mark.parametrize("number", ["999999999", "99999999999999999999999999"])
def test_numbers_that_no_row_has_are_not_found(number: str, desk: Desk) -> None:
    assert desk.client.get(f"/districts/9012/2025/cte-concentrator/{number}/").status_code == 404
    assert desk.client.get(f"{desk.base}{number}/").status_code == 404


def test_save_and_next_goes_on_in_the_list(desk: Desk, cottonwood: District_) -> None:
    other = cottonwood.student("999000200", "Andrews", "Lena")
    token = desk.client.post("/districts/9012/2025/cte-concentrator/", {"term": "an"})[
        "Location"
    ].partition("?")[2]
    desk.enter()
    answer = desk.client.post(
        f"{desk.base}{desk.pathway()}/?{token}",
        {**TYPED, "version": 1, "then": "next", "next": other.pk, "in_district_credits": "1"},
    )
    assert answer["Location"] == f"/districts/9012/2025/cte-concentrator/{other.pk}/?{token}"
    answer = desk.client.post(
        f"{desk.base}{desk.pathway()}/?{token}",
        {**TYPED, "version": 2, "then": "add", "in_district_credits": "1.25"},
    )
    assert answer["Location"] == f"{desk.base}new/?{token}"


def test_undo_after_a_save_brings_back_every_pathway_it_touched(desk: Desk) -> None:
    desk.enter(HEALTH)
    desk.enter(BUSINESS)
    answer = desk.change(HEALTH, single_parent="Yes", apply_to_all="on", in_district_credits="1.75")
    page = dense(desk.client.get(answer["Location"]).content.decode())
    action, form = re.search(
        r'<form method="post" action="([^"]*restore/[^"]*)">(.*?)</form>', page, re.DOTALL
    ).groups()  # type: ignore[union-attr]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    desk.client.post(action.replace("&amp;", "&"), fields)
    assert [
        (desk.record(name).single_parent, desk.record(name).in_district_credits)
        for name in (HEALTH, BUSINESS)
    ] == [
        (False, Decimal("1.50")),
        (False, Decimal("1.50")),
    ]


def test_what_a_saved_record_still_wants_is_said_when_the_clerk_goes_on_to_the_next(
    desk: Desk, cottonwood: District_
) -> None:
    other = cottonwood.student("999000200", "Andrews", "Lena")
    assert f'name="next" value="{other.pk}"' in desk.page()
    answer = desk.enter(in_district_credits="2.50", then="next", next=other.pk)
    page = text(desk.client.get(answer["Location"]))
    assert "ANDREWS, LENA" in page
    assert (
        "ANDERSON, KAYLA R., Health Professions: Total is 2.50. Choose Yes for CTE Concentrator, or"
        " check the credits." in page
    )


def test_the_title_says_saved_where_the_saved_record_is_shown(desk: Desk) -> None:
    page = dense(desk.client.get(desk.enter()["Location"]).content.decode())
    assert "<title>Saved. Health Professions – CTE Concentrator" in page


def test_a_busy_district_keeps_the_input_and_says_try_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enter()

    def busy(*_: Any, **__: Any) -> None:
        raise ledger.Busy

    monkeypatch.setattr(entry, "save", busy)
    answer = desk.change(in_district_credits="1.75")
    page = answer.content.decode()
    assert answer.status_code == 200 and "what you typed is kept. Save again" in text(page)
    assert 'value="1.75"' in page and desk.record().version == 1


def test_apply_to_all_writes_over_nothing_that_another_clerk_changed_there(
    desk: Desk, cottonwood: District_
) -> None:
    desk.enter(HEALTH)
    desk.enter(BUSINESS)
    opened = desk.record(HEALTH).version
    cottonwood.record(
        desk.student,
        BUSINESS,
        in_district_credits=Decimal("3.25"),
        concentrator=True,
        by="KELLER, DANIEL",
    )
    answer = desk.client.post(
        f"{desk.base}{desk.pathway()}/",
        {**TYPED, "version": opened, "single_parent": "Yes", "apply_to_all": "on"},
    )
    assert answer.status_code == 302
    other = desk.record(BUSINESS)
    assert (other.single_parent, other.in_district_credits, other.concentrator) == (
        True,
        Decimal("3.25"),
        True,
    )


def test_a_saved_page_is_redirected_to_so_that_reload_sends_nothing_again(desk: Desk) -> None:
    answer = desk.enter()
    assert answer.status_code == 302
    for _ in range(2):
        assert desk.client.get(answer["Location"]).status_code == 200
    assert Change.objects.count() == 1


def test_no_student_data_stand_in_addresses_or_cookies_after_a_save(desk: Desk) -> None:
    answer = desk.enter()
    page = desk.client.get(answer["Location"]).content.decode()
    cookies = " ".join(cookie.OutputString() for cookie in desk.client.cookies.values())
    for marked in ("kayla", "anderson", "999000123"):
        assert marked not in answer["Location"].lower() and marked not in cookies.lower()
        assert not any(
            marked in address.lower() for address in re.findall(r'(?:href|action)="([^"]*)"', page)
        )


@pytest.mark.parametrize(
    "following", ["", "x", "-1", "９", "99999999999999999999", "//elsewhere.example/"]
)
def test_e_02_a_next_student_that_was_tampered_with_is_left_out(following: str, desk: Desk) -> None:
    assert desk.enter(then="next", next=following)["Location"] == f"{desk.base}{desk.pathway()}/"


@pytest.mark.parametrize(
    ("typed", "total", "words"),
    [
        ("+0.5", "2.00", "In District Credits Earned: 1.50 last year + 0.50 = 2.00."),
        (" + ", "", "must be a number"),
        ("+x", "", "must be a number"),
        ("+29", "", "must be"),
    ],
)
def test_plus_in_a_credit_field_is_added_to_last_year_and_explained(
    desk: Desk, cottonwood: District_, typed: str, total: str, words: str
) -> None:
    cottonwood.record(desk.student, modified_end_year=2024)
    cottonwood.record(desk.student, version=1, in_district_credits=Decimal("1.75"))
    answer = desk.client.post(
        f"{desk.base}{desk.pathway()}/",
        {**TYPED, "in_district_credits": typed, "version": 2},
        follow=True,
    )
    assert words in text(answer)
    assert f"{desk.record().total_credits:.2f}" == (total or "1.75")
