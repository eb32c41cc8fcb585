"""An e-mail is Written until the mail server has taken it, then Left, and else says why not."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from certification.letters import letters
from certification.models import CertificationEvent, Certifier, Reminder
from cte_portal.accounts.models import Invitation, User
from cte_portal.batches.letters import invitations
from cte_portal.batches.letters import mail as posting
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from cte_portal.ui.wording import moment
from pathways.models import Student
from tests.certification.board.test_reminders import REMINDERS, both_stages, stage
from tests.pathways.desk import text

__all__ = ["stage"]

HEALTH = "/opi/health/"


def posted() -> Batch:
    """What goes out now, and its batch."""
    batch = Batch.objects.get(hidden=True, status="queued")
    Batch.objects.filter(pk=batch.pk).update(available_at=None)
    run(batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], None]:
    """Says what the mail server answers from now on."""

    def answers(error: Exception | None) -> None:
        def take(*arguments: Any, **options: Any) -> None:
            if error:
                raise error
            mail.send_mail(*arguments, **options)

        monkeypatch.setattr(posting, "send_mail", take)

    return answers


@both_stages
def test_a_reminder_says_what_became_of_it(
    client: Client,
    opi: User,
    stage: CertificationEvent,
    kayla: Student,
    server: Callable[[Exception | None], None],
) -> None:
    """On its own page and on the portal's health, where no student is named."""
    client.force_login(opi)
    address = f"{REMINDERS}?show=not-certified&event={stage.pk}"
    client.post(address, {"text": "Call us."})

    def on_both(words: str) -> bool:
        page, health = text(client.get(address)), text(client.get(HEALTH))
        assert kayla.last_name not in health and "Call us." not in health
        return words in page and words in health and "DOE, JANE" in health

    assert on_both("Written Waits to leave.")
    server(smtplib.SMTPServerDisconnected())
    posted()
    assert on_both("Written Waits for the mail server.")
    server(smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}))
    batch = posted()
    assert on_both("Not sent The mail server rejected the address of DOE, JANE.")
    Batch.objects.filter(pk=batch.pk).put_back()
    server(None)
    batch = posted()
    assert batch.finished_at and on_both(f"Left {moment(batch.finished_at)}")
    assert len(mail.outbox) == 1
    Reminder.objects.update(letter="")
    assert "Left" not in text(client.get(address)), "of one from before it was kept"


def test_one_that_is_not_wanted_any_more_has_not_left(
    client: Client, opi: User, stage: CertificationEvent
) -> None:
    client.force_login(opi)
    address = f"{REMINDERS}?show=not-certified&event={stage.pk}"
    client.post(address, {"text": ""})
    CertificationEvent.objects.update(status="closed")
    posted()
    assert "Not sent The event is closed." in text(client.get(f"{REMINDERS}?event={stage.pk}"))


def test_a_certifiers_page_says_it_of_the_invitation(
    client: Client, administrator: User, stage: CertificationEvent, superintendent: Certifier
) -> None:
    client.force_login(administrator)
    address = f"/districts/9012/2025/type-membership-setup/{superintendent.pk}/"
    assert "E-mail:" not in text(client.get(address))
    version = superintendent.version
    client.post(address, {"do": "invite", "version": str(version)})
    assert "not yet accepted. E-mail: Written Waits to leave." in text(client.get(address))
    batch = posted()
    assert batch.kind == letters.KIND and batch.finished_at
    assert f"E-mail: Left {moment(batch.finished_at)}" in text(client.get(address))


def test_health_says_it_of_invitations_and_of_a_batchs_end(
    client: Client, opi: User, clerk: User, keeper: User
) -> None:
    """First what has not left; to a closed account nothing has."""
    client.force_login(opi)
    assert "No e-mail was written in the last 30 days." in text(client.get(HEALTH))
    invitations.queue_all(
        Invitation.objects.make_unsent([clerk], "HALE"), by=keeper, address="https://x"
    )
    batch = posted()
    assert batch.finished_at
    words = f"Invitation by e-mail MARTIN, CHERYL Left {moment(batch.finished_at)}"
    assert words in text(client.get(HEALTH))
    about = submit("extract", by=clerk, title="Extract")
    Batch.objects.filter(pk=about.pk).update(status="completed", finished_at=about.queued_at)
    submit("notice", by=clerk, title="Notice", about=about)
    waiting, gone = text(client.get(HEALTH)).split("Invitation by e-mail")
    assert "Written Waits to leave." in waiting and "Left" in gone
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    posted()
    assert "Not sent The account is closed, or has no e-mail address." in text(client.get(HEALTH))
    assert len(mail.outbox) == 1


def test_a_persons_page_says_it_of_the_invitation_of_a_file(
    client: Client,
    clerk: User,
    keeper: User,
    server: Callable[[Exception | None], None],
) -> None:
    """As long as the link counts that the e-mail brought: of one that was made later it says
    nothing.
    """
    client.force_login(keeper)
    page = f"/opi/people/{clerk.pk}/"
    assert "Invitation by e-mail" not in text(client.get(page))
    invitations.queue_all(
        Invitation.objects.make_unsent([clerk], "HALE"), by=keeper, address="https://x"
    )
    assert "Invitation by e-mail: Written Waits to leave." in text(client.get(page))
    server(smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}))
    batch = posted()
    rejected = "Invitation by e-mail: Not sent The mail server rejected the address of MARTIN"
    assert rejected in text(client.get(page))
    server(None)
    Batch.objects.filter(pk=batch.pk).put_back()
    batch = posted()
    assert batch.finished_at
    assert f"Invitation by e-mail: Left {moment(batch.finished_at)}" in text(client.get(page))
    Invitation.objects.make(clerk.pk, "HALE")
    assert "Invitation by e-mail" not in text(client.get(page))
    Invitation.objects.all().delete()
    invitations.queue_all(
        Invitation.objects.make_unsent([clerk], "HALE"), by=keeper, address="https://x"
    )
    User.objects.filter(pk=clerk.pk).update(email="")
    posted()
    assert "Invitation by e-mail: Not sent The account has no e-mail address." in text(
        client.get(page)
    )
