"""What was done on screen, and the files that come after it."""

from __future__ import annotations

import pytest

from pathways.models import Enrollment, Student
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import ENROLLMENT, STUDENT
from tests.pathways.roster.conftest import ALL, ENROLLMENTS, STUDENTS, Desk, counts, zipped

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
