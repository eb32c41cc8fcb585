"""Where a district stands, in the words of montana 6.3, on the Event Dashboard, in the bar above
every page and on the home page.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Extension,
    Recertification,
    Round,
    Signature,
)
from certification.status.status import events_of, next_event
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from cte_portal.pages.days import ends
from tests.certification.either import COLLECTIONS, both_events
from tests.fixtures.certification import make_event, make_event_of, make_round, seal, sign
from tests.fixtures.records import District_
from tests.pathways.desk import text

SCOPE = Scope("9012", 2025)
HOME = "/districts/9012/2025/"
DASHBOARD = f"{HOME}event-certification/"


LOCKED = {"cte-eoy": "Records", "cte-fall": "Outcomes"}
LEADS = {
    ("cte-eoy", "due"): "Due",
    ("cte-fall", "due"): "Fall CTE due",
    ("cte-eoy", "was"): "Was due",
    ("cte-fall", "was"): "Fall CTE was due",
    ("cte-eoy", "must"): "Must be certified by",
    ("cte-fall", "must"): "Fall CTE: must be certified by",
}
"""Before what is said of the due date: the year's own collection needs no name."""
NAMES = {"cte-eoy": "End of Year", "cte-fall": "Fall CTE"}


def scope_of(event: CertificationEvent) -> Scope:
    return Scope("9012", event.end_year)


def other(event: CertificationEvent) -> str:
    """The other collection."""
    return next(collection for collection in COLLECTIONS if collection != event.collection)


def status(event: CertificationEvent) -> tuple[str, str]:
    (district_event,) = events_of(scope_of(event))
    return district_event.status.word, district_event.status.sentence


@both_events
def test_the_way_of_a_certification(
    event: CertificationEvent, superintendent: Certifier, director: Certifier, principal: Certifier
) -> None:
    assert status(event) == ("In Progress", "0 of 2 primary certifiers have signed.")
    first = make_round(event)
    sign(first, principal)
    assert status(event) == (
        "In Progress",
        "0 of 2 primary certifiers have signed.",
    ), "a review sign-off certifies nothing (C-15)"
    sign(first, superintendent)
    assert status(event) == ("In Progress", "1 of 2 primary certifiers has signed.")
    sign(first, director)
    seal(first)
    today = f"{timezone.localdate():%m/%d/%Y}"
    assert status(event) == (
        "Certification Sent to State",
        f"All signed on {today}. {LOCKED[event.collection]} are locked.",
    )
    request = Recertification.objects.create(
        event=event,
        district="9012",
        origin="district",
        sealed_round=first,
        reason="Two were left out",
        status="asked",
        asked_at=timezone.now(),
        asked_by="DOE, JANE",
        asked_by_id=superintendent.user_id,
    )
    assert (
        status(event)[0] == "Recertification Request Sent" and "stays in effect" in status(event)[1]
    )
    request.status, request.opened_round = (
        Recertification.Status.APPROVED,
        make_round(event, number=2),
    )
    request.save()
    word, sentence = status(event)
    assert word == "Recertification In Progress"
    assert sentence.startswith(
        f"OPI reopened this on {today}. Correct the data, resync, and sign again by"
        f" {event.corrections_until:%m/%d/%Y}."
    )
    assert sentence.endswith("0 of 2 primary certifiers have signed."), (
        "signatures of the first round do not count in the second"
    )
    request.status, request.ended_at = Recertification.Status.CLOSED, timezone.now()
    request.save()
    Round.objects.filter(number=2).update(status="abandoned")
    Round.objects.filter(number=1).update(approved_at=timezone.now(), approved_by="LUND, OLA")
    assert status(event)[0] == "Certification Approved by State"


@both_events
def test_c_16_without_a_primary_it_cannot_be_certified(
    event: CertificationEvent, superintendent: Certifier, principal: Certifier
) -> None:
    round_of_event = make_round(event)
    sign(round_of_event, superintendent)
    Certifier.objects.filter(pk=superintendent.pk).update(is_active=False)
    assert status(event) == (
        "In Progress",
        "No Primary certifier, so this collection cannot be certified.",
    )


@both_events
def test_only_standing_signatures_of_active_primaries_are_counted(
    event: CertificationEvent, superintendent: Certifier, director: Certifier
) -> None:
    round_of_event = make_round(event)
    sign(round_of_event, superintendent)
    Signature.objects.update(voided_at=timezone.now(), void_reason="3 records were sent")
    assert status(event)[1] == "0 of 2 primary certifiers have signed."
    sign(round_of_event, director)
    director.user.memberships.all().delete()
    assert status(event)[1] == "0 of 1 primary certifier has signed."


@both_events
@pytest.mark.parametrize(
    ("days", "word", "sentence"),
    [
        (-15, "Not yet open", "Review opens"),
        (-8, "In Progress", "Certification opens"),
        (15, "Incomplete – Overdue", "1 day overdue. 0 of 1 primary certifier has signed."),
        (25, "Not certified", "Corrections ended"),
    ],
)
def test_the_status_follows_the_dates(
    days: int, word: str, sentence: str, event: CertificationEvent, superintendent: Certifier
) -> None:
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False):
        assert status(event)[0] == word
        assert sentence in status(event)[1]


def test_records_are_not_called_locked_in_a_year_that_is_over(
    opi_reference: None, superintendent: Certifier
) -> None:
    earlier = make_event(end_year=2024)
    seal(make_round(earlier))
    (district_event,) = events_of(Scope("9012", 2024))
    assert "locked" not in district_event.status.sentence


def test_districts_see_published_events_of_the_year_alone(
    event: CertificationEvent, cottonwood: District_
) -> None:
    make_event(collection="cte-fall", status="draft", published_at=None)
    make_event(end_year=2024)
    assert [district_event.event for district_event in events_of(SCOPE)] == [event]
    CertificationEvent.objects.filter(pk=event.pk).update(status="closed")
    assert events_of(SCOPE) == []


def test_the_next_event_is_the_first_that_waits(
    event: CertificationEvent, superintendent: Certifier
) -> None:
    later = make_event(collection="cte-fall", due=event.corrections_until)
    assert (next_event(SCOPE) or later).event == event if next_event(SCOPE) else False
    seal(make_round(event))
    following = next_event(SCOPE)
    assert following and following.event == later


@both_events
def test_one_query_tells_everything(event: CertificationEvent, superintendent: Certifier) -> None:
    make_event(collection=other(event), end_year=event.end_year)
    with CaptureQueriesContext(connection) as queries:
        words = {
            district_event.event.collection: district_event.status.word
            for district_event in events_of(scope_of(event))
        }
    assert set(words) == set(COLLECTIONS) and words[event.collection] == "In Progress"
    assert len(queries) == 1


@both_events
def test_g_09_every_page_of_a_district_names_event_date_and_days(
    client: Client, clerk: User, event: CertificationEvent
) -> None:
    client.force_login(clerk)
    due = f"{event.due:%A, %B} {event.due.day}, {event.due.year}"
    for address in (
        HOME,
        f"{HOME}cte-concentrator/",
        DASHBOARD,
        f"/districts/9012/{event.end_year}/event-certification/{event.pk}/",
        "/cte-lingo/",
    ):
        html = client.get(address).content.decode()
        bar = text(html[html.index('<div class="context">') : html.index('<div class="frame')])
        assert f"{LEADS[event.collection, 'due']} {due} {event.name} – 14 days left" in bar, address
    Extension.objects.create(
        event=event,
        district="9012",
        due=event.due + datetime.timedelta(days=3),
        corrections_until=event.corrections_until,
        reason="Flood",
        by="HALE, ROBIN",
        at=timezone.now(),
    )
    assert "17 days left" in text(client.get(HOME))
    seal(make_round(event))
    assert f"{NAMES[event.collection]} certified {timezone.localdate():%m/%d/%Y}" in text(
        client.get(HOME)
    )


@both_events
def test_g_09_overdue_in_words(client: Client, clerk: User, event: CertificationEvent) -> None:
    client.force_login(clerk)
    with time_machine.travel(ends(event.due), tick=False):
        client.force_login(clerk)
        assert f"{LEADS[event.collection, 'was']} {event.due:%A, %B} {event.due.day}" in text(
            client.get(HOME)
        ) and "1 day overdue" in text(client.get(HOME))


def test_without_an_event_the_bar_says_nothing_and_the_pages_say_why(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    home = text(client.get(HOME))
    assert (
        "days left" not in home
        and "OPI has not published the certification event of 2024-25." in home
    )
    assert "No Primary certifier yet." in home and "There is a problem" not in home
    assert "No certification events in this school year" in text(client.get(DASHBOARD))


@both_events
def test_r_01_home_says_what_by_when_and_who(
    client: Client,
    clerk: User,
    event: CertificationEvent,
    superintendent: Certifier,
    director: Certifier,
) -> None:
    client.force_login(clerk)
    sign(make_round(event), director)
    home = text(client.get(HOME))
    must = f"{LEADS[event.collection, 'must']} {event.due:%A, %B} {event.due.day}"
    assert f"{must} 14 days left." in home, "R-03"
    assert "14 days left. Corrections to" in home
    assert "1 of 2 Waiting for DOE, JANE." in home
    assert "Identify a certifier" in home and "2 Primary certifiers. Both must sign." in home
    assert "Certify & Submit" in home and "1 of 2 primary certifiers has signed." in home
    User.objects.filter(pk=superintendent.user_id).update(last_login=None)
    assert "DOE, JANE has never signed in." in text(client.get(HOME))
    Certifier.objects.update(is_active=False)
    assert "No Primary certifier, so this collection cannot be certified." in text(client.get(HOME))


@both_events
def test_the_event_page_shows_dates_links_and_signers(
    client: Client,
    clerk: User,
    event: CertificationEvent,
    superintendent: Certifier,
    principal: Certifier,
) -> None:
    event.links.create(title="Guide to the collection", url="https://opi.example/guide")
    client.force_login(clerk)
    dashboard = f"/districts/9012/{event.end_year}/event-certification/"
    page: Any = client.get(f"{dashboard}{event.pk}/")
    words = text(page)
    assert (
        event.name in words
        and "DOE, JANE Primary Not signed" in words
        and "OLSEN, PETER Secondary No review sign-off" in words
    )
    assert "Guide to the collection" in words and "0 of 1 primary certifier has signed." in words
    earlier = make_event_of(event.collection, end_year=event.end_year - 1)
    assert client.get(f"{dashboard}{earlier.pk}/").status_code == 404, "another year's event"
    CertificationEvent.objects.filter(pk=event.pk).update(status="closed")
    assert client.get(f"{dashboard}{event.pk}/").status_code == 404
