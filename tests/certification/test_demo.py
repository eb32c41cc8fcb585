"""The practice portal has an event that is open on the day it is loaded, and certifiers in every
state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certification.models import CertificationEvent, Certifier, Recertification, SealedCopy
from certification.models.dates import Phase
from certification.signing.sealing import differences
from certification.status.status import events_of
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.demo import load
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.rates import with_answers
from pathways.models import (
    Attempt,
    Contact,
    FollowUpEntry,
    FollowUpYear,
    Participation,
    StateCopy,
)
from tests.fixtures.quick.worlds import world


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with world(django_db_blocker):
        load.load(districts=6, size=40)
        yield


@pytest.fixture
def demo(loaded: None, db: None) -> None:
    """Six districts with a few students."""


def test_the_event_is_open_and_certifiers_are_in_every_state(demo: None) -> None:
    event = CertificationEvent.objects.get(end_year=2025)
    assert event.name == "End of Year CTE Concentrator & Participants Certification 2024-25"
    assert (
        event.dates.phase(timezone.now()) is Phase.OPEN
        and event.dates.days_left(timezone.now()) == 14
    )
    primaries = {
        number: events_of(Scope(number, 2025))[0].primaries
        for number in ("9012", "9020", "0965", "9031", "9045", "9099")
    }
    assert primaries == {
        "9012": 2,
        "9020": 1,
        "0965": 1,
        "9031": 0,
        "9045": 1,
        "9099": 1,
    }
    assert [
        certifier.name for certifier in Certifier.objects.of_district("9012").active().secondary()
    ] == ["REYES, MARIA"]
    assert [
        certifier.district for certifier in Certifier.objects.all() if certifier.has_never_signed_in
    ] == ["0965"]
    assert sorted(SealedCopy.objects.values_list("receipt", flat=True)) == [
        "0965-2024-EOY-1",
        "9012-2024-EOY-1",
        "9020-2024-EOY-1",
        "9045-2025-EOY-1",
    ]
    assert all(differences(copy) == [] for copy in SealedCopy.objects.all()), (
        "the sealed copies are whole"
    )
    assert SealedCopy.objects.get(receipt="9012-2024-EOY-1").counts["totals"]["students"] > 0
    assert {copy.district for copy in StateCopy.objects.at_state()} == {"9020", "0965", "9045"}


def test_leavers_of_the_certified_year_are_followed_up(demo: None) -> None:
    """A list to practice with: most graduated, some dropped out, and participants are not on it."""
    today = timezone.localdate()
    assert [year.end_year for year in FollowUpYear.objects.open_on(today)] == [2024]
    numbers = {}
    for district in ("9012", "9020", "0965", "9031"):
        scope = Scope(district, 2024)
        drawn = follow_up_list(scope)
        assert drawn is not None
        entries = FollowUpEntry.objects.in_scope(scope).on_list()
        numbers[district] = (
            drawn.receipt,
            entries.filter(exit="graduate").count(),
            entries.filter(exit="dropout").count(),
        )
    assert numbers == {
        "9012": ("9012-2024-EOY-1", 18, 3),
        "9020": ("9020-2024-EOY-1", 8, 1),
        "0965": ("0965-2024-EOY-1", 5, 0),
        "9031": ("", 0, 0),
    }
    for event in CertificationEvent.objects.all():
        year = FollowUpYear.objects.get(pk=event.end_year)
        assert (event.follow_up_opens, event.follow_up_closes) == (year.opens, year.closes)


def test_last_years_sealed_copies_feed_an_open_fall_event(demo: None, client: Client) -> None:
    """A newcomer sees it work: the event on the dashboard, its gates with what is still to do, the
    call list and OPI's board.
    """
    event = CertificationEvent.objects.get(collection="cte-fall")
    assert event.end_year == 2024 and event.dates.phase(timezone.now()) is Phase.OPEN
    client.force_login(User.objects.get(username="cmartin"))
    here = {"district": "9012", "end_year": 2024}
    page = client.get(reverse("event-dashboard", kwargs={"district": "9012", "end_year": 2025}))
    assert "Fall CTE Follow-up Certification 2023-24" in page.content.decode()
    page = client.get(reverse("event-certification", kwargs={**here, "event": event.pk}))
    closed = {verdict.gate.slug for verdict in page.context["closed"]}
    assert {"tried", "outcomes"} <= closed and not closed & {"open", "drawn", "certifiers"}
    page = client.get(reverse("follow-up", kwargs=here))
    assert page.status_code == 200 and page.context["rates"].answered > 0
    client.force_login(User.objects.get(username="opistaff"))
    page = client.get(reverse("status-board"), {"event": event.pk})
    assert "Fall CTE Follow-up Certification 2023-24" in page.content.decode()


def test_a_certified_district_has_asked_to_correct_what_it_signed(
    demo: None, client: Client
) -> None:
    """Both sides of a recertification can be practiced: OPI reopens, the district corrects and is
    told what is left before it signs again.
    """
    (request,) = Recertification.objects.all()
    assert (request.district, request.status, request.asked_by) == (
        "9045",
        "asked",
        "NOVAK, RITA",
    )
    here = {"district": "9045", "end_year": 2025}
    record = Participation.objects.in_scope(Scope("9045", 2025)).order_by("pk")[0]
    student = reverse("cte-student", kwargs={**here, "student": record.student_id})
    client.force_login(User.objects.get(username="rnovak"))
    assert "Save and next" not in client.get(student).content.decode(), "locked since it was signed"
    client.force_login(User.objects.get(username="opistaff"))
    waiting = client.get(reverse("recertification-inbox"))
    assert "Larkspur Flats Schools" in waiting.content.decode()
    page = reverse("recertification", kwargs={**here, "recertification": request.pk})
    client.post(page, {"do": "approve", "answer": "Correct them and sign again."})
    client.force_login(User.objects.get(username="rnovak"))
    assert "Save and next" in client.get(student).content.decode()
    assert SealedCopy.objects.official().filter(round__district="9045").exists()


def test_leavers_of_the_practice_portal_have_been_called(demo: None) -> None:
    """Every kind of line is there to look at: answered, unreachable after the required attempts,
    tried without an answer, not tried, and an attempt that was taken back.
    """
    lines = with_answers(FollowUpEntry.objects.in_scope(Scope("9012", 2024)).on_list())
    kinds = {(line.status, bool(line.attempt_count)) for line in lines}  # type: ignore[attr-defined]
    assert {("01", True), ("04", True), ("06", True), ("08", True)} <= kinds
    assert {(None, True), (None, False)} <= kinds
    assert Attempt.objects.exclude(taken_back_at=None).count() == 2
    assert set(Attempt.objects.values_list("by", flat=True)) == {
        "MARTIN, CHERYL",
        "KELLER, DANIEL",
        "STONE, LEE",
    }
    assert set(Contact.objects.values_list("kind", flat=True)) == {"phone", "email", "adult"}
