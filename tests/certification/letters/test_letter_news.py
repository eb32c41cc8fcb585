"""What an e-mail about certification says stands on the person's next page too."""

from __future__ import annotations

import datetime

import time_machine
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from certification.letters import occasions
from certification.models import CertificationEvent, Certifier
from certification.recertification import recertification
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Notice
from cte_portal.editions import Scope
from tests.certification.board.test_reminders import both_stages, noon, stage
from tests.fixtures.certification import seal

__all__ = ["stage"]


def news(client: Client, user: User, path: str = "/districts/9012/2025/") -> list[tuple[str, str]]:
    """Each with where its link leads."""
    client.force_login(user)
    parts = [
        part
        for part in client.get(path).content.decode().split('<div class="banner')[1:]
        if "data-put-away" in part
    ]
    return [
        (part.split("<p>")[1].split("<a")[0].strip(), part.split('<a href="')[1].split('"')[0])
        for part in parts
    ]


@both_stages
def test_who_is_written_to_about_a_request_reads_of_it_in_the_portal(
    client: Client,
    stage: CertificationEvent,
    opi: User,
    superintendent: Certifier,
    director: Certifier,
) -> None:
    seal(stage.rounds.get())  # type: ignore[attr-defined]
    scope = Scope("9012", stage.end_year)
    request = recertification.ask(
        scope,
        stage.pk,
        by=superintendent.user,
        reason="Kayla Anderson is missing",
        what_changes="x",
    )
    ((request_text, leads),) = news(client, opi, "/opi/status-board/")
    assert (
        "recertification requested" in request_text
        and "Anderson" not in request_text
        and client.get(leads).status_code == 200
    )
    assert news(client, opi, "/opi/status-board/") == [], "once"
    assert news(client, superintendent.user) == [], "who asked knows"
    recertification.approve(scope, request.pk, by=opi, answer="Fix Kayla Anderson")
    assert news(client, superintendent.user) == [], "OPI may take the answer back for five minutes"
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=6)):
        Notice.objects.update(at=Now())
        for certifier in (superintendent, director):
            ((answered, leads),) = news(client, certifier.user)
            assert "OPI has reopened the certification" in answered and "Anderson" not in answered
            assert client.get(leads).status_code == 200


@both_stages
def test_an_answer_that_is_taken_back_is_no_news(
    client: Client, stage: CertificationEvent, opi: User, superintendent: Certifier
) -> None:
    seal(stage.rounds.get())  # type: ignore[attr-defined]
    scope = Scope("9012", stage.end_year)
    request = recertification.ask(
        scope, stage.pk, by=superintendent.user, reason="x", what_changes="x"
    )
    recertification.approve(scope, request.pk, by=opi, answer="x")
    recertification.undo(scope, request.pk, by=opi)
    Notice.objects.update(at=Now())
    assert news(client, superintendent.user) == []


@both_stages
def test_what_a_date_brings_is_no_news_of_its_own(
    client: Client, stage: CertificationEvent, superintendent: Certifier
) -> None:
    """The due date is on every page anyway."""
    occasions.published(stage)
    with time_machine.travel(noon(11), tick=False):
        occasions.daily()
    assert (
        Batch.objects.filter(kind="letter").count() > 2 and news(client, superintendent.user) == []
    )
