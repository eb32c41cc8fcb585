"""What was done on screen, and the files that come after it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pathways.models import Enrollment, Student
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import ENROLLMENT, STUDENT
from tests.pathways.roster.conftest import (
    ALL,
    ENROLLMENTS,
    STUDENTS,
    Desk,
    counts,
    file_of,
    saved,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])

ENDED = ENROLLMENTS.replace(
    "999000001,P,12,08/21/2024,,", "999000001,P,12,08/21/2024,06/06/2025,400"
)


def test_a_name_corrected_on_screen_survives_the_next_file(desk: Desk) -> None:
    """R-IMP-27."""
    desk.send(zipped(ALL))
    student = Student.objects.get(state_id="999000002")
    edit = RowEdit({"first_name": "José"}, student.pk, editing.version_of(STUDENT, student.pk))
    editing.write(desk.scope, [(STUDENT, edit)], by="X")
    assert counts(desk.send(STUDENTS), "Student")["held"] == 1
    student.refresh_from_db()
    assert student.first_name == "José"


def test_what_was_left_empty_on_screen_a_file_may_fill(desk: Desk) -> None:
    """A student enrolled by hand in September graduates by the file of June."""
    desk.send(zipped(ALL))
    own = Enrollment.objects.get(student__state_id="999000001")
    edit = RowEdit({"grade": "11"}, own.pk, 1)
    editing.write(desk.scope, [(ENROLLMENT, edit)], by="X")
    batch = desk.send(ENDED.replace("P,12,08/21/2024,06", "P,11,08/21/2024,06"))
    assert counts(batch, "Enrollment")["changed"] == 1
    own.refresh_from_db()
    assert (own.end_status, own.grade) == ("400", "11")


def test_what_was_erased_on_screen_stays_erased(desk: Desk) -> None:
    """A student who came back is not ended again by yesterday's file."""
    desk.send(zipped(ALL))
    desk.send(ENDED)
    own = Enrollment.objects.get(student__state_id="999000001")
    edit = RowEdit({"end_date": None, "end_status": ""}, own.pk, 2)
    editing.write(desk.scope, [(ENROLLMENT, edit)], by="X")
    assert counts(desk.send(ENDED), "Enrollment")["held"] == 1
    own.refresh_from_db()
    assert own.end_date is None


def corrected(desk: Desk, state_id: str, first_name: str) -> Student:
    student = Student.objects.get(state_id=state_id)
    version = editing.version_of(STUDENT, student.pk)
    edit = RowEdit({"first_name": first_name}, student.pk, version)
    editing.write(desk.scope, [(STUDENT, edit)], by="X")
    return student


def test_somebody_who_sees_both_values_may_use_the_files(desk: Desk, client: Client) -> None:
    """R-IMP-27: row by row, and from then on the file decides again."""
    desk.send(zipped(ALL))
    jose, na = corrected(desk, "999000002", "José"), corrected(desk, "999000003", "Nadia")
    tested = desk.send(STUDENTS, "validate")
    assert counts(tested, "Student")["held"] == 2
    client.force_login(desk.clerk)
    page = client.get(reverse("batch", args=["0965", 2025, tested.pk])).content.decode()
    assert "File's value in all 2 rows" in " ".join(page.split())
    assert "José" in page and "Nadia" in page
    assert "First Name: Jose" in file_of(tested, "report.csv")

    batch = saved(client, desk, tested, row=f"Student:{jose.pk}")
    assert (counts(batch, "Student")["changed"], counts(batch, "Student")["held"]) == (1, 1)
    jose.refresh_from_db()
    na.refresh_from_db()
    assert (jose.first_name, na.first_name) == ("Jose", "Nadia")
    again = desk.send(STUDENTS.replace("Jose", "Joey"))
    assert counts(again, "Student")["changed"] == 1


def test_all_rows_at_once_take_the_files_values(desk: Desk, client: Client) -> None:
    desk.send(zipped(ALL))
    corrected(desk, "999000002", "José")
    corrected(desk, "999000003", "Nadia")
    tested = desk.send(STUDENTS, "validate")
    batch = saved(client, desk, tested, every_row="on")
    assert counts(batch, "Student")["changed"] == 2
    assert not Student.objects.filter(first_name__in=["José", "Nadia"]).exists()


def test_a_value_that_changed_again_after_the_look_is_not_overruled(
    desk: Desk, client: Client
) -> None:
    desk.send(zipped(ALL))
    corrected(desk, "999000002", "José")
    tested = desk.send(STUDENTS, "validate")
    corrected(desk, "999000002", "Josef")
    assert saved(client, desk, tested, every_row="on").result["moved"]
    assert Student.objects.get(state_id="999000002").first_name == "Josef"


@pytest.mark.parametrize("row", ["", "Student:", "Student:1;--", "Student:99999999999999999999"])
def test_a_tampered_choice_overrules_nothing(desk: Desk, client: Client, row: str) -> None:
    desk.send(zipped(ALL))
    corrected(desk, "999000002", "José")
    tested = desk.send(STUDENTS.replace("Null", "Nul"), "validate")
    assert counts(saved(client, desk, tested, row=row), "Student")["held"] == 1
    assert Student.objects.get(state_id="999000002").first_name == "José"
