"""R-FUP-15: a leaver answers by a link that works once, and whose page says nothing about who is
asked.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import AuditEvent, User, ViewEvent
from cte_portal.batches.models import Batch
from pathways.follow_up.proposals.links import LINKS, make_link
from pathways.models import (
    AnswerLink,
    CollectionLock,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeProposal,
)
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.uploads.fall.files import entry_of

COLLEGE = "01"
BY: dict[str, Any] = {"by": "MARTIN, CHERYL", "by_id": 1}
WHO = ("ANDERSON", "Anderson", "KAYLA", "Kayla", "999000123", "999 000 123", "9012", "Cottonwood")


@pytest.fixture
def entry(leavers: Leavers) -> FollowUpEntry:
    return entry_of(leavers)


@pytest.fixture
def secret(leavers: Leavers, entry: FollowUpEntry) -> str:
    return make_link(leavers.scope, entry.pk, **BY)


def opened(secret: str) -> tuple[Client, Any]:
    """A student's browser on the page of the link."""
    browser = Client()
    return browser, browser.get(f"/answer/{secret}/", follow=True)


def test_the_caller_gets_a_link_that_is_shown_once(
    client: Client, clerk: User, entry: FollowUpEntry
) -> None:
    client.force_login(clerk)
    address = f"/districts/9012/2024/cte-follow-up/{entry.pk}/link/"
    page = client.post(address)
    link = re.search(r"http://testserver/answer/([\w-]{43})/", page.content.decode())
    assert link and page["Cache-Control"] == "no-store"
    assert link[1] not in "".join(map(str, AnswerLink.objects.values_list()))
    for kept in (Batch, AuditEvent, ViewEvent):
        assert link[1] not in "".join(map(str, kept._default_manager.values_list()))
    assert (
        link[1]
        not in client.get(f"/districts/9012/2024/cte-follow-up/{entry.pk}/").content.decode()
    )
    client.post(address)
    assert opened(link[1])[1].status_code == 410, "a new link ends the one before"


def test_an_answer_by_the_link_is_a_proposal_and_the_page_names_nobody(
    secret: str, entry: FollowUpEntry
) -> None:
    browser, page = opened(secret)
    assert page.redirect_chain == [("/answer/", 302)]
    pages = [page.content.decode()]
    wrong = browser.post("/answer/", {"status": "08"})
    assert "Select one of the answers" in text(wrong)
    pages += [wrong.content.decode(), text(browser.post("/answer/", {}))]
    thanks = browser.post("/answer/", {"status": COLLEGE})
    assert "Thank you" in text(thanks)
    pages += [thanks.content.decode()]
    gone = browser.post("/answer/", {"status": "04"})
    assert gone.status_code == 410, "a double click answers once"
    assert opened(secret)[1].status_code == 410
    for html in (*pages, gone.content.decode()):
        assert not [name for name in WHO if name in html]
    row = OutcomeProposal.objects.get()
    assert (row.entry, row.status, row.origin, row.by) == (
        entry,
        COLLEGE,
        "The student, by a link",
        "",
    )
    assert row.as_of == timezone.localdate() and not Outcome.objects.exists()
    assert not AnswerLink.objects.exists()


def test_unknown_expired_and_closed_links_answer_alike(
    secret: str, leavers: Leavers, entry: FollowUpEntry
) -> None:
    browser, _ = opened(secret)
    unknown = opened("x" * 43)[1]
    assert unknown.status_code == 410
    past = timezone.now() - datetime.timedelta(minutes=1)
    AnswerLink.objects.update(expires_at=past)
    expired = opened(secret)[1]
    assert (expired.status_code, text(expired)) == (410, text(unknown))
    AnswerLink.objects.update(expires_at=past + datetime.timedelta(days=1))
    CollectionLock.objects.create(
        district="9012", end_year=2024, collection="cte-fall", since=past, by="X", reason="C."
    )
    assert text(browser.post("/answer/", {"status": COLLEGE})) == text(unknown)
    CollectionLock.objects.all().delete()
    entry.left_at, entry.left_reason = past, "Returned"
    entry.save()
    assert text(browser.post("/answer/", {"status": COLLEGE})) == text(unknown)
    assert not OutcomeProposal.objects.exists()


def test_a_link_lasts_two_weeks_and_no_longer_than_the_days_of_contact(
    client: Client, clerk: User, leavers: Leavers, entry: FollowUpEntry
) -> None:
    make_link(leavers.scope, entry.pk, **BY)
    ends = AnswerLink.objects.get().expires_at
    assert ends - timezone.now() < datetime.timedelta(days=14)
    today = timezone.localdate()
    FollowUpYear.objects.filter(pk=2024).update(closes=today, refreshed_until=today)
    make_link(leavers.scope, entry.pk, **BY)
    assert timezone.localtime(AnswerLink.objects.get().expires_at).hour == 0
    yesterday = today - datetime.timedelta(days=1)
    FollowUpYear.objects.filter(pk=2024).update(closes=yesterday, refreshed_until=yesterday)
    client.force_login(clerk)
    address = f"/districts/9012/2024/cte-follow-up/{entry.pk}/link/"
    assert "The days of contact are over." in text(client.post(address, follow=True))


def test_guesses_are_counted(secret: str) -> None:
    cache.clear()
    browser = Client()
    answers = [browser.get(f"/answer/guess{number}/").status_code for number in range(32)]
    assert answers[:30] == [410] * 30 and answers[30:] == [429, 429]
    cache.clear()


def test_expired_links_are_cleaned_up(secret: str) -> None:
    assert LINKS.remove() == 0
    AnswerLink.objects.update(expires_at=timezone.now() - datetime.timedelta(days=31))
    assert LINKS.remove() == 1
