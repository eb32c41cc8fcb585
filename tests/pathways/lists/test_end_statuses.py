"""OPI's list of end statuses: kept in the admin site, asked by files and by forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import AuditEvent, User
from pathways.lists import changing, standard
from pathways.models import EndStatus, Enrollment, Student
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.lists.test_opi_lists import confirm

LIST = "/admin/pathways/endstatus"
NEW = {"code": "4a1", "name": "Graduated early", "family": "graduate", "first_year": "2025"}


@pytest.fixture
def desk(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


def typed(row: EndStatus, **values: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "family": row.family,
        "first_year": row.first_year,
        "last_year": row.last_year or "",
        **({"is_provisional": "on"} if row.is_provisional else {}),
        "reason": "Letter of 05/30/2025",
        "seen": json.dumps(changing.words(row)),
        **values,
    }


def ended(student: Student, code: str) -> Enrollment:
    own: Enrollment = student.enrollments.get()
    own.end_date, own.end_status = "2025-06-06", code
    own.save()
    return own


def test_a_code_is_added_in_capitals_and_written_down(desk: Client) -> None:
    assert desk.post(f"{LIST}/add/", NEW).status_code == 302
    row = EndStatus.objects.get(code="4A1")
    assert (row.family, row.first_year, row.last_year, row.is_provisional) == (
        "graduate",
        2025,
        None,
        False,
    )
    event = AuditEvent.objects.get()
    assert (event.kind, event.key, event.name) == ("end status", "4A1", "4A1 Graduated early")
    page = text(desk.get(f"{LIST}/"))
    assert "4A1" in page and "End statuses" in page and "Add an end status" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"code": "400"}, "Another end status has that code"),
        ({"code": "4-1"}, "1 to 3 digits or capital letters"),
        ({"code": "4000"}, "at most 3"),
        ({"code": "٤٠٠"}, "1 to 3 digits or capital letters"),
        ({"name": ""}, "Enter a value for End Status"),
        ({"family": ""}, "Enter a value for Family"),
        ({"family": "moved"}, "moved"),
        ({"first_year": "2025", "last_year": "2024"}, "last year must not come before"),
    ],
)
def test_bad_input_is_told_beside_the_field(
    values: dict[str, str], sentence: str, desk: Client
) -> None:
    answer = desk.post(f"{LIST}/add/", {**NEW, **values})
    assert answer.status_code == 200 and sentence.lower() in text(answer).lower()
    assert not AuditEvent.objects.exists()


def test_another_family_says_first_whom_it_affects(desk: Client, kayla: Student) -> None:
    ended(kayla, "110")
    row = EndStatus.objects.get(code="110")
    address, sent = f"{LIST}/{row.pk}/change/", typed(row, family="dropout")
    page = text(desk.post(address, sent))
    assert "Affects 1 enrollment that ended with 110" in page and "“dropout” from now on" in page
    assert not Enrollment.objects.ended_as("dropout").exists()
    assert confirm(desk, address, sent).status_code == 302
    assert Enrollment.objects.ended_as("dropout").get().student == kayla


def test_the_code_of_a_row_never_changes(desk: Client) -> None:
    row = EndStatus.objects.get(code="400")
    desk.post(f"{LIST}/{row.pk}/change/", typed(row, code="401", is_provisional=""))
    row.refresh_from_db()
    assert (row.code, row.is_provisional) == ("400", False)


def test_what_is_in_use_is_never_removed(desk: Client, kayla: Student) -> None:
    own = ended(kayla, "110")
    used, unused = (EndStatus.objects.get(code=code).pk for code in ("110", "140"))
    assert desk.post(f"{LIST}/{used}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{LIST}/{unused}/delete/", {"post": "yes"}).status_code == 302
    assert set(EndStatus.objects.filter(code__in=["110", "140"]).values_list("code")) == {("110",)}
    assert own.end_status == "110"


def test_families_are_one_question(cottonwood: District_) -> None:
    for number, code in enumerate(("400", "410", "300", "110", "")):
        own = cottonwood.student(f"99900020{number}", f"Last{number}").enrollments.get()
        own.end_date, own.end_status = "2025-06-06", code
        own.save()
    family = EndStatus.Family
    left = Enrollment.objects.ended_as(family.GRADUATE, family.DROPOUT)
    assert sorted(left.values_list("end_status", flat=True)) == ["300", "400", "410"]


def test_the_database_holds_a_code_once_and_short(opi_reference: None) -> None:
    for wrong in (
        {"code": "400"},
        {"code": "a"},
        {"code": "9", "family": "moved"},
        {"code": "9", "name": ""},
        {"code": "9", "last_year": 2020},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            EndStatus.objects.create(
                **{"name": "X", "family": "other", "first_year": 2025, **wrong}
            )


def test_the_first_list_is_provisional_and_what_opi_changed_stays(opi_reference: None) -> None:
    assert not EndStatus.objects.filter(is_provisional=False).exists()
    EndStatus.objects.exclude(code="400").delete()
    EndStatus.objects.update(name="Diploma", is_provisional=False)
    standard.load()
    assert list(EndStatus.objects.values_list("code", "name")) == [("400", "Diploma")]


def test_clerks_read_the_list_of_their_year_on_the_columns_page(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    EndStatus.objects.filter(code="140").update(last_year=2024)
    client.force_login(clerk)
    page = text(client.get(reverse("roster-columns", args=["9012", 2025])))
    assert "400 Graduated provisional Graduate" in page and "Did not attend" not in page
