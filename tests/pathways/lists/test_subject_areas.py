"""What the pathway board proposes by SCED subject area is OPI's list, kept in the admin site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import AuditEvent, User
from pathways.lists import changing, standard
from pathways.models import Course, Pathway, SubjectPathway
from tests.fixtures.records import FINANCE, HEALTH, District_
from tests.pathways.desk import text
from tests.pathways.lists.test_opi_lists import confirm

LIST = "/admin/pathways/subjectpathway"
BOARD = reverse("roster-courses", args=["9012", 2025])


@pytest.fixture
def desk(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


@pytest.fixture
def course(cottonwood: District_) -> Course:
    return Course.objects.create(
        school=cottonwood.school, number="A1", name="Anatomy", sced_area="14", credits=1
    )


def key(name: str) -> str:
    return str(Pathway.objects.get(name=name).pk)


def board(client: Client, clerk: User) -> str:
    client.force_login(clerk)
    return text(client.get(BOARD))


def test_what_opi_adds_and_removes_is_proposed(
    desk: Client, client: Client, clerk: User, keeper: User, course: Course
) -> None:
    added = {"area": "14", "pathway_id": key(FINANCE)}
    assert desk.post(f"{LIST}/add/", added).status_code == 302
    event = AuditEvent.objects.get()
    assert (event.kind, event.name) == ("subject area", f"SCED 14 Health Care Sciences: {FINANCE}")
    assert f"Proposed: {HEALTH} or {FINANCE}, SCED 14, Health Care Sciences" in board(client, clerk)
    client.force_login(keeper)
    first = SubjectPathway.objects.get(area="14", pathway_id=key(HEALTH))
    assert desk.post(f"{LIST}/{first.pk}/delete/", {"post": "yes"}).status_code == 302
    assert f"Proposed: {FINANCE}, SCED 14, Health Care Sciences" in board(client, clerk)
    SubjectPathway.objects.filter(area="14").delete()
    assert "Proposed:" not in board(client, clerk)


def test_another_answer_says_first_which_courses_it_affects(desk: Client, course: Course) -> None:
    row = SubjectPathway.objects.get(area="14")
    sent: dict[str, Any] = {"pathway_id": "not-cte", "seen": json.dumps(changing.words(row))}
    address = f"{LIST}/{row.pk}/change/"
    page = text(desk.post(address, sent))
    assert (
        "Affects 1 course without an answer in 1 district: Not CTE is proposed from now on" in page
    )
    assert SubjectPathway.objects.get(pk=row.pk).pathway_id == row.pathway_id
    assert confirm(desk, address, sent).status_code == 302
    assert SubjectPathway.objects.get(pk=row.pk).pathway_id is None
    listed = text(desk.get(f"{LIST}/"))
    assert "14 Health Care Sciences Not CTE" in listed and "Welding & Fabrication" in listed


def test_courses_of_areas_with_a_pathway_stand_first(
    client: Client, clerk: User, cottonwood: District_, course: Course
) -> None:
    Course.objects.create(
        school=cottonwood.school, number="A0", name="Number Theory", sced_area="02", credits=1
    )
    page = board(client, clerk)
    assert page.index("Anatomy") < page.index("Number Theory")
    SubjectPathway.objects.filter(area="14").update(pathway_id=None)
    SubjectPathway.objects.filter(area="02").update(pathway_id=key(FINANCE))
    page = board(client, clerk)
    assert page.index("Number Theory") < page.index("Anatomy")


def test_a_pathway_that_opi_renames_is_still_proposed_and_one_that_it_removes_is_not(
    desk: Client, client: Client, clerk: User, keeper: User, course: Course
) -> None:
    Pathway.objects.filter(name=HEALTH).update(name="Health Careers")
    assert "Proposed: Health Careers, SCED 14" in board(client, clerk)
    client.force_login(keeper)
    finance = key(FINANCE)
    SubjectPathway.objects.create(area="05", pathway_id=finance)
    assert (
        desk.post(f"/admin/pathways/pathway/{finance}/delete/", {"post": "yes"}).status_code == 302
    )
    assert not SubjectPathway.objects.filter(pathway_id=finance).exists()
    assert "05 Visual" not in text(desk.get(f"{LIST}/"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"area": ""}, "Enter a value for SCED Subject Area"),
        ({"area": "99"}, "99 is not one of the available choices"),
        ({"pathway_id": ""}, "Enter a value for Proposes"),
        ({"pathway_id": "999999"}, "999999 is not one of the available choices"),
        ({"pathway_id": HEALTH}, "This subject area already has that pathway"),
        ({"area": "02", "pathway_id": "not-cte"}, "This subject area is already Not CTE"),
    ],
)
def test_bad_input_is_told_beside_the_field(
    values: dict[str, str], sentence: str, desk: Client
) -> None:
    sent = {"area": "14", "pathway_id": "not-cte", **values}
    sent["pathway_id"] = key(HEALTH) if sent["pathway_id"] == HEALTH else sent["pathway_id"]
    answer = desk.post(f"{LIST}/add/", sent)
    assert answer.status_code == 200 and sentence in text(answer)
    assert not AuditEvent.objects.exists()


def test_the_database_holds_each_answer_once(opi_reference: None) -> None:
    for wrong in (
        {"area": "14", "pathway_id": key(HEALTH)},
        {"area": "02", "pathway_id": None},
        {"area": "77", "pathway_id": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SubjectPathway.objects.create(**wrong)


def test_what_opi_changed_stays(opi_reference: None) -> None:
    SubjectPathway.objects.exclude(area="14").delete()
    SubjectPathway.objects.update(pathway_id=None)
    standard.load()
    assert list(SubjectPathway.objects.values_list("area", "pathway_id")) == [("14", None)]
