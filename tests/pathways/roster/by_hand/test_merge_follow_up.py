"""Merging two rows of one student takes the follow-up along, and undo brings it back."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up.drawing import follow_up_list
from pathways.models import (
    Attempt,
    CollectionLock,
    Contact,
    FollowUpEntry,
    FollowUpPathway,
    ListRequest,
    Outcome,
    OutcomeChange,
    OutcomeDifference,
    OutcomeProposal,
    Student,
)
from pathways.roster.by_hand.merge import Merge
from tests.fixtures.records import BUSINESS, HEALTH
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.roster.by_hand.conftest import Pages
from tests.pathways.roster.by_hand.test_merge import merge

pytestmark = pytest.mark.django_db(databases=["default", "state"])

WHO = {"by": "MARTIN, CHERYL", "by_id": 1}


def make_attempt(student: Student, means: str = "phone") -> None:
    entry = FollowUpEntry.objects.get(student=student)
    Attempt.objects.create(entry=entry, date="2024-11-05", means=means, at=timezone.now(), **WHO)


def make_proposal(student: Student) -> None:
    OutcomeProposal.objects.create(
        entry=FollowUpEntry.objects.get(student=student),
        source="district",
        source_name="Billings",
        status="01",
        as_of="2024-11-05",
        at=timezone.now(),
        **WHO,
    )


def reached_by(student: Student, value: str) -> None:
    Contact.objects.create(student=student, kind="phone", value=value, at=timezone.now(), **WHO)


def answered(student: Student, status: str = "01") -> None:
    Outcome.objects.create(
        student=student, end_year=2024, status=status, date_contacted="2024-11-06", origin="attempt"
    )


def everything() -> dict[str, list[Any]]:
    """By State IDs, since undo gives some rows another number."""
    return {
        "entries": sorted(
            FollowUpEntry.objects.values_list(
                "student__state_id", "exit", "exit_date", "receipt", "reason", "since"
            )
        ),
        "pathways": sorted(FollowUpPathway.objects.values_list("entry__student__state_id", "name")),
        "attempts": sorted(Attempt.objects.values_list("entry__student__state_id", "means")),
        "differences": sorted(
            OutcomeDifference.objects.values_list("entry__student__state_id", "status")
        ),
        "proposals": sorted(
            OutcomeProposal.objects.values_list("entry__student__state_id", "source_name")
        ),
        "contacts": sorted(Contact.objects.values_list("student__state_id", "value")),
        "outcomes": sorted(
            Outcome.objects.values_list("student__state_id", "status", "date_contacted", "origin")
        ),
    }


@pytest.fixture
def pair(leavers: Leavers) -> tuple[Student, Student]:
    """Kayla twice on the list of 2023-24, in a pathway each."""
    kayla = leavers.leaver("999000123", HEALTH, last="Anderson")
    twin = leavers.leaver("999000124", BUSINESS, last="Andersen")
    for student in (kayla, twin):
        leavers.district.enroll(student, 2025, service_type="S")
    leavers.seal()
    follow_up_list(leavers.scope)
    return kayla, twin


def test_lines_attempts_contacts_and_outcomes_go_along_and_back(
    pages: Pages, leavers: Leavers, pair: tuple[Student, Student]
) -> None:
    kayla, twin = pair
    make_attempt(kayla)
    make_attempt(twin, "email")
    reached_by(kayla, "406 555 0100")
    reached_by(twin, "406 555 0100")
    reached_by(twin, "406 555 0199")
    answered(twin)
    make_proposal(twin)
    before = everything()
    page = merge(pages, kayla, "999000124")
    assert (
        "Follow-up: 1 line of follow-up lists, 1 attempt, 1 answer from elsewhere, 2 contacts, 1 outcome move to State ID"
        " 999000123." in page
    )
    assert everything() == {
        "entries": [row for row in before["entries"] if row[0] == "999000123"],
        "pathways": [("999000123", HEALTH)],
        "attempts": [("999000123", "email"), ("999000123", "phone")],
        "contacts": [("999000123", "406 555 0100"), ("999000123", "406 555 0199")],
        "outcomes": [("999000123", "01", datetime.date(2024, 11, 6), "attempt")],
        "differences": [],
        "proposals": [("999000123", "Billings")],
    }
    follow_up_list(leavers.scope)  # both State IDs of the sealed copy lead to the student
    assert everything()["pathways"] == [("999000123", BUSINESS), ("999000123", HEALTH)]
    assert not FollowUpEntry.objects.no_longer_on_list().exists()
    pages.undo()
    follow_up_list(leavers.scope)
    assert everything() == before
    operations = OutcomeChange.objects.order_by("pk").values_list("operation", "source")
    assert list(operations) == [("found", "screen"), ("update", "screen"), ("update", "undo")]


def test_a_line_that_only_the_second_row_has_moves_as_it_is(pages: Pages, leavers: Leavers) -> None:
    kayla = leavers.student("999000123", "Anderson")
    leavers.district.enroll(kayla)
    twin = leavers.leaver("999000124", last="Andersen")
    leavers.seal()
    follow_up_list(leavers.scope)
    make_attempt(twin)
    before = everything()
    merge(pages, kayla, "999000124")
    assert everything()["attempts"] == [("999000123", "phone")]
    follow_up_list(leavers.scope)
    assert FollowUpEntry.objects.on_list().get().student == kayla
    pages.undo()
    assert everything() == before


def differing(student: Student, status: str = "02") -> None:
    OutcomeDifference.objects.create(
        entry=FollowUpEntry.objects.get(student=student),
        batch=uuid.uuid4(),
        status=status,
        date_contacted="2024-11-06",
        stored_status="01",
        by="X",
        at=timezone.now(),
    )


def test_a_difference_from_a_file_moves_along(
    pages: Pages, leavers: Leavers, pair: tuple[Student, Student]
) -> None:
    """To the line that both had; two that are both open are a conflict."""
    kayla, twin = pair
    follow_up_list(leavers.scope)
    differing(twin)
    before = everything()
    merge(pages, kayla, "999000124")
    assert everything()["differences"] == [("999000123", "02")]
    pages.undo()
    assert everything() == before
    differing(kayla)
    page = merge(pages, kayla, "999000124")
    assert "Both have a difference of 2023-24 to resolve." in page


def test_different_outcomes_are_a_conflict(pages: Pages, pair: tuple[Student, Student]) -> None:
    kayla, twin = pair
    answered(kayla, "05")
    answered(twin, "01")
    page = merge(pages, kayla, "999000124")
    assert "They have different outcomes of 2023-24. Correct the wrong one first." in page
    assert Student.objects.filter(pk=twin.pk).exists()


def test_the_same_outcome_stays_once_and_comes_back(
    pages: Pages, pair: tuple[Student, Student]
) -> None:
    kayla, twin = pair
    answered(kayla)
    answered(twin)
    before = everything()
    merge(pages, kayla, "999000124")
    assert Outcome.objects.get().student == kayla
    pages.undo()
    assert everything() == before


def certify_follow_up() -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def test_a_certified_follow_up_does_not_move(pages: Pages, pair: tuple[Student, Student]) -> None:
    kayla, twin = pair
    certify_follow_up()
    page = merge(pages, kayla, "999000124")
    assert "The follow-up of 2023-24 is certified, so it cannot move." in page
    assert Student.objects.filter(pk=twin.pk).exists()


def test_what_is_certified_while_a_merge_is_confirmed_does_not_move(
    leavers: Leavers, pair: tuple[Student, Student]
) -> None:
    confirmed = Merge(Scope("9012", 2025), *pair)
    assert not confirmed.conflicts
    certify_follow_up()
    before = everything()
    with pytest.raises(Refusal, match="follow-up of 2023-24 is certified"):
        confirmed.carry_out(**WHO)
    assert everything() == before


def test_a_merge_of_lines_that_were_certified_since_is_not_undone(
    pages: Pages, pair: tuple[Student, Student]
) -> None:
    """Nobody was answered: the lines alone would come back to a certified list."""
    merge(pages, pair[0], "999000124")
    certify_follow_up()
    before = everything()
    assert "The follow-up of 2023-24 is certified, so it cannot move." in pages.undo()
    assert everything() == before
    assert not Student.objects.filter(state_id="999000124").exists()


def test_a_merge_of_one_line_that_was_certified_since_is_not_undone(
    pages: Pages, leavers: Leavers
) -> None:
    kayla = leavers.student("999000123", "Anderson")
    leavers.district.enroll(kayla)
    leavers.leaver("999000124", last="Andersen")
    leavers.seal()
    follow_up_list(leavers.scope)
    merge(pages, kayla, "999000124")
    certify_follow_up()
    assert "The follow-up of 2023-24 is certified, so it cannot move." in pages.undo()
    assert FollowUpEntry.objects.get().student == kayla


def test_a_student_on_a_list_is_not_removed(pages: Pages, leavers: Leavers) -> None:
    """What is followed up stands on the student's row."""
    student = leavers.leaver("999000123")
    leavers.seal()
    follow_up_list(leavers.scope)
    student.enrollments.all().delete()
    student.participations.all().delete()
    address = pages.address("roster-row-remove", "students", student.pk)
    seen = text(pages.client.get(address))
    pages.client.post(address, {"seen": seen}, follow=True)
    assert Student.objects.filter(pk=student.pk).exists()


@pytest.mark.parametrize(
    ("requests", "is_listed"),
    [
        ([("999000123", "remove"), ("999000124", "add"), ("999000123", "remove")], False),
        ([("999000123", "remove"), ("999000124", "add")], True),
        ([("999000124", "add"), ("999000123", "remove")], False),
    ],
)
def test_of_the_requests_about_merged_rows_the_last_that_opi_approved_decides(
    requests: list[tuple[str, str]],
    is_listed: bool,
    pages: Pages,
    leavers: Leavers,
    pair: tuple[Student, Student],
) -> None:
    """Whichever of both State IDs it names, and however often."""
    kayla, _ = pair
    noon = timezone.now()
    for hour, (state_id, wish) in enumerate(requests):
        approved_at = noon + datetime.timedelta(hours=hour)
        ListRequest.objects.create(
            district="9012",
            end_year=2024,
            state_id=state_id,
            wish=wish,
            **{"reason": "Moved away", "status": "approved", "at": noon, **WHO},
            answered_by="LUND, OLA",
            answered_at=approved_at,
        )
    merge(pages, kayla, "999000124")
    follow_up_list(leavers.scope)
    assert FollowUpEntry.objects.on_list().exists() is is_listed


def test_every_state_id_that_a_merged_row_has_had_leads_to_the_row_that_stayed(
    pages: Pages, leavers: Leavers
) -> None:
    """Also the one under which it was sealed, after another before that."""
    kayla = leavers.student("999000123", "Anderson")
    leavers.district.enroll(kayla)
    twin = leavers.leaver("999000124", last="Andersen")
    leavers.district.enroll(twin)
    pages.send("roster-row", "students", twin.pk, state_id="999000125")
    twin.refresh_from_db()
    assert twin.state_id == "999000125"
    leavers.seal()
    merge(pages, kayla, "999000125")
    follow_up_list(leavers.scope)
    assert FollowUpEntry.objects.on_list().get().student == kayla
