"""Students whom an export brings without a State ID, and a person knows."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from pathways.models import SourceLink, Student
from tests.pathways.roster.conftest import Desk, counts, file_of, saved
from tests.pathways.roster.oneroster.exports import Files, born, export, packed, user

pytestmark = [
    pytest.mark.django_db(databases=["default", "state"]),
    pytest.mark.usefixtures("mapping"),
]


def without_state_id() -> Files:
    """The export of another server: Zoë has a new id there, and no State ID."""
    files = export()
    user(files, "u1")["sourcedId"] = "new"
    user(files, "new")["userIds"] = ""
    born(files, "u1")["sourcedId"] = "new"
    for line in files["enrollments"]:
        line["userSourcedId"] = line["userSourcedId"].replace("u1", "new")
    SourceLink.objects.filter(external="u1").delete()
    return files


def test_no_state_id_is_held_and_the_likely_student_is_named(desk: Desk) -> None:
    """R-IMP-09: nobody is matched by name alone."""
    desk.send(packed(export()))
    batch = desk.send(packed(without_state_id()))
    report = file_of(batch, "report.csv")
    assert "There is no State ID in userIds:StateID. State ID 999000001 has the same name" in report
    assert counts(batch, "Student")["held"] == 1
    assert counts(batch, "Student")["new"] == counts(batch, "Student")["changed"] == 0


def test_a_student_who_is_recognized_is_known_from_then_on(desk: Desk, client: Client) -> None:
    """R-IMP-09: accepting the proposal stores the link, and the student's rows go in."""
    desk.send(packed(export()))
    files = without_state_id()
    user(files, "new")["middleName"] = "Q"
    tested = desk.send(packed(files), "validate")
    client.force_login(desk.clerk)
    page = client.get(reverse("batch", args=["0965", 2025, tested.pk])).content.decode()
    zoe = Student.objects.get(state_id="999000001")
    choice = re.search(rf'name="same" value="([0-9]+:[0-9]+:{zoe.pk})"', page)
    assert choice, page
    assert "ÁLVAREZ Zoë 01/31/2007" in page and "999000001 ÁLVAREZ Zoë 01/31/2007" in page

    batch = saved(client, desk, tested, same=choice[1])
    assert counts(batch, "Student")["held"] == counts(batch, "Roster")["held"] == 0
    zoe.refresh_from_db()
    assert zoe.middle_name == "Q"
    assert SourceLink.objects.get(external="new").row == zoe.pk
    assert counts(desk.send(packed(files)), "Student")["unchanged"] == 3


@pytest.mark.parametrize(
    "choice", ["1:{line}:{jose}", "1:{line}:9999999", "1:2:{zoe}", "x", "1:{line}", "{line}:{zoe}"]
)
def test_nobody_but_the_student_proposed_can_be_recognized(
    desk: Desk, client: Client, choice: str
) -> None:
    desk.send(packed(export()))
    files = without_state_id()
    files["users"].reverse()
    tested = desk.send(packed(files), "validate")
    line = next(n for n, row in enumerate(files["users"], 2) if row["sourcedId"] == "new")
    rows = {student.first_name: student.pk for student in Student.objects.all()}
    named = choice.format(line=line, jose=rows["Jose"], zoe=rows["Zoë"])
    batch = saved(client, desk, tested, same=named)
    assert counts(batch, "Student")["held"] == 1
    assert not SourceLink.objects.filter(external="new").exists()


def test_of_two_students_alike_neither_is_proposed(desk: Desk) -> None:
    desk.send(packed(export()))
    Student.objects.filter(state_id="999000002").update(
        last_name="ÁLVAREZ", first_name="Zoë", birth_date="2007-01-31"
    )
    tested = desk.send(packed(without_state_id()), "validate")
    assert tested.result["same_persons"] == 0
    assert "State ID 999000001 and 999000002 has the same name" in file_of(tested, "report.csv")
