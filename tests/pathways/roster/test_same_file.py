"""The same file again, while nothing of the district has moved: its rows are not read a second
time.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pathways.models import Student
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.imports import batch as roster_batch
from pathways.roster.imports.oneroster.confirming import confirm
from pathways.roster.shapes import STUDENT
from tests.pathways.roster.conftest import ALL, STUDENTS, Desk, saved, zipped
from tests.pathways.roster.oneroster.conftest import choices
from tests.pathways.roster.oneroster.exports import export, packed

pytestmark = pytest.mark.django_db(databases=["default", "state"])


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each file that is read."""
    files: list[str] = []
    read_parts = roster_batch.read_parts

    def counted(*arguments: Any) -> Any:
        files.append("read")
        return read_parts(*arguments)

    monkeypatch.setattr(roster_batch, "read_parts", counted)
    return files


def test_the_same_file_again_is_unchanged_row_by_row(
    desk: Desk, client: Client, read: list[str]
) -> None:
    """R-IMP-13: as many rows as the first time, none of them new, and nothing to upload."""
    content = zipped(ALL)
    first = desk.send(content)
    again = desk.send(content, "validate")
    assert len(read) == 1
    for before, after in zip(first.result["objects"], again.result["objects"], strict=True):
        assert after["unchanged"] == before["new"] == before["read"] == after["read"]
        assert after["new"] == after["changed"] == 0
    client.force_login(desk.clerk)
    page = client.get(reverse("batch", args=["0965", 2025, again.pk])).content.decode()
    assert "No changes to save: this file was uploaded before" in page
    assert "Upload this file" not in page and "Undo this upload" not in page


def test_what_was_tested_and_then_uploaded_is_known_again(
    desk: Desk, client: Client, read: list[str]
) -> None:
    tested = desk.send(STUDENTS, "validate")
    saved(client, desk, tested)
    assert desk.send(STUDENTS).result["objects"][0]["unchanged"] == 3
    assert len(read) == 2  # the test and its upload


def test_whatever_was_written_since_the_file_is_read_again(desk: Desk, read: list[str]) -> None:
    first = desk.send(STUDENTS)
    student = Student.objects.get(state_id="999000002")
    edit = RowEdit({"first_name": "José"}, student.pk, editing.version_of(STUDENT, student.pk))
    editing.write(desk.scope, [(STUDENT, edit)], by="X")
    assert desk.send(STUDENTS).result["on_screen"] == 1
    assert len(read) == 2
    desk.undo(first)
    assert desk.send(STUDENTS).result["objects"][0]["new"] > 0


def test_a_file_with_rows_that_were_not_taken_is_read_again(desk: Desk, read: list[str]) -> None:
    content = STUDENTS.replace("02/01/2007", "02/30/2007")
    for _ in range(2):
        assert desk.send(content).result["objects"][0]["refused"] == 1
    assert len(read) == 2


def test_another_import_type_or_choice_is_another_question(desk: Desk, read: list[str]) -> None:
    desk.send(STUDENTS)
    assert "You chose Course" in desk.send(STUDENTS, type="courses").result["refused"]
    desk.send(STUDENTS, every_grade=True)
    assert len(read) == 3


def test_an_export_that_is_known_is_not_kept(desk: Desk, read: list[str]) -> None:
    """R-IMP-24: what was not cleaned is not stored."""
    confirm(desk.scope, choices(), by="GRANT, SAM", by_id=desk.clerk.pk)
    content = packed(export())
    desk.send(content, every_grade=True)
    again = desk.send(content, every_grade=True)
    assert len(read) == 1 and again.input_file == ""
