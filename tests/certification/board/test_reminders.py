"""E-mails of certification: OPI's reminders, those of the due date, and mail servers that are
down.
"""

from __future__ import annotations

import datetime
import smtplib
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from certification.events import events
from certification.letters import occasions
from certification.models import CertificationEvent, Certifier, Extension, Reminder
from certification.recertification import recertification
from cte_portal.accounts.models import AuditEvent, Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.editions import Scope
from pathways.models import SchoolYear, Student
from tests.certification.either import COLLECTIONS
from tests.fixtures.certification import make_certifier, make_fall_event, make_round, seal, sign
from tests.fixtures.people import person
from tests.fixtures.records import District_
from tests.pathways.desk import text

REMINDERS = "/opi/reminders/"


def deliver() -> list[Any]:
    """What goes out now."""
    mail.outbox.clear()
    for batch in Batch.objects.filter(kind="letter", status="queued"):
        run(batch.pk)
    return list(mail.outbox)


def noon(days: int = 0) -> datetime.datetime:
    today = timezone.localtime().replace(hour=12, minute=0)
    return today + datetime.timedelta(days=days)


both_stages = pytest.mark.parametrize("stage", COLLECTIONS, indirect=True)
"""Without the mark a test speaks of End of Year, and says why."""


@pytest.fixture
def stage(
    request: pytest.FixtureRequest,
    event: CertificationEvent,
    superintendent: Certifier,
    director: Certifier,
    elsewhere: District_,
    cottonwood: District_,
    kayla: Student,
) -> CertificationEvent:
    """Two Primaries at Cottonwood Bend, one of whom has signed; nobody is named at Elsewhere."""
    if getattr(request, "param", "cte-eoy") == "cte-fall":
        event.delete()
        event = make_fall_event()
    sign(make_round(event), director)
    return event


@both_stages
def test_nobody_is_reminded_of_a_closed_event(
    client: Client, opi: User, stage: CertificationEvent
) -> None:
    client.force_login(opi)
    CertificationEvent.objects.update(status="closed")
    words = text(client.get(f"{REMINDERS}?show=not-certified&event={stage.pk}"))
    assert "0 to send" in words and "The event is closed (2)" in words
    client.post(f"{REMINDERS}?show=not-certified&event={stage.pk}", {"text": ""})
    assert not Batch.objects.filter(kind="letter").exists()


@both_stages
def test_b_10_o_13_remind_all_who_are_not_certified(
    client: Client, opi: User, stage: CertificationEvent
) -> None:
    client.force_login(opi)
    board = client.get("/opi/status-board/")
    assert "Remind 1 certifier of 1 district (1 has no one)" in text(board)
    page = client.get(f"{REMINDERS}?show=not-certified&event={stage.pk}")
    words = text(page)
    assert (
        "Send 1 reminder" in words
        and "DOE, JANE" in words
        and "9012 Cottonwood Bend – due" in words
    )
    assert (
        "Has signed (1)" in words
        and "9012 Cottonwood Bend REYES, MARIA" in words
        and "No certifier and no District Administrator" in words
    )
    assert "This is a reminder from OPI about" in words, "the text is seen before it goes out"
    sent = client.post(
        f"{REMINDERS}?show=not-certified&event={stage.pk}", {"text": "Call us."}, follow=True
    )
    assert "1 reminder is on the way. 2 skipped." in text(sent)
    assert "Sent" not in text(sent) and "An e-mail leaves when the mail server takes it." in text(
        sent
    )
    again = client.post(
        f"{REMINDERS}?show=not-certified&event={stage.pk}", {"text": "Call us."}, follow=True
    )
    assert "0 reminders are on the way. 3 skipped." in text(again), "once a day for each person"
    (letter,) = deliver()
    assert (
        letter.to == ["superintendent@example.org"]
        and "Call us." in letter.body
        and "1 of 2 primary certifiers has signed." in letter.body
    )
    assert "Anderson" not in letter.body and letter.body.count("http") <= 1
    (logged,) = Reminder.objects.all()
    assert (logged.by, logged.district, logged.text) == ("LUND, OLA", "9012", "Call us.")
    assert AuditEvent.objects.get(kind="reminder").after == {"Reminders": "1", "Districts": "9012"}
    with time_machine.travel(noon(1), tick=False):
        client.force_login(opi)
        assert "Send 1 reminder" in text(client.get(f"{REMINDERS}?chosen=9012&event={stage.pk}"))


@both_stages
def test_done_districts_are_skipped_and_a_long_text_is_kept(
    client: Client, opi: User, stage: CertificationEvent
) -> None:
    client.force_login(opi)
    answer = client.post(f"{REMINDERS}?chosen=9012&event={stage.pk}", {"text": "x" * 1001})
    assert "Enter no more than 1,000 characters" in text(answer) and not Reminder.objects.exists()
    seal(stage.rounds.get())  # type: ignore[attr-defined]
    assert "No one to remind now" in text(client.get(f"{REMINDERS}?chosen=9012&event={stage.pk}"))
    assert (
        client.post(f"{REMINDERS}?chosen=9012&event={stage.pk}", {}, follow=True).status_code == 200
    )
    assert not Reminder.objects.exists()


@both_stages
def test_the_board_leads_to_the_reminder_of_the_chosen(
    client: Client, opi: User, stage: CertificationEvent
) -> None:
    client.force_login(opi)
    answer = client.post("/opi/status-board/", {"do": "remind", "chosen": ["9012"]}, follow=True)
    assert "Send 1 reminder" in text(answer) and "0965" not in text(answer)


@both_stages
def test_the_due_date_reminds_by_itself_and_once(stage: CertificationEvent) -> None:
    people_by_day: dict[int, list[str]] = {}
    for days in range(-1, 30):
        with time_machine.travel(noon(days), tick=False):
            occasions.daily()
            occasions.daily()
            people_by_day[days] = [letter.subject for letter in deliver()]
    assert [days for days, letters in people_by_day.items() if letters] == [
        0,
        7,
        11,
        13,
        15,
    ], "14, 7, 3, 1 days before, and when it is over"
    assert all(
        len(letters) == 1 and "9012 Cottonwood Bend" in letters[0]
        for letters in people_by_day.values()
        if letters
    )
    assert "was due" in people_by_day[15][0]
    assert Reminder.objects.count() == 5 and Reminder.objects.filter(kind="overdue").count() == 1


@both_stages
def test_where_all_have_signed_who_must_one_of_them_is_reminded_to_seal_it(
    client: Client,
    opi: User,
    stage: CertificationEvent,
    superintendent: Certifier,
    director: Certifier,
) -> None:
    Certifier.objects.filter(pk=superintendent.pk).update(is_active=False)
    client.force_login(opi)
    words = text(client.get(f"{REMINDERS}?show=not-certified&event={stage.pk}"))
    assert "Send 1 reminder" in words and "REYES, MARIA" in words and "Has signed" not in words
    with time_machine.travel(noon(15), tick=False):
        occasions.daily()
        assert [letter.to for letter in deliver()] == [[director.user.email]]


def test_nobody_is_reminded_of_a_year_that_has_ended(stage: CertificationEvent) -> None:
    """End of Year's: a follow-up is waited for by its dates alone."""
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    with time_machine.travel(noon(15), tick=False):
        occasions.daily()
        assert deliver() == []


@both_stages
def test_an_extension_moves_the_reminders_and_who_is_done_gets_none(
    stage: CertificationEvent,
) -> None:
    Extension.objects.create(
        event=stage,
        district="9012",
        due=stage.due + datetime.timedelta(days=2),
        corrections_until=stage.corrections_until,
        reason="Flood",
        by="HALE",
        at=timezone.now(),
    )
    with time_machine.travel(noon(), tick=False):
        occasions.daily()
        assert deliver() == []
    with time_machine.travel(noon(2), tick=False):
        occasions.daily()
        assert len(deliver()) == 1
    seal(stage.rounds.get())  # type: ignore[attr-defined]
    with time_machine.travel(noon(9), tick=False):
        occasions.daily()
        assert deliver() == []


def test_nobody_is_written_to_at_night_and_the_dispatcher_asks(stage: CertificationEvent) -> None:
    """With End of Year: other daily work draws lists of leavers, and judges the signature here,
    which is made by hand.
    """
    with time_machine.travel(noon().replace(hour=3), tick=False):
        occasions.daily()
        assert not Batch.objects.filter(kind="letter").exists()
    with time_machine.travel(noon(), tick=False):
        call_command("dispatch", "--once")
    assert Batch.objects.filter(kind="letter").count() == 1


@both_stages
def test_publishing_an_event_writes_to_its_certifiers_once(
    stage: CertificationEvent, keeper: User
) -> None:
    for to in ("closed", "published", "closed", "published"):
        events.move(stage.pk, to, by=keeper, reason="x")
    assert len([letter for letter in deliver() if "published" in letter.subject]) == 2


@both_stages
def test_where_nobody_certifies_the_administrators_are_written_to(
    stage: CertificationEvent,
) -> None:
    person("eadmin", "Ames", "Eva", (Role.DISTRICT_ADMINISTRATOR, "0965"))
    occasions.published(stage)
    occasions.published(stage)
    letters = deliver()
    assert sorted(letter.to[0] for letter in letters) == [
        "director@example.org",
        "eadmin@example.org",
        "superintendent@example.org",
    ]
    letter_to_administrator = next(
        letter for letter in letters if letter.to == ["eadmin@example.org"]
    )
    assert (
        "0965 Elsewhere" in letter_to_administrator.subject
        and "No Primary certifier" in letter_to_administrator.body
    )
    assert (
        f"{stage.due:%B} {stage.due.day}, {stage.due.year}" in letter_to_administrator.subject
        and "Due" in letter_to_administrator.body
    )


@both_stages
def test_a_person_of_two_districts_gets_one_letter_a_day(
    stage: CertificationEvent, superintendent: Certifier
) -> None:
    superintendent.user.memberships.create(role=Role.VIEWER, district="0965")
    make_certifier(superintendent.user, district="0965")
    with time_machine.travel(noon(), tick=False):
        occasions.daily()
        first = deliver()
    with time_machine.travel(noon(1), tick=False):
        occasions.daily()
        second = deliver()
    assert [len(first), len(second)] == [1, 1] and first[0].subject != second[0].subject


@both_stages
def test_f_25_a_mail_server_that_is_down_for_an_hour_delays_the_letter_and_sends_it_once(
    stage: CertificationEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    occasions.published(stage)
    batch = Batch.objects.filter(kind="letter").first()
    assert batch is not None

    def down(*arguments: Any, **options: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    begun, waits = timezone.now(), []
    with monkeypatch.context() as patch:
        patch.setattr("cte_portal.batches.letters.mail.send_mail", down)
        at = begun
        while at < begun + datetime.timedelta(hours=1):
            with time_machine.travel(at, tick=False):
                Batch.objects.filter(pk=batch.pk).update(available_at=None)
                run(batch.pk)
            batch.refresh_from_db()
            assert (batch.status, batch.attempt, batch.published_at) == (
                "queued",
                0,
                None,
            ) and not mail.outbox
            assert batch.available_at is not None
            waits.append(
                round((batch.available_at - timezone.now()).total_seconds() / 10)
            )  # the database's clock goes on meanwhile
            at += datetime.timedelta(seconds=max(30, (at - begun).total_seconds()))
    assert waits == sorted(waits) and 3 < len(waits) < 15, "each wait is longer than the one before"
    assert not run(batch.pk), "its time has not come"
    Batch.objects.filter(pk=batch.pk).update(available_at=None)
    assert run(batch.pk) and not run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "completed" and len(mail.outbox) == 1


@both_stages
def test_a_mail_server_that_never_answers_and_an_address_that_is_refused_end_in_words(
    stage: CertificationEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    occasions.published(stage)
    old, refused = Batch.objects.filter(kind="letter")[:2]

    def fails(error: Exception) -> Any:
        def send(*arguments: Any, **options: Any) -> None:
            raise error

        return send

    Batch.objects.filter(pk=old.pk).update(queued_at=timezone.now() - datetime.timedelta(days=4))
    monkeypatch.setattr(
        "cte_portal.batches.letters.mail.send_mail", fails(ConnectionRefusedError())
    )
    run(old.pk)
    monkeypatch.setattr(
        "cte_portal.batches.letters.mail.send_mail",
        fails(smtplib.SMTPRecipientsRefused({"x": (550, b"no")})),
    )
    run(refused.pk)
    for batch, words in (
        (old, "did not answer for three days"),
        (refused, "rejected the address of "),
    ):
        batch.refresh_from_db()
        assert batch.status == "failed" and words in batch.sentence


@both_stages
def test_opi_is_told_when_a_district_asks(
    stage: CertificationEvent, opi: User, superintendent: Certifier
) -> None:
    seal(stage.rounds.get())  # type: ignore[attr-defined]
    request = recertification.ask(
        Scope("9012", stage.end_year),
        stage.pk,
        by=superintendent.user,
        reason="Kayla Anderson is missing",
        what_changes="x",
    )
    (letter,) = deliver()
    assert letter.to == ["olund@example.org"] and "Anderson" not in letter.body + letter.subject, (
        "what people type may name a student"
    )
    recertification.approve(
        Scope("9012", stage.end_year), request.pk, by=opi, answer="Fix Kayla Anderson"
    )
    Batch.objects.update(available_at=None)
    letters = deliver()
    assert sorted(letter.to[0] for letter in letters) == [
        "director@example.org",
        "superintendent@example.org",
    ]
    assert "Anderson" not in "".join(letter.body for letter in letters)
