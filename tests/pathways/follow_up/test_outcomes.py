"""Attempts to reach a leaver, and the outcome that follows from them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.models import (
    Attempt,
    CollectionLock,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeChange,
    PostProgramStatus,
    Student,
)
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import Leavers, make_entry, open_list

BY: dict[str, Any] = {"by": "MARTIN, CHERYL", "by_id": 1}
COLLEAGUE: dict[str, Any] = {"by": "KELLER, DANIEL", "by_id": 2}
COLLEGE, WORK, OTHER_WORK, LOOKING, NOT_REACHED = "01", "04", "05", "06", "08"


def days_ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


@pytest.fixture
def entry(leavers: Leavers) -> FollowUpEntry:
    return make_entry(leavers, "999000123")


def make_attempt(
    leavers: Leavers, entry: FollowUpEntry, status: str = "", days: int = 0, **values: Any
) -> Attempt:
    """One more attempt, so many days ago."""
    who = values.pop("who", BY)
    last = Attempt.objects.order_by("-pk").first()
    values = {"means": "phone", "seen": last.pk if last else 0, **values}
    attempt = Try(date=days_ago(days), status=status, **values)
    return attempts.record(leavers.scope, entry.pk, attempt, **who).attempt


def outcome() -> tuple[str, datetime.date | None, str] | None:
    return Outcome.objects.values_list("status", "date_contacted", "origin").first()


def history() -> list[tuple[str, str]]:
    return list(OutcomeChange.objects.order_by("pk").values_list("operation", "status"))


def close(leavers: Leavers) -> None:
    CollectionLock.objects.create(
        district=leavers.scope.district,
        end_year=leavers.scope.end_year,
        collection="cte-fall",
        since="2024-12-20T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def test_the_best_ranked_answer_is_the_outcome(leavers: Leavers, entry: FollowUpEntry) -> None:
    """R-FUP-05: a log of three, one outcome, each step in the history."""
    make_attempt(leavers, entry, days=3)
    assert outcome() is None
    make_attempt(leavers, entry, LOOKING, days=2)
    make_attempt(leavers, entry, WORK, days=1)
    make_attempt(leavers, entry, OTHER_WORK)
    assert outcome() == (WORK, days_ago(1), "attempt")
    assert history() == [("create", LOOKING), ("update", WORK)]
    assert list(OutcomeChange.objects.values_list("district", "by", "by_id").distinct()) == [
        ("9012", "MARTIN, CHERYL", 1)
    ]


def test_of_two_equal_answers_the_later_is_kept(leavers: Leavers, entry: FollowUpEntry) -> None:
    make_attempt(leavers, entry, WORK, days=1)
    make_attempt(leavers, entry, WORK, days=4)
    assert outcome() == (WORK, days_ago(1), "attempt")


def test_an_answer_taken_back_counts_no_more(leavers: Leavers, entry: FollowUpEntry) -> None:
    """The attempt stays, with who took it back."""
    make_attempt(leavers, entry, LOOKING, days=2)
    best = make_attempt(leavers, entry, WORK, days=1)
    attempts.take_back(leavers.scope, best.pk, **COLLEAGUE)
    assert outcome() == (LOOKING, days_ago(2), "attempt")
    best.refresh_from_db()
    assert best.taken_back_by == "KELLER, DANIEL"
    only = Attempt.objects.standing().get()
    attempts.take_back(leavers.scope, only.pk, **BY)
    assert outcome() is None
    assert history()[-1] == ("delete", LOOKING)
    attempts.take_back(leavers.scope, only.pk, **BY)
    assert Attempt.objects.count() == 2


def test_what_a_person_sets_no_attempt_moves(leavers: Leavers, entry: FollowUpEntry) -> None:
    """R-FUP-05, until the person leaves it to the attempts again."""
    make_attempt(leavers, entry, WORK, days=1)
    attempts.set_outcome(
        leavers.scope, entry.pk, LOOKING, days_ago(0), seen=(WORK, "attempt"), **BY
    )
    make_attempt(leavers, entry, COLLEGE)
    assert outcome() == (LOOKING, days_ago(0), "screen")
    attempts.follow_attempts(leavers.scope, entry.pk, seen=(LOOKING, "screen"), **BY)
    assert outcome() == (COLLEGE, days_ago(0), "attempt")


def test_an_outcome_that_moved_meanwhile_is_not_overwritten(
    leavers: Leavers, entry: FollowUpEntry
) -> None:
    make_attempt(leavers, entry, WORK)
    with pytest.raises(Refusal, match="Someone else changed the outcome"):
        attempts.set_outcome(leavers.scope, entry.pk, LOOKING, days_ago(0), seen=("", ""), **BY)
    assert outcome() == (WORK, days_ago(0), "attempt")


def test_the_same_outcome_sent_twice_is_set_once(leavers: Leavers, entry: FollowUpEntry) -> None:
    for moved in (True, False):
        assert (
            attempts.set_outcome(leavers.scope, entry.pk, WORK, days_ago(0), seen=("", ""), **BY)
            is moved
        )
    assert history() == [("create", WORK)]


def test_a_double_click_is_one_attempt(leavers: Leavers, entry: FollowUpEntry) -> None:
    """The same try of another person is another one, and so is one made after seeing the first."""
    first = make_attempt(leavers, entry, seen=0)
    assert make_attempt(leavers, entry, seen=0) == first
    assert make_attempt(leavers, entry, seen=0, who=COLLEAGUE) != first
    assert make_attempt(leavers, entry, seen=first.pk) != first
    assert Attempt.objects.count() == 3


@pytest.mark.parametrize(
    ("means", "ages", "is_enough"),
    [
        (["phone", "phone", "email"], [1, 1, 0], True),
        (["phone", "email"], [1, 0], False),
        (["phone", "phone", "phone"], [2, 1, 0], False),
        (["phone", "email", "text"], [0, 0, 0], False),
    ],
)
def test_not_reached_needs_attempts_means_and_days(
    leavers: Leavers, entry: FollowUpEntry, means: list[str], ages: list[int], is_enough: bool
) -> None:
    """R-FUP-07."""
    for kind, age in zip(means[:-1], ages[:-1], strict=True):
        make_attempt(leavers, entry, means=kind, days=age)
    if is_enough:
        make_attempt(leavers, entry, NOT_REACHED, means=means[-1], days=ages[-1])
        assert outcome() == (NOT_REACHED, days_ago(ages[-1]), "attempt")
        return
    with pytest.raises(Refusal) as refusal:
        make_attempt(leavers, entry, NOT_REACHED, means=means[-1], days=ages[-1])
    assert "needs 3 attempts by 2 different means on 2 different days" in refusal.value.sentence
    assert refusal.value.field == "status"
    assert (outcome(), Attempt.objects.count()) == (None, len(means) - 1)


def test_not_reached_is_not_set_by_hand_either(leavers: Leavers, entry: FollowUpEntry) -> None:
    with pytest.raises(Refusal, match="So far, with this one: 0 attempts"):
        attempts.set_outcome(leavers.scope, entry.pk, NOT_REACHED, days_ago(0), seen=("", ""), **BY)


def test_not_reached_keeps_what_it_stands_on(leavers: Leavers, entry: FollowUpEntry) -> None:
    make_attempt(leavers, entry, days=1)
    make_attempt(leavers, entry, means="email")
    last = make_attempt(leavers, entry, NOT_REACHED)
    attempts.set_outcome(
        leavers.scope, entry.pk, NOT_REACHED, days_ago(0), seen=(NOT_REACHED, "attempt"), **BY
    )
    with pytest.raises(Refusal, match="needs this attempt"):
        attempts.take_back(leavers.scope, last.pk, **BY)
    assert Attempt.objects.standing().count() == 3


def test_an_answer_wins_over_not_reached(leavers: Leavers, entry: FollowUpEntry) -> None:
    make_attempt(leavers, entry, days=1)
    make_attempt(leavers, entry, means="email")
    make_attempt(leavers, entry, NOT_REACHED)
    make_attempt(leavers, entry, LOOKING)
    assert outcome() == (LOOKING, days_ago(0), "attempt")


@pytest.mark.parametrize(
    ("opens", "closes", "exit_age", "day_age", "words"),
    [
        (5, 0, 100, 5, ""),
        (5, 0, 100, 6, "must be from"),
        (20, 10, 100, 10, ""),
        (20, 10, 100, 9, "must be from"),
        (20, -9, 100, 0, ""),
        (20, -9, 100, -1, "in the future"),
        (20, -9, 7, 6, ""),
        (20, -9, 7, 7, "after the student left"),
        (20, -9, 7, 8, "after the student left"),
    ],
)
@pytest.mark.parametrize("by_hand", [False, True])
def test_the_date_contacted_has_its_bounds(
    leavers: Leavers,
    entry: FollowUpEntry,
    opens: int,
    closes: int,
    exit_age: int,
    day_age: int,
    words: str,
    by_hand: bool,
) -> None:
    """R-FUP-08: each bound, and the day beside it."""
    open_list(
        opens=days_ago(opens), closes=days_ago(closes), refreshed_until=days_ago(max(closes, opens))
    )
    FollowUpEntry.objects.update(exit_date=days_ago(exit_age))

    def act() -> object:
        if by_hand:
            return attempts.set_outcome(
                leavers.scope, entry.pk, WORK, days_ago(day_age), seen=("", ""), **BY
            )
        return make_attempt(leavers, entry, WORK, days=day_age)

    if words:
        with pytest.raises(Refusal, match=words) as refusal:
            act()
        assert (refusal.value.field, outcome()) == ("date", None)
    else:
        act()
        assert outcome() == (WORK, days_ago(day_age), "screen" if by_hand else "attempt")


def acts(leavers: Leavers, entry: FollowUpEntry, attempt: Attempt) -> list[Callable[[], object]]:
    return [
        lambda: make_attempt(leavers, entry, COLLEGE),
        lambda: attempts.take_back(leavers.scope, attempt.pk, **BY),
        lambda: attempts.set_outcome(
            leavers.scope, entry.pk, COLLEGE, days_ago(0), seen=(WORK, "attempt"), **BY
        ),
        lambda: attempts.follow_attempts(leavers.scope, entry.pk, seen=(WORK, "attempt"), **BY),
    ]


def test_a_certified_follow_up_is_not_written(leavers: Leavers, entry: FollowUpEntry) -> None:
    attempt = make_attempt(leavers, entry, WORK)
    close(leavers)
    for act in acts(leavers, entry, attempt):
        with pytest.raises(Refusal) as refusal:
            act()
        assert refusal.value.sentence == (
            "The follow-up of 2023-24 has been locked since 12/20/2024. Certified. Nothing was"
            " saved."
        )
    assert outcome() == (WORK, days_ago(0), "attempt")
    assert Attempt.objects.standing().get() == attempt


def test_the_database_keeps_the_outcomes_of_a_certified_follow_up(
    leavers: Leavers, entry: FollowUpEntry, elsewhere: District_
) -> None:
    """Whoever writes; another year's and another district's outcomes are free."""
    make_attempt(leavers, entry, WORK)
    close(leavers)
    other = elsewhere.student("999000777")
    free = Outcome.objects.create(student=other, end_year=2024, status=WORK, origin="screen")
    next_year = Outcome.objects.create(
        student=entry.student, end_year=2025, status=WORK, origin="screen"
    )
    new = leavers.student("999000888")
    stored = Outcome.objects.filter(student=entry.student, end_year=2024)
    refused: list[Callable[[], object]] = [
        lambda: stored.update(status=COLLEGE),
        lambda: stored.update(end_year=2026),
        lambda: stored.delete(),
        lambda: Outcome.objects.create(student=new, end_year=2024, status=WORK, origin="file"),
        lambda: Outcome.objects.filter(pk=free.pk).update(student=new),
    ]
    for act in refused:
        with (
            pytest.raises(IntegrityError, match="pathways_collection_is_locked"),
            transaction.atomic(),
        ):
            act()
    free.delete()
    Outcome.objects.filter(pk=next_year.pk).update(status=COLLEGE)
    next_year.delete()
    assert outcome() == (WORK, days_ago(0), "attempt")


def test_a_year_that_is_not_followed_up_is_not_written(
    leavers: Leavers, entry: FollowUpEntry
) -> None:
    FollowUpYear.objects.filter(pk=2024).delete()
    with pytest.raises(Refusal, match="does not follow up this school year"):
        make_attempt(leavers, entry)


def test_a_line_that_left_the_list_is_not_written(leavers: Leavers, entry: FollowUpEntry) -> None:
    FollowUpEntry.objects.update(left_at=timezone.now(), left_reason="Returned on 09/03/2024")
    with pytest.raises(Refusal, match="no longer on the list"):
        make_attempt(leavers, entry)


def test_another_districts_line_is_not_written(
    leavers: Leavers, entry: FollowUpEntry, elsewhere: District_
) -> None:
    attempt = make_attempt(leavers, entry, WORK)
    others = Leavers(elsewhere)
    for act in acts(others, entry, attempt):
        with pytest.raises(Refusal):
            act()
    assert (outcome(), Attempt.objects.standing().count()) == ((WORK, days_ago(0), "attempt"), 1)


def test_a_status_whose_years_are_over_is_not_given(leavers: Leavers, entry: FollowUpEntry) -> None:
    PostProgramStatus.objects.filter(code=WORK).update(first_year=2010, last_year=2023)
    for status in (WORK, "ZZ"):
        with pytest.raises(Refusal, match="Select a status from OPI's list"):
            make_attempt(leavers, entry, status)


def test_outcomes_of_a_past_class_are_written_while_another_year_is_current(
    leavers: Leavers, entry: FollowUpEntry
) -> None:
    """The current year is 2024-25; the class left in 2023-24."""
    assert Student.objects.in_scope(leavers.district.scope).count() == 0
    make_attempt(leavers, entry, WORK)
    assert Outcome.objects.get().end_year == 2024
