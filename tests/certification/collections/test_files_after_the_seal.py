"""Roster files that come after a district has certified: graduates leave and are followed up, and
no certified record leaves with them (R-IMP-18, R-FUP-03).
"""

from __future__ import annotations

import pytest
from django.utils import timezone

from certification.models import CertificationEvent, SealedCopy, SealedRecord
from certification.signing.sealing import differences
from cte_portal.accounts.models import User
from pathways.follow_up.drawing import follow_up_list
from pathways.models import FollowUpEntry, FollowUpYear, Participation, Student
from tests.certification.ready import Ready
from tests.fixtures.records import District_
from tests.pathways.roster.conftest import Desk, counts, file_of

pytestmark = pytest.mark.django_db(databases=["default", "state"])

TITLE = (
    "District Number,School Number,Calendar Number,End Year,Student State ID,Service Type,Grade,"
    "Start Date,End Date,End Status\n"
)


@pytest.fixture
def desk(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Desk:
    """Kayla, a concentrator, is certified and still enrolled; OPI follows up the year."""
    ready = Ready(cottonwood, event, clerk)
    ready.record(kayla, concentrator=True, in_district_credits=2)
    ready.prepare()
    assert ready.sign().sealed
    FollowUpYear.objects.update_or_create(
        end_year=2025,
        defaults={
            "opens": timezone.localdate(),
            "closes": timezone.localdate(),
            "refreshed_until": timezone.localdate(),
        },
    )
    return Desk(clerk, cottonwood.scope)


def ended(kayla: Student, start: str, end: str) -> str:
    return f"{TITLE}9012,0001,001,2025,{kayla.state_id},P,12,{start},{end},400\n"


def on_list(desk: Desk) -> list[tuple[str, str]]:
    follow_up_list(desk.scope)
    entries = FollowUpEntry.objects.filter(end_year=2025, left_at=None)
    return list(entries.values_list("student__state_id", "reason"))


def test_a_graduate_of_june_leaves_and_comes_onto_the_follow_up(desk: Desk, kayla: Student) -> None:
    """The seal stands word for word."""
    sealed, rows = SealedCopy.objects.get().digest, list(SealedRecord.objects.values())
    assert on_list(desk) == []
    batch = desk.send(ended(kayla, "08/21/2024", "06/06/2025"))
    assert (batch.status, counts(batch, "Enrollment")["changed"]) == ("completed", 1)
    assert on_list(desk) == [(kayla.state_id, "Graduated on 06/06/2025")]
    copy = SealedCopy.objects.get()
    assert (copy.digest, list(SealedRecord.objects.values())) == (sealed, rows)
    assert differences(copy) == []


def test_an_end_before_the_years_first_day_is_held_with_the_words_why(
    desk: Desk, kayla: Student
) -> None:
    kayla.enrollments.update(start_date="2024-05-01")
    batch = desk.send(ended(kayla, "05/01/2024", "06/01/2024"))
    assert counts(batch, "Enrollment")["held"] == 1
    report = file_of(batch, "report.csv")
    assert "Would remove a certified record from the collection" in report
    assert "This year is certified. Ask OPI for a recertification first" in report
    assert kayla.enrollments.get().end_date is None
    assert Participation.objects.in_scope(desk.scope).count() == 1
    assert on_list(desk) == [] and differences(SealedCopy.objects.get()) == []
