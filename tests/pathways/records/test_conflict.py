"""Two clerks, one record: nothing is overwritten until somebody has seen both and chosen (C-05,
C-06).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import KeptForm, User
from pathways.models import Change, Participation, Student
from pathways.records import entry
from tests.fixtures.records import District_
from tests.pathways.desk import TYPED, dense


class Desk:
    def __init__(self, client: Client, district: District_, student: Student) -> None:
        self.client, self.district, self.student = client, district, student
        self.record = district.record(student)
        self.address = (
            f"/districts/9012/2025/cte-concentrator/{student.pk}/{self.record.pathway_id}/"
        )

    def meanwhile(self, **values: Any) -> None:
        current = Participation.objects.get(pk=self.record.pk)
        kept = {
            name: getattr(current, name)
            for name in (
                "concentrator",
                "single_parent",
                "in_district_credits",
                "work_based_learning_credits",
            )
        }
        self.district.record(
            self.student, version=current.version, by="KELLER, DANIEL", **{**kept, **values}
        )

    def save(self, **values: Any) -> Any:
        return self.client.post(self.address, {**TYPED, "version": 1, **values})

    def choose(self, page: str, *, then: str = "stay", **choices: str) -> Any:
        """Send the conflict page's own form, with choices made over those it proposes."""
        form = re.search(r'<form id="compare".*?</form>', page, re.DOTALL).group()  # type: ignore[union-attr]
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))
        fields |= dict(
            re.findall(r'type="radio" id="[^"]*" name="([^"]*)" value="([^"]*)" checked', form)
        )
        chosen = {f"choice_{name}": choice for name, choice in choices.items()}
        return self.client.post(self.address, {**fields, **chosen, "then": then})

    def now(self) -> Participation:
        return Participation.objects.get(pk=self.record.pk)


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User, kayla: Student) -> Desk:
    client.force_login(clerk)
    return Desk(client, cottonwood, kayla)


def test_c_05_the_second_clerk_sees_before_theirs_and_yours(desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    answer = desk.save(in_district_credits="2.00", concentrator="Yes")
    page = answer.content.decode()
    assert "Someone else saved this record" in page and "KELLER, DANIEL" in page
    row = re.search(r"<strong>In District Credits Earned</strong>.*?</tr>", page, re.DOTALL).group()  # type: ignore[union-attr]
    assert all(value in row for value in ("1.50", "1.75", "2.00"))
    assert desk.now().in_district_credits == Decimal("1.75"), "nothing is overwritten"


def test_what_only_one_of_both_changed_is_proposed_what_both_changed_is_asked(desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"), single_parent=True)
    page = desk.save(
        in_district_credits="2.00", work_based_learning_credits="0.25"
    ).content.decode()
    assert re.search(r'id="id_single_parent_theirs"[^>]* checked', page)
    assert re.search(r'id="id_work_based_learning_credits_yours"[^>]* checked', page)
    assert not re.search(r'name="choice_in_district_credits"[^>]* checked', page)
    again = desk.choose(page)
    assert "Choose a value for In District Credits Earned" in again.content.decode()
    assert desk.now().version == 2
    done = desk.choose(again.content.decode(), in_district_credits="yours")
    assert done.status_code == 302
    now = desk.now()
    assert (now.in_district_credits, now.single_parent, now.work_based_learning_credits) == (
        Decimal(2),
        True,
        Decimal("0.25"),
    )
    assert (now.modified_by, now.version) == ("MARTIN, CHERYL", 3)


def test_choosing_theirs_throughout_changes_nothing(desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    page = desk.save(in_district_credits="2.00").content.decode()
    assert desk.choose(page, in_district_credits="theirs").status_code == 302
    assert (desk.now().version, desk.now().modified_by) == (2, "KELLER, DANIEL")


def test_a_third_save_while_choosing_is_shown_too(desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    page = desk.save(in_district_credits="2.00").content.decode()
    desk.meanwhile(in_district_credits=Decimal("1.80"))
    again = desk.choose(page, in_district_credits="yours").content.decode()
    assert "1.80" in again and desk.now().in_district_credits == Decimal("1.80")
    assert desk.choose(again, in_district_credits="yours").status_code == 302
    assert desk.now().in_district_credits == Decimal(2)


def test_what_was_typed_badly_is_mended_before_it_is_compared(desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    page = desk.save(in_district_credits="2,00").content.decode()
    assert "Use a decimal point in In District Credits" in page and 'value="2,00"' in page


def test_c_06_a_record_deleted_meanwhile_is_not_made_again(desk: Desk) -> None:
    entry.delete(desk.district.scope, desk.record, version=1, by="KELLER, DANIEL")
    answer = desk.save(in_district_credits="1.25")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This record is deleted" in page and "KELLER, DANIEL" in page and "1.25" in page
    assert not Participation.objects.exists()
    form = re.search(
        r'<form method="post" action="([^"]*/new/[^"]*)">(.*?)</form>', dense(page), re.DOTALL
    )
    assert form
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form[2]))
    assert desk.client.post(form[1], fields).status_code == 302
    record = Participation.objects.get()
    assert (record.in_district_credits, record.version) == (Decimal("1.25"), 3)
    assert Change.objects.count() == 3


def test_a_deleted_record_has_a_page_that_says_so(desk: Desk) -> None:
    entry.delete(desk.district.scope, desk.record, version=1, by="KELLER, DANIEL")
    answer = desk.client.get(desk.address)
    assert answer.status_code == 404 and "This record is deleted" in answer.content.decode()
    assert (
        "Deleted records (1)"
        in desk.client.get(desk.address.rsplit("/", 2)[0] + "/").content.decode()
    )


@pytest.mark.parametrize("seen", ["", "x", "99999999999", "-1"])
def test_a_tampered_conflict_form_overwrites_nothing_unseen(seen: str, desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    answer = desk.client.post(
        desk.address,
        {**TYPED, "resolve": "1", "seen": seen, "version": "2", "in_district_credits": "2.00"},
    )
    assert answer.status_code == 200
    assert desk.now().in_district_credits == Decimal("1.75")


def test_apply_to_all_survives_the_choice(desk: Desk) -> None:
    other = desk.district.record(desk.student, "Business Management")
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    page = desk.save(single_parent="Yes", apply_to_all="on").content.decode()
    desk.choose(page, in_district_credits="theirs", single_parent="yours")
    other.refresh_from_db()
    assert other.single_parent is True and desk.now().single_parent is True


def test_the_button_that_was_pressed_is_remembered_while_choosing(desk: Desk) -> None:
    other = desk.district.student("999000200", "Andrews", "Lena")
    desk.meanwhile(single_parent=True)
    page = desk.save(in_district_credits="2.00", then="next").content.decode()
    form = re.search(r'<button class="btn main"[^>]*name="then" value="(\w+)"', page)
    assert form and form[1] == "next"
    answer = desk.choose(page, then="next")
    assert answer["Location"] == f"/districts/9012/2025/cte-concentrator/{other.pk}/"


def test_keeping_theirs_writes_nothing(desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    page = desk.save(in_district_credits="2.00").content.decode()
    assert re.search(r'<button [^>]*name="drop" value="1"', page)
    assert desk.client.post(desk.address, {"drop": "1"})["Location"] == desk.address
    assert desk.now().version == 2


def test_d_18_who_saved_meanwhile_is_told_beside_the_problems_already(desk: Desk) -> None:
    desk.meanwhile(single_parent=True)
    page = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", "", desk.save(in_district_credits="2,00").content.decode())
    )
    assert "KELLER, DANIEL saved this record at" in page
    assert "Student Single Parent is now Yes (was No)." in page
    assert "saved this record at" not in desk.client.get(desk.address).content.decode()


def test_a_choice_that_was_cut_off_by_the_sign_out_is_asked_again(desk: Desk, clerk: User) -> None:
    desk.meanwhile(in_district_credits=Decimal("1.75"))
    fields = {
        **TYPED,
        "in_district_credits": "2.00",
        "resolve": "1",
        "seen": "1",
        "version": "2",
        "choice_in_district_credits": "yours",
    }
    KeptForm.objects.keep(clerk.pk, desk.address, {name: [value] for name, value in fields.items()})
    session = desk.client.session
    session["forms_kept"] = True
    session.save()
    page = desk.client.get(desk.address).content.decode()
    assert "What you typed is back" in page and 'value="2.00"' in page
    assert re.search(r'name="version" value="1"', page), "saving compares once more"


def test_the_same_values_saved_by_somebody_else_are_no_conflict(desk: Desk) -> None:
    desk.meanwhile(in_district_credits=Decimal("2.00"))
    answer = desk.save(in_district_credits="2.00")
    assert answer.status_code == 302
    assert (desk.now().version, desk.now().modified_by) == (2, "KELLER, DANIEL")
    page = desk.client.get(answer["Location"]).content.decode()
    assert (
        "No changes to save." in page
        and "KELLER, DANIEL saved the same values in the meantime" in page
    )
