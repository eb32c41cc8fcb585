"""Outcomes of leavers travel with the resync of the current school year, whenever they left
(ADR 0014, design D7).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.lists.publish import publish
from pathways.models import Attempt, Contact, Outcome, OutcomeChange
from pathways.resync.comparison import Comparison
from pathways.resync.object_types import BY_NAME, NAMES
from pathways.resync.unsent import Unsent
from tests.fixtures.records import District_
from tests.fixtures.resync import STATE, errors, send
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, make_entry

OUTCOMES = BY_NAME["CTE Outcome"]
COLLEGE, WORK = "01", "04"


@pytest.fixture
def sender(leavers: Leavers, state_edition: Callable[[], None]) -> Leavers:
    """A district whose leavers are at the state, without an answer yet."""
    for state_id, last in (("999000123", "Anderson"), ("999000124", "Burke")):
        make_entry(leavers, state_id, last)
    publish()
    send(leavers.district.scope)
    return leavers


def answer(leavers: Leavers, last_name: str, status: str) -> None:
    entry = leavers.district.district.students.get(last_name=last_name).follow_up_entries.get()
    last = Attempt.objects.order_by("-pk").first()
    attempts.record(
        leavers.scope,
        entry.pk,
        Try(date=timezone.localdate(), status=status, means="phone", seen=last.pk if last else 0),
        by="MARTIN, CHERYL",
        by_id=1,
    )


def at_state() -> set[tuple[str, int, str]]:
    outcomes = Outcome.objects.using(STATE).values_list("student__state_id", "end_year", "status")
    return set(outcomes)


def unsent(leavers: Leavers) -> int:
    return Unsent.of(leavers.district.scope).rows


def test_an_answer_counts_as_not_sent_until_the_current_year_is_sent(sender: Leavers) -> None:
    assert unsent(sender) == 0
    answer(sender, "Anderson", COLLEGE)
    assert unsent(sender) == 1 and at_state() == set(), "at once, though the count is kept"
    send(sender.district.scope)
    assert at_state() == {("999000123", 2024, COLLEGE)} and unsent(sender) == 0


def test_a_better_answer_and_one_that_was_taken_back_travel_too(sender: Leavers) -> None:
    for name in ("Anderson", "Burke"):
        answer(sender, name, WORK)
    send(sender.district.scope)
    answer(sender, "Anderson", COLLEGE)
    assert unsent(sender) == 1
    Outcome.objects.filter(student__last_name="Burke").delete()
    cache.clear()
    assert unsent(sender) == 2
    send(sender.district.scope)
    assert at_state() == {("999000123", 2024, COLLEGE)}


def test_the_year_of_the_leavers_compares_the_same_outcomes(sender: Leavers) -> None:
    answer(sender, "Anderson", COLLEGE)
    for scope in (sender.scope, sender.district.scope):
        assert len(Comparison(scope).difference(OUTCOMES).new) == 1
    send(sender.district.scope)
    for scope in (sender.scope, sender.district.scope):
        assert not len(Comparison(scope).difference(OUTCOMES))


def test_an_outcome_whose_student_the_state_lacks_is_left_out_and_named(sender: Leavers) -> None:
    newcomer = sender.leaver("999000125")
    Outcome.objects.create(student=newcomer, end_year=2024, status=WORK, origin="screen")
    copy = send(sender.district.scope, ("CTE Outcome",))
    assert errors(copy) == {"CTE Outcome": 1} and at_state() == set()
    assert copy.refused["CTE Outcome"][0][1] == "Its student is not at the state"
    send(sender.district.scope)
    assert at_state() == {("999000125", 2024, WORK)}


def test_another_districts_outcomes_are_neither_sent_nor_taken_out(
    sender: Leavers, elsewhere: District_
) -> None:
    stranger = elsewhere.student("999000777", "Olsen")
    Outcome.objects.create(student=stranger, end_year=2024, status=WORK, origin="screen")
    publish()
    send(elsewhere.scope)
    answer(sender, "Anderson", COLLEGE)
    send(sender.district.scope)
    assert at_state() == {("999000777", 2024, WORK), ("999000123", 2024, COLLEGE)}


def test_the_comparison_names_the_leaver_and_leads_to_the_list_of_the_year(
    sender: Leavers, client: Client, clerk: User
) -> None:
    answer(sender, "Anderson", COLLEGE)
    client.force_login(clerk)
    page = client.get("/districts/9012/2025/resync/compare/", {"object": OUTCOMES.slug})
    assert "left in 2023-24" in text(page)
    assert "/districts/9012/2024/cte-follow-up/list/" in page.content.decode()


def test_contacts_attempts_and_history_stay_in_the_district() -> None:
    sent = {BY_NAME[name].model for name in NAMES}
    assert Outcome in sent and not sent & {Attempt, Contact, OutcomeChange}
