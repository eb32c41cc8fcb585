"""The way of a roster file through the pages: choose, test, upload, undo."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import Course, Student
from tests.fixtures.records import District_
from tests.pathways.roster.conftest import ALL, ENROLLMENTS, STUDENTS, zipped


@pytest.fixture
def page_client(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def choose(
    page_client: Client,
    content: str | bytes,
    name: str = "x.csv",
    kind: str = "roster",
    work: str = "validate",
) -> Batch:
    data = content.encode() if isinstance(content, str) else content
    form = {
        "type": kind,
        "work": work,
        "rows": "good",
        "key": uuid.uuid4(),
        "file": SimpleUploadedFile(name, data),
    }
    answer = page_client.post(reverse("mt-data-upload", args=["9012", 2025]), form)
    assert answer.status_code == 302, answer.content.decode()
    batch = Batch.objects.latest("queued_at")
    assert run(batch.pk)
    batch.refresh_from_db()
    return batch


def test_a_clerk_tests_uploads_and_undoes_a_roster(
    page_client: Client, cottonwood: District_
) -> None:
    before = Student.objects.count()
    tested = choose(page_client, STUDENTS)
    page = page_client.get(reverse("batch", args=["9012", 2025, tested.pk])).content.decode()
    assert (
        "Upload this file" in page
        and "Nothing has been saved yet" in page
        and Student.objects.count() == before
    )
    answer = page_client.post(reverse("roster-save", args=["9012", 2025, tested.pk]))
    saved = Batch.objects.latest("queued_at")
    assert str(saved.pk) in answer["Location"] and run(saved.pk)
    assert Student.objects.count() == before + 3
    again = page_client.post(reverse("roster-save", args=["9012", 2025, tested.pk]))
    assert str(saved.pk) in again["Location"], "a second click is the same upload"
    page = page_client.get(reverse("batch", args=["9012", 2025, saved.pk])).content.decode()
    assert "Undo this upload" in page and "send your data to the state" in page
    page_client.post(reverse("roster-undo", args=["9012", 2025, saved.pk]))
    assert run(Batch.objects.get(kind="roster-undo").pk)
    assert Student.objects.count() == before


def test_an_undo_that_came_to_nothing_may_be_tried_again(
    page_client: Client, cottonwood: District_
) -> None:
    saved = choose(page_client, STUDENTS, work="upload")
    address = reverse("roster-undo", args=["9012", 2025, saved.pk])
    page_client.post(address)
    failed = Batch.objects.get(kind="roster-undo")
    Batch.objects.filter(pk=failed.pk).update(status="failed", finished_at=failed.queued_at)
    page = page_client.get(reverse("batch", args=["9012", 2025, saved.pk])).content.decode()
    assert "This upload was undone" not in page and address in page
    page_client.post(address)
    again = Batch.objects.exclude(pk=failed.pk).get(kind="roster-undo")
    assert run(again.pk)
    page = page_client.get(reverse("batch", args=["9012", 2025, saved.pk])).content.decode()
    assert "This upload was undone" in page and address not in page


def test_a_held_file_is_saved_only_with_its_number(
    page_client: Client, cottonwood: District_
) -> None:
    """R-IMP-03."""
    title = STUDENTS.splitlines()[0]
    many = "".join(
        f"9990010{number:02},,Last{number},First,,01/01/2008,F\n" for number in range(12)
    )
    choose(page_client, f"{title}\n{many}", work="upload")
    held = choose(page_client, f"{title}\n{many.replace('First', 'Second')}")
    address = reverse("roster-save", args=["9012", 2025, held.pk])
    number = Batch.objects.count()
    answer = page_client.post(address, {"number": "11"}, follow=True)
    assert "Enter 12 to confirm" in answer.content.decode() and Batch.objects.count() == number
    page_client.post(address, {"number": "12"})
    assert run(Batch.objects.latest("queued_at").pk)
    assert Student.objects.filter(first_name="Second").count() == 12


def test_the_chosen_type_is_held_to(page_client: Client, cottonwood: District_) -> None:
    batch = choose(page_client, ENROLLMENTS, kind="students")
    assert "You chose Student Demographics" in batch.result["refused"]
    page = page_client.get(reverse("batch", args=["9012", 2025, batch.pk])).content.decode()
    assert "Choose another file" in page and "Upload this file" not in page


def test_what_is_not_in_the_file_is_listed_on_the_page(
    page_client: Client, cottonwood: District_
) -> None:
    cottonwood.student("999000444", "Absent", "Ann")
    batch = choose(page_client, zipped(ALL), name="rosters.zip")
    page = page_client.get(reverse("batch", args=["9012", 2025, batch.pk])).content.decode()
    assert "999000444 Absent Ann" in page and "in the portal, not in this file" in page


def test_a_template_uploads_as_it_is_told(page_client: Client, cottonwood: District_) -> None:
    for slug in ("schools", "students", "enrollments", "courses", "sections", "rosters"):
        answer = page_client.get(reverse("roster-template", args=["9012", 2025, slug]))
        batch = choose(page_client, b"".join(answer.streaming_content), kind=slug)  # type: ignore[attr-defined]
        assert not batch.result.get("refused"), (slug, batch.result)
    assert (
        page_client.get(reverse("roster-template", args=["9012", 2025, "nothing"])).status_code
        == 404
    )
    assert (
        "provisional"
        in page_client.get(reverse("roster-columns", args=["9012", 2025])).content.decode()
    )


def test_a_filled_template_uploads_back_with_nothing_changed(
    page_client: Client, cottonwood: District_
) -> None:
    choose(page_client, zipped(ALL), name="rosters.zip", work="upload")
    Course.objects.filter(number="MA1").update(name="=Algebra")
    for slug, kinds in (
        ("schools", 3),
        ("students", 3),
        ("enrollments", 3),
        ("courses", 2),
        ("sections", 1),
        ("rosters", 2),
    ):
        address = reverse("roster-template", args=["9012", 2025, slug]) + "?form=filled"
        content = b"".join(page_client.get(address).streaming_content)  # type: ignore[attr-defined]
        batch = choose(page_client, content, kind=slug)
        for counts in batch.result["objects"]:
            assert counts["unchanged"] == counts["read"] >= kinds - 1, (slug, counts)
            assert counts["absent"] == 0, (slug, counts)


def test_a_workbook_is_offered_and_the_filled_one_only_to_who_may_take_data_out(
    page_client: Client, cottonwood: District_, opi: User
) -> None:
    address = reverse("roster-template", args=["9012", 2025, "students"])
    book = page_client.get(address + "?form=xlsx")
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert page_client.get(address + "?form=other").status_code == 404
    page_client.force_login(opi)
    assert page_client.get(address).status_code == 200
    assert page_client.get(address + "?form=filled").status_code == 403


def test_nothing_of_a_student_is_in_the_queue_row(
    page_client: Client, cottonwood: District_
) -> None:
    batch = choose(page_client, STUDENTS + "9,,SECRETNAME,,,,\n")
    assert "SECRETNAME" not in str(batch.result) + batch.sentence + str(batch.options)


def test_a_file_that_is_no_longer_kept_says_so(page_client: Client, cottonwood: District_) -> None:
    tested = choose(page_client, STUDENTS)
    default_storage.delete(tested.input_file)
    answer = page_client.post(reverse("roster-save", args=["9012", 2025, tested.pk]), follow=True)
    assert "Choose it again" in answer.content.decode()
    default_storage.save(tested.input_file, ContentFile(b""))
