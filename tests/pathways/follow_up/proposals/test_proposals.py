"""R-FUP-15: answers from elsewhere come as proposals with source and date; a person accepts them,
and none replaces a contact that was made.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.proposals import deciding
from pathways.follow_up.proposals.proposing import OutsideAnswer, propose
from pathways.models import (
    CollectionLock,
    FollowUpEntry,
    Outcome,
    OutcomeChange,
    OutcomeProposal,
)
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.uploads.fall.files import answer_of, days_ago, entry_of, tried

COLLEGE, WORK, NOT_REACHED = "01", "04", "08"
BY: dict[str, Any] = {"by": "MARTIN, CHERYL", "by_id": 1}
PAGE = "/districts/9012/2024/cte-follow-up/elsewhere/"
OPEN = ("", "")


@pytest.fixture
def entry(leavers: Leavers) -> FollowUpEntry:
    return entry_of(leavers)


def proposal(
    leavers: Leavers, entry: FollowUpEntry, status: str = COLLEGE, days: int = 1
) -> OutcomeProposal:
    return propose(leavers.scope, OutsideAnswer(entry.pk, status, days_ago(days)), "Billings", **BY)


def call(leavers: Leavers, entry: FollowUpEntry, status: str = WORK) -> None:
    attempt = Try(date=days_ago(0), means="phone", status=status)
    attempts.record(leavers.scope, entry.pk, attempt, **BY)


def test_an_answer_from_elsewhere_is_no_outcome_until_it_is_accepted(
    leavers: Leavers, entry: FollowUpEntry
) -> None:
    row = proposal(leavers, entry)
    assert proposal(leavers, entry) == row, "the same answer once more is one proposal"
    assert answer_of(entry) is None and not OutcomeChange.objects.exists()
    deciding.accept(leavers.scope, row.pk, seen=OPEN, **BY)
    assert answer_of(entry) == (COLLEGE, days_ago(1), "proposal")
    change = OutcomeChange.objects.get()
    assert (change.origin, change.by, change.operation) == ("proposal", BY["by"], "create")
    row.refresh_from_db()
    assert (row.resolution, row.resolved_by, row.origin) == ("accepted", BY["by"], "Billings")
    with pytest.raises(Refusal, match="decided on this answer already"):
        deciding.accept(leavers.scope, row.pk, seen=(COLLEGE, "proposal"), **BY)
    assert OutcomeChange.objects.count() == 1


def test_it_never_replaces_a_contact_that_was_made(leavers: Leavers, entry: FollowUpEntry) -> None:
    row = proposal(leavers, entry)
    call(leavers, entry)
    with pytest.raises(Refusal, match="Someone else changed the outcome"):
        deciding.accept(leavers.scope, row.pk, seen=OPEN, **BY)
    with pytest.raises(Refusal, match="that answer stands"):
        deciding.accept(leavers.scope, row.pk, seen=(WORK, "attempt"), **BY)
    assert answer_of(entry) == (WORK, days_ago(0), "attempt")


def test_a_contact_that_is_made_later_comes_first_and_gives_way_when_it_is_taken_back(
    leavers: Leavers, entry: FollowUpEntry
) -> None:
    row = proposal(leavers, entry)
    deciding.accept(leavers.scope, row.pk, seen=OPEN, **BY)
    call(leavers, entry, "")
    assert answer_of(entry) == (COLLEGE, days_ago(1), "proposal"), "nobody was reached"
    call(leavers, entry)
    assert answer_of(entry) == (WORK, days_ago(0), "attempt")
    contact = entry.attempts.get(status=WORK)
    attempts.take_back(leavers.scope, contact.pk, **BY)
    assert answer_of(entry) == (COLLEGE, days_ago(1), "proposal")


def test_who_was_not_reached_may_be_known_elsewhere(leavers: Leavers, entry: FollowUpEntry) -> None:
    for days, means in ((2, "phone"), (1, "text"), (1, "mail")):
        tried(entry, means, days)
    attempts.set_outcome(leavers.scope, entry.pk, NOT_REACHED, days_ago(0), seen=OPEN, **BY)
    row = proposal(leavers, entry)
    deciding.accept(leavers.scope, row.pk, seen=(NOT_REACHED, "screen"), **BY)
    assert answer_of(entry) == (COLLEGE, days_ago(1), "proposal")


def test_a_day_outside_the_days_of_contact_is_not_the_date_contacted(
    leavers: Leavers, entry: FollowUpEntry
) -> None:
    row = proposal(leavers, entry, days=60)
    deciding.accept(leavers.scope, row.pk, seen=OPEN, **BY)
    assert answer_of(entry) == (COLLEGE, days_ago(0), "proposal")


def test_a_decision_is_taken_back(leavers: Leavers, entry: FollowUpEntry) -> None:
    row = proposal(leavers, entry)
    deciding.decline(leavers.scope, row.pk, by="X")
    assert not OutcomeProposal.objects.in_scope(leavers.scope).undecided().exists()
    deciding.take_back(leavers.scope, row.pk, **BY)
    deciding.accept(leavers.scope, row.pk, seen=OPEN, **BY)
    other = proposal(leavers, entry, WORK)
    with pytest.raises(Refusal, match="Undo that first"):
        deciding.accept(leavers.scope, other.pk, seen=(COLLEGE, "proposal"), **BY)
    deciding.take_back(leavers.scope, row.pk, **BY)
    assert answer_of(entry) is None
    deciding.accept(leavers.scope, other.pk, seen=OPEN, **BY)
    attempts.follow_attempts(leavers.scope, entry.pk, seen=(WORK, "proposal"), **BY)
    assert answer_of(entry) is None
    assert OutcomeProposal.objects.in_scope(leavers.scope).undecided().count() == 2


@pytest.mark.parametrize(
    ("status", "days", "words"),
    [
        (NOT_REACHED, 1, "is no answer"),
        ("99", 1, "Select a status"),
        (COLLEGE, -1, "in the future"),
    ],
)
def test_what_is_nobodys_answer_is_refused(
    leavers: Leavers, entry: FollowUpEntry, status: str, days: int, words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        proposal(leavers, entry, status, days)
    assert not OutcomeProposal.objects.exists()


def test_a_certified_follow_up_takes_none(leavers: Leavers, entry: FollowUpEntry) -> None:
    row = proposal(leavers, entry)
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="X",
        reason="Certified.",
    )
    for act in (
        lambda: deciding.accept(leavers.scope, row.pk, seen=OPEN, **BY),
        lambda: deciding.decline(leavers.scope, row.pk, by="X"),
        lambda: proposal(leavers, entry, WORK),
    ):
        with pytest.raises(Refusal, match="locked since"):
            act()
    assert OutcomeProposal.objects.get().resolution == ""


def test_the_database_holds_who_says_so_and_who_decided(entry: FollowUpEntry) -> None:
    values = {
        "entry": entry,
        "source": "district",
        "source_name": "Billings",
        "status": COLLEGE,
        "as_of": datetime.date(2024, 11, 5),
        "at": timezone.now(),
    }
    for wrong in ({"source_name": ""}, {"source": "student"}, {"resolution": "accepted"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutcomeProposal.objects.create(**{**values, **wrong})


# --- pages


def test_it_is_entered_and_decided_on_the_students_page(
    client: Client, clerk: User, leavers: Leavers, entry: FollowUpEntry
) -> None:
    client.force_login(clerk)
    line = f"/districts/9012/2024/cte-follow-up/{entry.pk}/"
    assert "Enter who gave the answer" in text(client.post(f"{line}elsewhere/", {}))
    fields = {"source_name": "Billings", "status": COLLEGE, "as_of": f"{days_ago(1):%m/%d/%Y}"}
    page = text(client.post(f"{line}elsewhere/", fields, follow=True))
    assert "The answer waits to be accepted." in page and "Billings" in page
    assert f"As of {days_ago(1):%m/%d/%Y}" in page
    row = OutcomeProposal.objects.get()
    press = {"proposal": row.pk, "back": entry.pk, "seen_status": "", "seen_origin": ""}
    page = text(client.post(PAGE, {**press, "do": "accept"}, follow=True))
    assert "The answer was accepted." in page
    assert f"Accepted {clerk.record_name}" in page
    assert "An answer from elsewhere, until a contact says something else." in page
    page = text(client.post(PAGE, {**press, "do": "accept"}, follow=True))
    assert "Somebody has decided on this answer already." in page, "a double click"


def test_the_list_has_what_waits_and_what_was_decided(
    client: Client, clerk: User, viewer: User, leavers: Leavers, entry: FollowUpEntry
) -> None:
    second = entry_of(leavers, "999000124", "Baker")
    row = proposal(leavers, entry)
    proposal(leavers, second, WORK)
    call(leavers, second)
    client.force_login(clerk)
    calls = text(client.get("/districts/9012/2024/cte-follow-up/"))
    assert "Answers from Elsewhere (2)" in calls
    page = client.get(PAGE).content.decode()
    assert page.count('value="accept"') == 1, "one of the two was contacted"
    assert "The student was contacted, and that answer stands." in text(page)
    client.post(PAGE, {"do": "decline", "proposal": row.pk})
    assert "Declined" in text(client.get(PAGE))
    for wrong in ({"do": "accept"}, {"do": "x", "proposal": "1"}, {"do": "undo", "proposal": "²"}):
        assert "Press one of the buttons again." in text(client.post(PAGE, wrong, follow=True))
    client.force_login(viewer)
    assert 'name="do"' not in client.get(PAGE).content.decode()


def test_another_districts_answer_is_out_of_reach(
    client: Client, clerk: User, leavers: Leavers, elsewhere: District_
) -> None:
    theirs = Leavers(elsewhere)
    other = entry_of(theirs, "999000777", "Zimmer")
    row = proposal(theirs, other)
    client.force_login(clerk)
    assert "ZIMMER" not in text(client.get(PAGE))
    for do in ("accept", "decline", "undo"):
        client.post(PAGE, {"do": do, "proposal": row.pk})
    row.refresh_from_db()
    assert row.resolution == "" and not Outcome.objects.exists()
    address = f"/districts/9012/2024/cte-follow-up/{other.pk}/elsewhere/"
    assert client.get(address).status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(
    client: Client,
    clerk: User,
    leavers: Leavers,
    entry: FollowUpEntry,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        proposal(leavers, entry_of(leavers, f"9990002{number:02d}", "Baker"))
    client.force_login(clerk)
    client.get(PAGE)
    with django_assert_max_num_queries(40):
        client.get(PAGE)
