"""How leavers can be reached: in the district alone, and not for longer than needed (R-FUP-06)."""

from __future__ import annotations

import datetime
import logging
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from certification.models import SealedCopy, SealedRecord
from cte_portal.accounts.models import AuditEvent, KeptForm, User
from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.workbench.contacts import CONTACTS, KEPT_AFTER, MOST_OF_ONE, add, way
from pathways.models import Contact, FollowUpEntry, FollowUpYear
from tests.fixtures.records import District_, send_everything
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import LEFT_YEAR, Leavers, make_entry, open_list

SECRET = "406-555-0143"
PASTED = f"{SECRET}\n\n kayla@example.org \nAunt Ruth, evenings\n{SECRET}\n"
BY: dict[str, Any] = {"by": "MARTIN, CHERYL", "by_id": 1}


def of_page(entry: FollowUpEntry, path: str = "") -> str:
    return f"/districts/9012/2024/cte-follow-up/{entry.pk}/{path}"


@pytest.fixture
def entry(leavers: Leavers) -> FollowUpEntry:
    return make_entry(leavers, "999000123")


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("406-555-0143", "phone"),
        ("(406) 555-0143 ext. 12", "phone"),
        ("+1 406 555 0143", "phone"),
        ("kayla@example.org", "email"),
        ("Aunt Ruth 406-555-0143", "adult"),
        ("12", "adult"),
        ("@kayla", "adult"),
    ],
)
def test_a_line_says_how_to_reach_somebody(written: str, kind: str) -> None:
    assert way(written) == (kind, written)


def test_contacts_are_pasted_one_on_a_line(
    client: Client, clerk: User, entry: FollowUpEntry
) -> None:
    client.force_login(clerk)
    assert client.post(of_page(entry, "contacts/"), {"contacts": PASTED})["Location"] == of_page(
        entry
    )
    page = client.get(of_page(entry))
    assert "3 contacts added" in text(page)
    assert f'href="tel:{SECRET}"' in page.content.decode()
    assert 'href="mailto:kayla@example.org"' in page.content.decode()
    client.post(of_page(entry, "contacts/"), {"contacts": PASTED})
    assert list(Contact.objects.values_list("kind", "value", "by_id")) == [
        ("adult", "Aunt Ruth, evenings", clerk.pk),
        ("email", "kayla@example.org", clerk.pk),
        ("phone", SECRET, clerk.pk),
    ]
    wrong = Contact.objects.get(kind="adult")
    client.post(of_page(entry, f"contacts/{wrong.pk}/remove/"))
    assert not Contact.objects.filter(kind="adult").exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter a phone number, an e-mail address, or a name"),
        ("x" * 121, "A line can have up to 120 characters"),
        ("406\u202e555", "hidden character"),
        ("\n".join(f"406-555-01{number:02}" for number in range(21)), "up to 20 contacts"),
    ],
)
def test_what_cannot_be_a_contact_is_said(
    client: Client, clerk: User, entry: FollowUpEntry, typed: str, words: str
) -> None:
    client.force_login(clerk)
    page = client.post(of_page(entry, "contacts/"), {"contacts": typed})
    assert words in text(page)
    assert not Contact.objects.exists()


def test_the_limit_counts_what_is_there(leavers: Leavers, entry: FollowUpEntry) -> None:
    ways = [way(f"406-555-01{number:02}") for number in range(MOST_OF_ONE)]
    assert add(leavers.scope, entry.pk, ways, **BY) == MOST_OF_ONE
    with pytest.raises(Refusal, match="up to 20 contacts"):
        add(leavers.scope, entry.pk, [way("Aunt Ruth")], **BY)


def test_contacts_of_another_district_are_not_reached(
    client: Client, clerk: User, entry: FollowUpEntry, elsewhere: District_
) -> None:
    theirs = make_entry(Leavers(elsewhere), "999000777")
    add(Leavers(elsewhere).scope, theirs.pk, [way(SECRET)], **BY)
    kept = Contact.objects.get()
    client.force_login(clerk)
    for address in (
        of_page(entry, f"contacts/{kept.pk}/remove/"),
        of_page(theirs, f"contacts/{kept.pk}/remove/"),
        of_page(theirs, "contacts/"),
    ):
        assert client.post(address, {"contacts": "Aunt Ruth"}).status_code == 404
    assert Contact.objects.get() == kept


def test_contacts_leave_the_district_by_no_way(
    client: Client,
    clerk: User,
    opi: User,
    leavers: Leavers,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not in the State edition, not under a seal, not in a log, a mail, or a form kept for later;
    and OPI sees no page with them.
    """
    leavers.leaver("999000124", last="Baker")
    entry = make_entry(leavers, "999000123")
    with caplog.at_level(logging.DEBUG, logger="cte_portal"):
        client.force_login(clerk)
        client.post(of_page(entry, "contacts/"), {"contacts": PASTED})
        send_everything()
        leavers.seal()
        client.logout()
        client.post(of_page(entry, "contacts/"), {"contacts": PASTED})
    assert Contact.objects.count() == 3
    state = connections["state"]
    with state.cursor() as cursor:
        names = state.introspection.table_names(cursor)
        assert "pathways_contact" not in names
        for name in names:
            cursor.execute(f"SELECT * FROM {name}")
            assert SECRET not in str(cursor.fetchall())
    sealed = [*SealedCopy.objects.values(), *SealedRecord.objects.values()]
    assert sealed and SECRET not in str(sealed)
    assert SECRET not in caplog.text and SECRET not in str([letter.body for letter in mail.outbox])
    assert SECRET not in str(list(KeptForm.objects.values()))
    client.force_login(opi)
    assert client.get(of_page(entry)).status_code == 403


@pytest.mark.parametrize(("days", "are_kept"), [(0, True), (1, False)])
def test_contacts_go_a_set_time_after_the_follow_up(
    leavers: Leavers, entry: FollowUpEntry, days: int, are_kept: bool
) -> None:
    """A follow-up of a later year keeps those of its own students."""
    later = make_entry(leavers, "999000125", end_year=LEFT_YEAR + 1)
    day = timezone.localdate()
    for line in (entry, later):
        scope = leavers.scope if line == entry else leavers.district.scope
        FollowUpYear.objects.get_or_create(
            pk=scope.end_year, defaults={"opens": day, "closes": day, "refreshed_until": day}
        )
        add(scope, line.pk, [way(SECRET)], **BY)
    FollowUpYear.objects.filter(pk=LEFT_YEAR + 1).update(closes=day)
    closed = day - KEPT_AFTER - datetime.timedelta(days=days)
    open_list(opens=closed, refreshed_until=closed, closes=closed)
    assert CONTACTS.remove() == (0 if are_kept else 1)
    assert Contact.objects.filter(student=entry.student).exists() is are_kept
    assert Contact.objects.filter(student=later.student).exists()


def test_the_call_list_is_taken_as_a_file_and_that_is_recorded(
    client: Client, clerk: User, viewer: User, opi: User, leavers: Leavers
) -> None:
    """R-FUP-10: no cell is taken for a formula, and the audit knows who took how many."""
    entry = make_entry(leavers, "999000123", last="=Anderson")
    make_entry(leavers, "999000124", "Baker", exit="dropout")
    add(leavers.scope, entry.pk, [way("+1 406 555 0143"), way("=HYPERLINK(1)")], **BY)
    address = "/districts/9012/2024/cte-follow-up/file/"
    client.force_login(clerk)
    answer = client.post(f"{address}?exit=graduate")
    [heads, line, rest] = b"".join(answer).decode("utf-8-sig").split("\r\n")
    assert heads.startswith("Student,State ID,School,CTE Pathways,Left as,Phones")
    assert line == (
        "\"'=ANDERSON, KAYLA\",999000123,Cottonwood Bend High School,,Graduate,'+1 406 555 0143,,"
        "'=HYPERLINK(1),0,,"
    )
    assert rest == ""
    is_recorded(clerk)
    for user in (viewer, opi):
        client.force_login(user)
        assert client.post(address).status_code == 403


def is_recorded(clerk: User) -> None:
    """Who took how many, and nobody's name."""
    event = AuditEvent.objects.get(kind="download")
    assert (event.by_id, event.after["Records"], event.district) == (clerk.pk, "1 student", "9012")
    assert "ANDERSON" not in str(AuditEvent.objects.values())


def test_the_call_list_is_printed_with_its_phones_and_that_is_recorded(
    client: Client,
    clerk: User,
    viewer: User,
    opi: User,
    school_viewer: User,
    stranger: User,
    leavers: Leavers,
) -> None:
    """R-FUP-10: its address alone takes nothing."""
    entry = make_entry(leavers, "999000123")
    make_entry(leavers, "999000124", "Baker", exit="dropout")
    ways = [way("406-555-0143"), way("kayla@example.org"), way("Her aunt Ruth, evenings")]
    add(leavers.scope, entry.pk, ways, **BY)
    address = "/districts/9012/2024/cte-follow-up/print/?exit=graduate"
    client.force_login(clerk)
    assert client.get(address)["Location"] == "/districts/9012/2024/cte-follow-up/?exit=graduate"
    assert not AuditEvent.objects.filter(kind="download").exists()
    page = client.post(address).content.decode()
    for wanted in (
        "ANDERSON, KAYLA",
        "Cottonwood Bend High School",
        "406-555-0143",
        "Her aunt Ruth, evenings",
    ):
        assert wanted in page, wanted
    assert "BAKER" not in page and "kayla@example.org" not in page
    is_recorded(clerk)
    for user, refused in ((viewer, 403), (opi, 403), (school_viewer, 403), (stranger, 404)):
        client.force_login(user)
        assert client.post(address).status_code == refused
    assert AuditEvent.objects.filter(kind="download").count() == 1


def test_who_was_tried_least_is_printed_first(
    client: Client, clerk: User, leavers: Leavers
) -> None:
    """R-FUP-10"""
    tried = make_entry(leavers, "999000123", "Adams")
    make_entry(leavers, "999000124", "Baker")
    attempts.record(
        leavers.scope, tried.pk, Try(date=timezone.localdate(), means="phone", status=""), **BY
    )
    client.force_login(clerk)
    page = client.post("/districts/9012/2024/cte-follow-up/print/").content.decode()
    assert page.index("BAKER, KAYLA") < page.index("ADAMS, KAYLA")
