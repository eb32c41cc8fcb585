"""What was typed about a certification when the session ended is back after signing in again, and
nothing is sent by itself (G-23).
"""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from certification.models import CertificationEvent, Certifier, Extension, Recertification, Reminder
from certification.recertification import recertification
from cte_portal.accounts.models import AuditEvent, KeptForm, User
from pathways.models import Student
from tests.certification.board.test_reminders import REMINDERS
from tests.certification.either import both, ready
from tests.certification.events.test_events import form_values, seen, us
from tests.certification.sealed import WHY, Sealed, page_of, sealed
from tests.fixtures.records import District_
from tests.fixtures.signed_out import cut_off

__all__ = ["ready", "sealed"]

BACK = "What you typed is back."
EVENTS = "/opi/certification-events/"


@both
def test_a_request_for_recertification(client: Client, sealed: Sealed) -> None:
    address = sealed.asking
    page = cut_off(client, sealed.primary.user, address, WHY)
    assert BACK in page and WHY["reason"] in page and WHY["what_changes"] in page
    assert not Recertification.objects.exists(), "nothing is sent by itself"
    client.post(address, WHY)
    assert Recertification.objects.count() == 1 and not KeptForm.objects.exists()


@both
def test_a_message_of_the_thread_and_an_answer_come_back_each_in_its_own_form(
    client: Client, sealed: Sealed, opi: User
) -> None:
    request = sealed.ask()
    page = cut_off(
        client,
        sealed.primary.user,
        page_of(request),
        {"do": "message", "text": "They are two seniors."},
    )
    assert BACK in page and "They are two seniors.</textarea>" in page
    page = cut_off(client, opi, page_of(request), {"do": "approve", "answer": "Until Friday."})
    assert (
        BACK in page and "Until Friday.</textarea>" in page and "They are two seniors." not in page
    )
    request.refresh_from_db()
    assert request.status == "asked" and not request.messages.exists()  # type: ignore[attr-defined]
    client.post(page_of(request), {"do": "approve", "answer": "Until Friday."})
    request.refresh_from_db()
    assert request.status == "approved"


@both
def test_a_message_to_a_thread_that_has_ended_meanwhile_is_not_said_to_be_back(
    client: Client, sealed: Sealed
) -> None:
    request = sealed.ask()
    recertification.withdraw(sealed.scope, request.pk, by=sealed.primary.user)
    assert BACK not in cut_off(
        client,
        sealed.primary.user,
        page_of(request),
        {"do": "message", "text": "They are two seniors."},
    )


@both
def test_a_demand_of_opi(client: Client, sealed: Sealed, opi: User) -> None:
    page = cut_off(client, opi, sealed.demanding, {"reason": "Credits are missing."})
    assert (
        BACK in page
        and "Credits are missing.</textarea>" in page
        and not Recertification.objects.exists()
    )


def test_a_certifier(
    client: Client,
    administrator: User,
    viewer: User,
    superintendent: Certifier,
    event: CertificationEvent,
) -> None:
    setup = "/districts/9012/2025/type-membership-setup/"
    page = cut_off(
        client,
        administrator,
        setup,
        {"person": viewer.pk, "level": "secondary", "job_title": "Principal of the High School"},
    )
    assert BACK in page and 'value="Principal of the High School"' in page
    change = {
        "level": "primary",
        "job_title": "Head of District",
        "is_active": "on",
        "version": 1,
        "do": "save",
    }
    page = cut_off(client, administrator, f"{setup}{superintendent.pk}/", change)
    assert BACK in page and 'value="Head of District"' in page
    assert list(Certifier.objects.values_list("job_title", flat=True)) == ["Superintendent"]


def test_an_event_with_the_reason_for_its_change(
    client: Client, keeper: User, event: CertificationEvent, kayla: Student
) -> None:
    page = cut_off(
        client, keeper, f"{EVENTS}new/", form_values(event, name="Fall count", version=0)
    )
    assert BACK in page and 'value="Fall count"' in page
    address, later = f"{EVENTS}{event.pk}/", us(event.due + datetime.timedelta(days=3))
    first = client.post(address, form_values(event, due=later))
    page = cut_off(
        client,
        keeper,
        address,
        form_values(event, due=later, seen=seen(first), reason="Letter of 06/01/2025"),
    )
    assert (
        BACK in page
        and f'value="{later}"' in page
        and 'value="Letter of 06/01/2025"' in page
        and "Nothing has been saved yet." in page
    )
    page = cut_off(
        client, keeper, f"{address}move/closed/", {"seen": "[]", "reason": "The year is over"}
    )
    assert BACK in page and 'value="The year is over"' in page
    assert CertificationEvent.objects.get().due == event.due and not AuditEvent.objects.exists()


def test_an_extension_and_why_it_is_taken_back(
    client: Client, keeper: User, event: CertificationEvent, kayla: Student
) -> None:
    later = us(event.corrections_until + datetime.timedelta(days=3))
    values = {"district": "9012", "due": later, "corrections_until": later, "reason": "Flood"}
    page = cut_off(client, keeper, f"{EVENTS}{event.pk}/extensions/new/", values)
    assert BACK in page and 'value="Flood"' in page and not Extension.objects.exists()
    first = client.post(f"{EVENTS}{event.pk}/extensions/new/", values)
    client.post(f"{EVENTS}{event.pk}/extensions/new/", {**values, "seen": seen(first)})
    assert Extension.objects.exists() and not KeptForm.objects.exists()
    page = cut_off(
        client,
        keeper,
        f"{EVENTS}{event.pk}/extensions/9012/",
        {"do": "take-back", "seen": "[]", "reason": "By mistake"},
    )
    assert BACK in page and 'value="By mistake"' in page and Extension.objects.exists()


@pytest.mark.usefixtures("superintendent", "kayla")
def test_reminders_come_back_with_the_districts_they_were_for(
    client: Client, opi: User, event: CertificationEvent, cottonwood: District_
) -> None:
    page = cut_off(
        client,
        opi,
        f"{REMINDERS}?show=not-certified&event={event.pk}",
        {"text": "Call us before Friday."},
    )
    assert (
        BACK in page
        and "Call us before Friday.</textarea>" in page
        and "Send 1 reminder" in page
        and not Reminder.objects.exists()
    )
