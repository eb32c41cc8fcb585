"""Days begin and end at Mountain midnight (C-29, C-30); the countdown speaks in words (R-03)."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction

from certification.models import CertificationEvent, Extension
from certification.models.dates import Dates, Phase
from certification.status.facts import facts_of
from cte_portal.pages.days import begins, ends
from tests.fixtures.certification import make_event
from tests.fixtures.records import District_

UTC = datetime.UTC
DATES = Dates(
    datetime.date(2025, 5, 12),
    datetime.date(2025, 6, 2),
    datetime.date(2025, 6, 20),
    datetime.date(2025, 6, 30),
)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        ("2025-05-12T05:59:59", Phase.NOT_YET_OPEN),
        ("2025-05-12T06:00:00", Phase.REVIEW),
        ("2025-06-02T05:59:59", Phase.REVIEW),
        ("2025-06-02T06:00:00", Phase.OPEN),
        ("2025-06-21T05:59:59", Phase.OPEN),
        ("2025-06-21T06:00:01", Phase.CORRECTION),
        ("2025-07-01T05:59:59", Phase.CORRECTION),
        ("2025-07-01T06:00:00", Phase.OVER),
    ],
)
def test_c_29_a_day_ends_at_mountain_midnight_on_a_server_in_utc(moment: str, phase: Phase) -> None:
    assert DATES.phase(at(moment)) is phase


def test_c_30_the_days_of_the_clock_changes_have_23_and_25_hours() -> None:
    november, march = datetime.date(2025, 11, 2), datetime.date(2026, 3, 8)
    assert ends(november).astimezone(UTC) - begins(november).astimezone(UTC) == datetime.timedelta(
        hours=25
    )
    assert ends(march).astimezone(UTC) - begins(march).astimezone(UTC) == datetime.timedelta(
        hours=23
    )
    late = Dates(november, november, november, november)
    assert late.phase(at("2025-11-02T05:59:59")) is Phase.NOT_YET_OPEN
    assert late.phase(at("2025-11-03T06:59:59")) is Phase.OPEN
    assert late.phase(at("2025-11-03T07:00:00")) is Phase.OVER


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2025-05-08T18:00:00", "Due Friday, June 20, 2025 – 43 days left"),
        ("2025-06-08T18:00:00", "Due Friday, June 20, 2025 – 12 days left"),
        ("2025-06-20T05:59:59", "Due Friday, June 20, 2025 – 1 day left"),
        ("2025-06-20T06:00:00", "Due Friday, June 20, 2025 – today, until midnight Mountain time"),
        ("2025-06-21T05:59:59", "Due Friday, June 20, 2025 – today, until midnight Mountain time"),
        ("2025-06-21T06:00:00", "Was due Friday, June 20, 2025 – 1 day overdue"),
        ("2025-06-25T18:00:00", "Was due Friday, June 20, 2025 – 5 days overdue"),
    ],
)
def test_r_03_the_countdown_in_words(moment: str, words: str) -> None:
    assert DATES.sentence(at(moment)) == words


def test_r_03_the_correction_date_is_named_and_said_to_be_past() -> None:
    assert (
        DATES.corrections(at("2025-06-08T18:00:00"))
        == "Corrections may be requested through June 30, 2025."
    )
    assert DATES.corrections(at("2025-07-02T18:00:00")) == "Corrections ended June 30, 2025."


@pytest.mark.parametrize(
    ("moment", "late_is_accepted", "correcting", "accepted"),
    [
        ("2025-06-01T18:00:00", True, True, False),
        ("2025-06-10T18:00:00", False, False, True),
        ("2025-06-22T18:00:00", True, False, True),
        ("2025-06-22T18:00:00", False, False, False),
        ("2025-06-22T18:00:00", False, True, True),
        ("2025-07-02T18:00:00", True, True, False),
    ],
)
def test_c_29_who_is_late_signs_where_the_event_accepts_it(
    moment: str, late_is_accepted: bool, correcting: bool, accepted: bool
) -> None:
    dates = Dates(
        DATES.review_opens,
        DATES.certification_opens,
        DATES.due,
        DATES.corrections_until,
        late_is_accepted,
    )
    assert dates.accepts_signatures(at(moment), correcting=correcting) is accepted


def test_an_extension_gives_one_district_later_days_and_never_earlier_ones(
    event: CertificationEvent, cottonwood: District_
) -> None:
    week = datetime.timedelta(days=7)
    Extension.objects.create(
        event=event,
        district="9012",
        due=event.due + week,
        corrections_until=event.due + week,
        reason="Flood",
        by="HALE, ROBIN",
        at=at("2025-06-01"),
    )
    dates = Extension.objects.dates_for(event, "9012")
    assert (dates.due, dates.corrections_until, dates.extended) == (
        event.due + week,
        event.corrections_until,
        True,
    )
    assert Extension.objects.dates_for(event, "0965") == event.dates
    assert facts_of(event, {}).extensions == {"9012": dates}
    event.due = event.corrections_until
    assert Extension.objects.dates_for(event, "9012").due == event.due, (
        "what all have is never shortened"
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"certification_opens": datetime.date(2000, 1, 1)}, "certification_review_opens_first"),
        ({"due": datetime.date(2000, 1, 1)}, "certification_opens_before_it_is_due"),
        (
            {"corrections_until": datetime.date(2000, 1, 1)},
            "certification_corrections_end_after_the_due_date",
        ),
        (
            {"follow_up_opens": datetime.date(2025, 11, 1)},
            "certification_follow_up_opens_before_it_closes",
        ),
        ({"published_at": None}, "certification_published_event_says_since_when"),
        ({"status": "open"}, "certification_event_status_is_known"),
    ],
)
def test_the_database_refuses_dates_out_of_order(
    values: dict[str, object], name: str, opi_reference: None
) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_event(**values)


def test_one_event_for_a_collection_and_year(event: CertificationEvent) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_event(name="The same again")
    assert make_event(end_year=2024) and make_event(collection="cte-fall")


def test_statements_name_the_district_and_the_school_year(event: CertificationEvent) -> None:
    assert event.worded("Cottonwood Bend K-12 Schools")[-2:] == [
        "To the best of my knowledge the data are complete and accurate for 2024-25.",
        "I am authorized to certify for Cottonwood Bend K-12 Schools.",
    ]


def test_open_follows_from_the_dates_and_a_draft_is_never_one_again() -> None:
    assert CertificationEvent.MOVES == {
        "draft": ("published",),
        "published": ("closed",),
        "closed": ("published",),
    }
