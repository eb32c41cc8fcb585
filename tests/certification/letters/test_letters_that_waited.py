"""An e-mail that waited, for its worker or the mail server, is looked at again when it is sent: the
event may have moved on.
"""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from certification.events import events
from certification.letters import occasions
from certification.models import CertificationEvent, Certifier, Extension
from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from tests.certification.board.test_reminders import REMINDERS, both_stages, deliver, noon, stage
from tests.fixtures.certification import make_certifier, seal, sign
from tests.fixtures.people import person

__all__ = ["stage"]


@pytest.fixture
def waiting(stage: CertificationEvent) -> CertificationEvent:
    """The e-mail of three days before is queued; nothing has gone out."""
    with time_machine.travel(noon(11), tick=False):
        occasions.daily()
    assert Batch.objects.get(kind="letter").options["template"] == "due"
    return stage


def ends(days: int = 11) -> tuple[list[str], str]:
    """What goes out, and what the queue says of it."""
    with time_machine.travel(noon(days), tick=False):
        bodies = [f"{letter.subject}\n{letter.body}" for letter in deliver()]
    return bodies, Batch.objects.filter(kind="letter").latest("finished_at").sentence


@both_stages
def test_a_letter_of_the_due_date_is_not_sent_once_the_date_has_moved(
    waiting: CertificationEvent,
) -> None:
    later = waiting.due + datetime.timedelta(days=10)
    Extension.objects.create(
        event=waiting,
        district="9012",
        due=later,
        corrections_until=later,
        reason="Flood",
        by="HALE",
        at=timezone.now(),
    )
    assert ends() == ([], f"Not sent: the last day is now {later:%B} {later.day}, {later.year}.")


@both_stages
def test_a_letter_of_the_due_date_is_not_sent_to_who_is_done(waiting: CertificationEvent) -> None:
    seal(waiting.rounds.get())  # type: ignore[attr-defined]
    assert ends() == ([], "Not sent: certified.")


@both_stages
def test_a_letter_of_the_due_date_is_not_sent_to_who_has_signed(
    waiting: CertificationEvent, superintendent: Certifier
) -> None:
    make_certifier(person("third", "Third", "Ann", (Role.VIEWER, "9012")))
    sign(waiting.rounds.get(), superintendent)  # type: ignore[attr-defined]
    assert ends() == ([], "Not sent: the person has signed.")


@both_stages
def test_a_letter_of_the_due_date_is_not_sent_of_a_closed_event(
    waiting: CertificationEvent,
) -> None:
    CertificationEvent.objects.update(status="closed")
    assert ends() == ([], "Not sent: the event is closed.")


@both_stages
def test_a_letter_before_the_due_date_is_not_sent_after_it(waiting: CertificationEvent) -> None:
    assert ends(16) == ([], "Not sent: the due date has passed.")


@both_stages
def test_a_letter_that_waited_counts_the_days_that_are_left(waiting: CertificationEvent) -> None:
    (letter,), sentence = ends(13)
    assert "1 day left" in letter and "3 days" not in letter and sentence == "Sent."


@both_stages
def test_opis_own_reminder_says_the_day_that_holds_when_it_is_sent(
    client: Client, opi: User, stage: CertificationEvent
) -> None:
    client.force_login(opi)
    client.post(f"{REMINDERS}?show=not-certified&event={stage.pk}", {"text": "Call us."})
    later = stage.due + datetime.timedelta(days=3)
    Extension.objects.create(
        event=stage,
        district="9012",
        due=later,
        corrections_until=later,
        reason="Flood",
        by="HALE",
        at=timezone.now(),
    )
    (letter,) = deliver()
    assert (
        "Call us." in letter.body
        and f"due {later:%B} {later.day}" in letter.subject
        and f"{later:%A}" in letter.body
    )


@both_stages
def test_a_publication_that_waited_is_not_sent_of_a_closed_event(
    stage: CertificationEvent, keeper: User
) -> None:
    events.move(stage.pk, "closed", by=keeper, reason="x")
    events.move(stage.pk, "published", by=keeper, reason="x")
    events.move(stage.pk, "closed", by=keeper, reason="wrong dates")
    assert not [letter for letter in deliver() if "published" in letter.subject]
    published = [
        batch.sentence
        for batch in Batch.objects.filter(kind="letter")
        if batch.options["template"] == "published"
    ]
    assert len(published) == 2 and set(published) == {"Not sent: the event is closed."}
