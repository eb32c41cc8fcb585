"""R-FUP-16: a student on the lists of two districts counts once. OPI sees both lines and both
answers and says where; neither district sees the other's.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import AuditEvent, User, ViewEvent
from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.pairs import deciding
from pathways.follow_up.pairs.pairs import pairs
from pathways.follow_up.workbench.call_list import CallLines, Narrowing
from pathways.models import FollowUpEntry, Outcome
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, make_entry
from tests.pathways.uploads.fall.files import days_ago

PAGE = "/opi/follow-up-pairs/?year=2024"
CALLS = "/districts/9012/2024/cte-follow-up/?show=all"
LIST = "/districts/9012/2024/cte-follow-up/list/"
LATER = datetime.date(2024, 6, 10)


class Twins:
    """The lines of one student in Cottonwood Bend and, left later, elsewhere; another of each is on
    one list alone.
    """

    def __init__(self, leavers: Leavers, elsewhere: District_) -> None:
        self.leavers, self.theirs = leavers, Leavers(elsewhere)
        leavers.leaver("999000123")
        leavers.leaver("999000124", last="Baker")
        self.theirs.leaver("999000125", last="Clark")
        student = self.theirs.student("999000123")
        self.theirs.leave(student, end_date=LATER)
        self.theirs.concentrate(student)
        follow_up_list(leavers.scope)
        follow_up_list(self.theirs.scope)
        both = FollowUpEntry.objects.filter(student__state_id="999000123")
        self.own, self.other = both.order_by("exit_date")

    def answer(self, leavers: Leavers, entry: FollowUpEntry, status: str) -> None:
        attempt = Try(date=days_ago(0), means="phone", status=status)
        attempts.record(leavers.scope, entry.pk, attempt, by="MARTIN, CHERYL", by_id=1)

    def elsewhere(self) -> set[int]:
        return set(
            FollowUpEntry.objects.filter(counted_elsewhere=True).values_list("pk", flat=True)
        )


@pytest.fixture
def twins(leavers: Leavers, elsewhere: District_) -> Twins:
    return Twins(leavers, elsewhere)


def rates(leavers: Leavers) -> tuple[int, int]:
    """Answered of all."""
    own = CallLines(leavers.scope, Narrowing()).rates
    return own.answered, own.of


def test_opi_sees_the_pair_with_both_answers_and_each_look_is_logged(
    twins: Twins, client: Client, opi: User
) -> None:
    twins.answer(twins.leavers, twins.own, "01")
    twins.answer(twins.theirs, twins.other, "04")
    client.force_login(opi)
    words = text(client.get(PAGE))
    assert "ANDERSON, KAYLA 999 000 123 0965 Elsewhere" in words
    assert "9012 Cottonwood Bend" in words and "Health Professions" in words
    assert "Postsecondary education" in words and "Employed, related" in words
    assert "Graduate, 06/10/2024" in words and "Proposed" in words
    assert "BAKER" not in words and "CLARK" not in words
    VIEW_LOG.write()
    seen = ViewEvent.objects.filter(page="follow-up-pairs").values_list("district", flat=True)
    assert set(seen) == {"9012", "0965"}


def test_the_district_that_was_left_last_is_proposed_and_nothing_counts_by_itself(
    twins: Twins,
) -> None:
    (pair,) = pairs(2024)
    assert pair.proposed == twins.other and pair.counted is None
    assert twins.elsewhere() == set() and rates(twins.leavers) == (0, 2)


def test_who_is_counted_elsewhere_is_in_no_rate_and_on_no_call_list_and_keeps_the_answer(
    twins: Twins, client: Client, opi: User, clerk: User
) -> None:
    twins.answer(twins.leavers, twins.own, "01")
    twins.answer(twins.theirs, twins.other, "04")
    assert rates(twins.leavers) == (1, 2)
    client.force_login(opi)
    answer = client.post(PAGE, {"do": "count", "entry": twins.other.pk}, follow=True)
    assert "The student counts there, and on no other list." in text(answer)
    assert "Counted elsewhere" in text(answer)
    assert twins.elsewhere() == {twins.own.pk}
    assert rates(twins.leavers) == (0, 1) and rates(twins.theirs) == (1, 2)
    assert Outcome.objects.get(student=twins.own.student).status == "01", "no answer is changed"
    client.force_login(clerk)
    assert "ANDERSON" not in text(client.get(CALLS)) and "BAKER" in text(client.get(CALLS))
    words = text(client.get(f"{LIST}?show="))
    assert "Counted elsewhere: another district" in words
    assert "0965" not in words and "Employed" not in words, "the other district's stays there"


def test_a_choice_can_be_changed_and_taken_back(twins: Twins, client: Client, opi: User) -> None:
    client.force_login(opi)
    client.post(PAGE, {"do": "count", "entry": twins.other.pk})
    client.post(PAGE, {"do": "count", "entry": twins.own.pk})
    assert twins.elsewhere() == {twins.other.pk}
    answer = client.post(PAGE, {"do": "undo", "entry": twins.own.pk}, follow=True)
    assert "The student waits for your choice again." in text(answer)
    assert twins.elsewhere() == set()
    client.post(PAGE, {"do": "undo", "entry": twins.own.pk})
    events = AuditEvent.objects.filter(kind=deciding.KIND).order_by("pk")
    here, there = "9012 Cottonwood Bend", "0965 Elsewhere"
    assert [(event.before, event.after) for event in events] == [
        ({}, {"Counted in": there}),
        ({"Counted in": there}, {"Counted in": here}),
        ({"Counted in": here}, {}),
    ]
    assert {event.district for event in events} == {""}, "no district reads where it is"
    assert "999000123" not in str([(event.key, event.name) for event in events])


def test_all_that_wait_are_counted_as_proposed_by_one_act(
    twins: Twins, client: Client, opi: User
) -> None:
    second = make_entry(twins.theirs, "999000130", "Zimmer")
    make_entry(twins.leavers, "999000130", "Zimmer", exit_date=LATER)
    deciding.count_in(2024, twins.own.pk, by=opi)
    client.force_login(opi)
    answer = client.post(PAGE, {"do": "all"}, follow=True)
    assert "1 student counted as proposed." in text(answer)
    assert twins.elsewhere() == {twins.other.pk, second.pk}, "what was chosen stands"


def test_a_student_of_one_list_is_no_pair_and_a_forged_press_says_so(
    twins: Twins, client: Client, opi: User
) -> None:
    single = FollowUpEntry.objects.get(student__state_id="999000124")
    with pytest.raises(Refusal, match="The lists have changed"):
        deciding.count_in(2024, single.pk, by=opi)
    with pytest.raises(Refusal, match="The lists have changed"):
        deciding.count_in(2025, twins.own.pk, by=opi)
    client.force_login(opi)
    for wrong in ({"do": "x"}, {"do": "count"}, {"do": "count", "entry": "²"}):
        assert "Press one of the buttons again." in text(client.post(PAGE, wrong, follow=True))
    assert client.get(PAGE.replace("2024", "9999")).status_code == 200
    assert twins.elsewhere() == set()


def test_who_leaves_the_other_list_counts_again_by_daily_work(twins: Twins, opi: User) -> None:
    deciding.count_in(2024, twins.other.pk, by=opi)
    assert deciding.count_the_single() == 0
    FollowUpEntry.objects.filter(pk=twins.other.pk).update(
        left_at=timezone.now(), left_reason="No longer a graduate or dropout"
    )
    (pair,) = pairs(2024)
    assert pair.lines[0].entry == twins.own, "OPI sees what is to be put right"
    assert deciding.count_the_single() == 1
    assert twins.elsewhere() == set() and pairs(2024) == []


def test_many_pairs_cost_as_many_statements_as_one(
    twins: Twins, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):
        pairs(2024)
    for number in range(10):
        make_entry(twins.leavers, f"9990004{number:02d}", "Many")
        make_entry(twins.theirs, f"9990004{number:02d}", "Many")
    with django_assert_num_queries(5):
        assert len(pairs(2024)) == 11
