"""R-FUP-06: contacts of many students from a CSV file, shown first and kept nowhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import KeptForm, User
from cte_portal.batches.models import Batch, BatchFile
from pathways.follow_up.workbench.contacts import CONTACTS
from pathways.models import CollectionLock, Contact, FollowUpYear
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers

PAGE = "/districts/9012/2024/cte-follow-up/contacts/"
HEAD = "State ID,Phone,Second Phone,E-mail,Another Adult"
KAYLA = "999000123,406-555-0143,,kayla@example.org,Aunt Ruth"


@pytest.fixture
def desk(client: Client, clerk: User, leavers: Leavers) -> Client:
    for state_id, last in (("999000123", "Anderson"), ("999000124", "Baker")):
        leavers.leave(leavers.student(state_id, last))
    client.force_login(clerk)
    return client


def choose(desk: Client, *lines: str, head: str = HEAD, page: str = PAGE) -> Any:
    content = "\r\n".join([head, *lines]).encode()
    return desk.post(page, {"file": SimpleUploadedFile("survey.csv", content)})


def save(desk: Client, preview: Any) -> Any:
    rows = re.search(r'name="rows" value="([^"]+)"', preview.content.decode())
    assert rows
    return desk.post(PAGE, {"rows": rows[1]}, follow=True)


def stored() -> set[tuple[str, str, str]]:
    return set(Contact.objects.values_list("student__state_id", "kind", "value"))


def test_a_file_is_shown_first_and_saved_once_it_was_seen(desk: Client) -> None:
    preview = choose(desk, KAYLA, "999000124,(406) 555-0144,,,")
    words = text(preview)
    assert "To add 4 contacts, from 2 rows" in words
    assert "ANDERSON, KAYLA 999 000 123 406-555-0143" in words and "Aunt Ruth" in words
    assert stored() == set()
    assert "4 contacts added." in text(save(desk, preview))
    assert stored() == {
        ("999000123", "phone", "406-555-0143"),
        ("999000123", "email", "kayla@example.org"),
        ("999000123", "adult", "Aunt Ruth"),
        ("999000124", "phone", "(406) 555-0144"),
    }
    assert "No changes to save." in text(save(desk, preview)), "a double click adds nothing"
    assert Contact.objects.count() == 4
    assert "Already there 2 rows" in text(choose(desk, KAYLA, "999000124,(406) 555-0144,,,"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("999000777,406-555-0143,,,", "No student of this district has this State ID"),
        ("999000999,406-555-0143,,,", "No student of this district has this State ID"),
        ("12,406-555-0143,,,", "000000012"),
        (",406-555-0143,,,", "Enter the State ID"),
        ("999000123,,,,", "This row has no contact"),
        ("999000123,call me,,,", "Phone is no phone number"),
        ("999000123,,,nobody,", "E-mail is no e-mail address"),
        (f"999000123,,,,{'x' * 121}", "Another Adult has more than 120 characters"),
        ("999000123,406-555-0143,,,,,more", "This line has 7 values"),
        ('999000123,"406', "This line cannot be read"),
    ],
)
def test_a_row_that_is_refused_says_why_and_keeps_no_other_back(
    line: str, reason: str, desk: Client, elsewhere: District_
) -> None:
    """A student of another district and one who is nowhere read alike."""
    elsewhere.enroll(elsewhere.student("999000777", "Else", enrolled=False), 2024)
    preview = choose(desk, line, "999000124,406-555-0144,,,")
    words = text(preview)
    assert "Refused 1 row" in words and reason in words
    assert "ELSE" not in words
    save(desk, preview)
    assert stored() == {("999000124", "phone", "406-555-0144")}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"Name,Phone\r\nKayla,406-555-0143\r\n", "Missing: State ID"),
        (b"State ID,Phone\r\n", "no rows"),
        (b"\x00\x01\x02\x03", ""),
        (b"State ID,Phone\r\n" + b"999000123,1\r\n" * 2001, "more than 2,000 rows"),
        (b"State ID,Phone\r\n" + b"x" * 400_001, "larger than 400 KB"),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, problem: str, desk: Client) -> None:
    answer = desk.post(PAGE, {"file": SimpleUploadedFile("survey.csv", content)})
    assert answer.status_code == 200
    words = text(answer)
    assert "There is a problem" in words and problem in words
    assert stored() == set()


def test_rows_of_another_person_or_district_are_not_saved(
    desk: Client, second_clerk: User, leavers: Leavers
) -> None:
    preview = choose(desk, KAYLA)
    desk.force_login(second_clerk)
    assert "This preview is no longer valid" in text(save(desk, preview))
    assert "This preview is no longer valid" in text(desk.post(PAGE, {"rows": "forged"}))
    assert stored() == set()


def test_no_job_no_form_and_no_address_holds_a_contact(desk: Client) -> None:
    answer = save(desk, choose(desk, KAYLA))
    assert "406-555-0143" not in str(answer.redirect_chain)
    assert not Batch.objects.exists() and not BatchFile.objects.exists()
    assert not KeptForm.objects.exists()
    assert "406-555-0143" not in str(dict(desk.session))


def test_a_certified_follow_up_takes_no_file(desk: Client) -> None:
    preview = choose(desk, KAYLA)
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    assert "Contacts cannot be added now" in text(save(desk, preview))
    assert stored() == set()


def test_contacts_of_who_may_still_leave_are_kept(desk: Client, leavers: Leavers) -> None:
    """Contacts are gathered before students leave; they go when the follow-up of their year is
    over.
    """
    save(desk, choose(desk, KAYLA))
    assert CONTACTS.remove() == 0
    long_ago = timezone.localdate() - timezone.timedelta(days=91)
    FollowUpYear.objects.filter(pk=2024).update(
        opens=long_ago, closes=long_ago, refreshed_until=long_ago
    )
    assert CONTACTS.remove() == 3
    assert stored() == set()
