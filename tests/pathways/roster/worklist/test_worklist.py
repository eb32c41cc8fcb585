"""The roster worklist against a count in plain Python, and what is done with its lines (ux
D-38).
"""

from __future__ import annotations

import datetime
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.ledger import ledger
from pathways.models import (
    Change,
    CollectionLock,
    Participation,
    Pathway,
    Roster,
    RosterDecision,
    Student,
)
from pathways.models.participation import CONCENTRATOR_CREDITS
from pathways.records import entry
from pathways.reports.rostered import RosteredToCoursesWithPathways
from pathways.roster import decisions
from pathways.roster.decisions import Seen
from pathways.roster.worklist.line import Pair, RosterLine
from pathways.roster.worklist.which import Choice, Show, Which
from pathways.roster.worklist.worklist import Worklist
from tests.fixtures.examples import examples
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_

CLERK, OTHER = "MARTIN, CHERYL", "KELLER, DANIEL"


def lines(
    district: District_,
    which: Which = Which.WITHOUT_RECORD,
    show: Show = Show.OPEN,
    **narrowed: Any,
) -> list[RosterLine]:
    worklist = Worklist(district.scope, **narrowed)
    return worklist.lines((row["person"], row["taught"]) for row in worklist.found(which, show))


def shown_of(line: RosterLine) -> tuple[Any, ...]:
    """All that any page shows of a line or sends back with it."""
    before = line.before if line.record else None
    return line.student, line.pathway, line.courses, line.record, before, line.decision, line.token


def as_listed(district: District_, which: Which, show: Show) -> list[RosterLine]:
    """The same as their page reads them."""
    worklist = Worklist(district.scope)
    pathways = Pathway.objects.values_list("pk", "name")
    pairs = worklist.everything(which)[show]
    return worklist.listed(pairs, which, {}, pathways)


def seen(*chosen: RosterLine) -> list[Seen]:
    return Seen.read(line.token for line in chosen)


def last_year(
    district: District_,
    student: Student,
    pathway: str = HEALTH,
    credits: str = "2.00",
    **values: Any,
) -> Participation:
    credits_ = Decimal(credits)
    own = {
        "in_district_credits": credits_,
        "concentrator": credits_ >= CONCENTRATOR_CREDITS,
        "modified_end_year": 2024,
        **values,
    }
    return district.record(student, pathway, **own)


# --- the four lists

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["roster", "general", "last year", "grow", "touch", "delete", "later", "dismiss"]
        ),
        st.integers(0, 2),
        st.sampled_from([HEALTH, BUSINESS]),
        st.sampled_from([None, "0.50", "1.00"]),
        st.sampled_from(["a", "b"]),
    ),
    max_size=14,
)


class Undone(Exception):
    pass


def act(
    district: District_,
    students: list[Student],
    what: str,
    who: int,
    pathway: str,
    credits: str | None,
    course: str,
) -> None:
    student, taught = students[who], Pathway.objects.get(name=pathway)
    record = Participation.objects.filter(student=student, pathway=taught).first()
    grown = (record.in_district_credits if record else Decimal(0)) + Decimal(credits or "0.50")
    if what == "roster":
        if not Roster.objects.filter(
            enrollment__student=student, section__course__number=f"{taught.code}{course}"
        ).exists():
            district.roster(
                student, pathway, number=f"{taught.code}{course}", credits_earned=credits
            )
    elif what == "general":
        if not Roster.objects.filter(
            enrollment__student=student, section__course__number="00"
        ).exists():
            district.roster(student, None)
    elif what == "last year" and record is None:
        last_year(district, student, pathway, "2.00" if credits == "1.00" else "1.00")
    elif what == "grow":
        district.record(
            student, pathway, in_district_credits=grown, concentrator=grown >= 2, version=None
        )
    elif what == "touch" and record:
        own = {
            "in_district_credits": record.in_district_credits,
            "concentrator": record.concentrator,
        }
        district.record(student, pathway, single_parent=not record.single_parent, **own)
    elif what == "delete" and record:
        entry.delete(district.scope, record, version=record.version, by=CLERK)
    elif what in ("later", "dismiss"):
        without = any(
            course.pk == taught.pk
            for course in Pathway.objects.filter(
                courses__sections__rosters__enrollment__student=student
            )
        )
        closes = Choice.NOT_CTE if without and record is None else Choice.AS_IS
        choice = Choice.LATER if what == "later" else closes
        computed = Worklist(district.scope).lines([(student.pk, taught.pk)])
        decisions.decide(
            district.scope, seen(*computed), choice, reason="Taken as an elective.", by=CLERK
        )


def oracle() -> tuple[dict[Which, set[Pair]], set[Pair]]:
    """The four lists whatever was decided, and the rostered pairs, from every row of the tables."""
    taken: dict[Pair, dict[int, list[Decimal | None]]] = {}
    for roster in Roster.objects.select_related("section__course", "enrollment"):
        if roster.section.course.pathway_id:
            courses = taken.setdefault(
                (roster.enrollment.student_id, roster.section.course.pathway_id), {}
            )
            courses.setdefault(roster.section.course_id, []).append(roster.credits_earned)
    records = {(entry.student_id, entry.pathway_id): entry for entry in Participation.objects.all()}
    before: dict[Pair, Change] = {}
    for change in Change.objects.filter(end_year__lt=2025).order_by("version"):
        before[change.student_id, change.pathway_id] = change
    expected: dict[Which, set[Pair]] = {which: set() for which in Which}
    for pair in {*taken, *records, *before}:
        record, image = records.get(pair), before.get(pair)
        if image and image.operation == "delete":
            image = None
        then = image.total_credits if image else Decimal(0)
        grew = (
            record is not None and record.modified_end_year == 2025 and record.total_credits > then
        )
        if pair in taken and record is None:
            expected[Which.WITHOUT_RECORD].add(pair)
        elif pair in taken and record:
            known = [
                sum((credits for credits in sections if credits is not None), Decimal(0))
                for sections in taken[pair].values()
                if sections != [None] * len(sections)
            ]
            since = record.in_district_credits - (
                image.in_district_credits if image else Decimal(0)
            )
            if len(known) == len(taken[pair]) and sum(known) != since:
                expected[Which.UNLIKE].add(pair)
        elif grew:
            expected[Which.WITHOUT_COURSE].add(pair)
        elif image and image.concentrator:
            expected[Which.NOTHING_NOW].add(pair)
    return expected, set(taken)


@pytest.mark.long
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_any_world_is_listed_as_plain_python_lists_it_and_the_balance_holds(
    acts: list[Any], cottonwood: District_
) -> None:
    try:
        with transaction.atomic():
            students = [
                cottonwood.student(f"99900070{number}", f"Name{number}") for number in range(3)
            ]
            for entry in acts:
                act(cottonwood, students, *entry)
            computed, rostered = oracle()
            decided = {
                (decision.state_id, decision.pathway_id): decision.choice
                for decision in RosterDecision.objects.all()
            }
            ids = {student.pk: student.state_id for student in students}
            worklist, listed = Worklist(cottonwood.scope), {}
            for which in Which:
                choices = {pair: decided.get((ids[pair[0]], pair[1])) for pair in computed[which]}
                expected = {
                    Show.DISMISSED: {
                        pair for pair, choice in choices.items() if choice == which.dismissal
                    },
                    Show.LATER: {
                        pair for pair, choice in choices.items() if choice == Choice.LATER
                    },
                }
                expected[Show.OPEN] = (
                    computed[which] - expected[Show.DISMISSED] - expected[Show.LATER]
                )
                for show, pairs in expected.items():
                    whole = listed[which, show] = lines(cottonwood, which, show)
                    assert {line.pair for line in whole} == pairs, which
                    on_page = as_listed(cottonwood, which, show)
                    assert list(map(shown_of, on_page)) == list(map(shown_of, whole))
                assert worklist.counts(which) == {
                    show: len(pairs) for show, pairs in expected.items()
                }
            balance = worklist.balance()
            assert (
                balance.rostered
                == balance.recorded + balance.dismissed + balance.open
                == len(rostered)
            )
            without = {show: len(listed[Which.WITHOUT_RECORD, show]) for show in Show}
            assert balance.open == without[Show.OPEN] + without[Show.LATER]
            assert balance.dismissed == without[Show.DISMISSED]
            assert balance.later == without[Show.LATER] <= balance.open
            report = RosteredToCoursesWithPathways().count(cottonwood.scope)
            assert report.count == balance.rostered
            assert len(computed[Which.WITHOUT_RECORD]) == balance.open + balance.dismissed
            raise Undone
    except Undone:
        pass


def test_schools_pathways_and_grades_narrow_the_lists_and_the_balance(
    cottonwood: District_, elsewhere: District_
) -> None:
    first, two = (
        cottonwood.student("999000701", "Abbott"),
        cottonwood.student("999000702", "Baker", enrolled=False),
    )
    cottonwood.enroll(two, grade="09")
    cottonwood.roster(first, HEALTH)
    cottonwood.roster(two, BUSINESS)
    elsewhere.roster(elsewhere.student("999000703"), HEALTH)
    assert [line.student.pk for line in lines(cottonwood)] == [first.pk, two.pk]
    business = Pathway.objects.get(name=BUSINESS).pk
    for narrowed, whom in (
        ({"grade": "9"}, [two.pk]),
        ({"pathway": business}, [two.pk]),
        ({"school": cottonwood.school.pk, "grade": "12"}, [first.pk]),
    ):
        assert [line.student.pk for line in lines(cottonwood, **narrowed)] == whom
        assert Worklist(cottonwood.scope, **narrowed).balance().rostered == 1
    assert lines(cottonwood, school=elsewhere.school.pk) == []


def test_who_was_put_off_last_year_or_left_is_not_on_the_list(
    cottonwood: District_, kayla: Student
) -> None:
    last_year(cottonwood, kayla)
    assert [line.pair[0] for line in lines(cottonwood, Which.NOTHING_NOW)] == [kayla.pk]
    kayla.enrollments.all().delete()
    assert lines(cottonwood, Which.NOTHING_NOW) == []


# --- create with these credits


def test_a_record_is_created_with_the_transcripts_credits_else_with_the_courses(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.roster(kayla, HEALTH, number="100", credits="1.00", credits_earned=Decimal("1.50"))
    cottonwood.roster(kayla, HEALTH, number="101", credits="0.50")
    last_year(cottonwood, kayla, BUSINESS, single_parent=True)
    (line,) = lines(cottonwood)
    assert (line.credits, line.transcript) == (Decimal("2.00"), None)
    (answer,) = decisions.create(cottonwood.scope, seen(line), by=CLERK)
    record = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    assert answer.done and (
        record.in_district_credits,
        record.total_credits,
        record.concentrator,
    ) == (2, 2, True)
    assert record.single_parent, "the student's answer, as on the other pathway"
    assert (record.start_date, record.modified_by) == (datetime.date(2024, 8, 21), CLERK)
    assert (
        Change.objects.get(student_id=kayla.pk, pathway_id=record.pathway_id).source
        == Change.Source.FORM
    )
    assert lines(cottonwood) == []


def test_below_two_credits_no_concentrator_is_proposed(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.roster(kayla, HEALTH, credits_earned=Decimal("1.99"))
    decisions.create(cottonwood.scope, seen(*lines(cottonwood)), by=CLERK)
    assert not Participation.objects.get().concentrator


def test_a_refused_line_says_why_and_does_not_hold_up_the_others(cottonwood: District_) -> None:
    for number, pathway in enumerate((HEALTH, FINANCE, BUSINESS, FINANCE)):
        cottonwood.roster(cottonwood.student(f"99900070{number}", f"Name{number}"), pathway)
    answers = decisions.create(cottonwood.scope, seen(*lines(cottonwood)), by=CLERK)
    assert [answer.done for answer in answers] == [True, False, True, False]
    assert "Finance is not approved for this district" in answers[1].sentence
    assert Participation.objects.count() == 2
    assert {line.pathway.name for line in lines(cottonwood)} == {FINANCE}


def test_credits_that_changed_since_they_were_seen_are_not_entered(
    cottonwood: District_, kayla: Student
) -> None:
    roster = cottonwood.roster(kayla, HEALTH)
    before = seen(*lines(cottonwood))
    roster.credits_earned = Decimal("1.00")
    roster.save()
    (answer,) = decisions.create(cottonwood.scope, before, by=CLERK)
    assert not answer.done and "changed to 1.00 after you opened the page" in answer.sentence
    assert not Participation.objects.exists()


def test_a_double_click_finds_its_work_done_and_another_clerk_is_named(
    cottonwood: District_, kayla: Student
) -> None:
    """M-13: by the account; another clerk of the same name is another one."""
    cottonwood.roster(kayla, HEALTH)
    chosen = seen(*lines(cottonwood))
    first, second = (
        decisions.create(cottonwood.scope, chosen, by=CLERK, by_id=1)[0] for _ in range(2)
    )
    assert first.done and second.done and Change.objects.count() == 1
    (third,) = decisions.create(cottonwood.scope, chosen, by=CLERK, by_id=2)
    assert not third.done and CLERK in third.sentence


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_four_clerks_at_once_create_each_record_once(
    opi_reference: None, cottonwood: District_
) -> None:
    for number in range(5):
        cottonwood.roster(cottonwood.student(f"99900070{number}", f"Name{number}"), HEALTH)
    chosen, together, answers = seen(*lines(cottonwood)), threading.Barrier(4), []

    def clerk(name: str, key: int) -> None:
        try:
            together.wait()
            created = decisions.create(cottonwood.scope, chosen, by=name, by_id=key)
            answers.append(sum(answer.done for answer in created))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no outcome a clerk may see
            answers.append(repr(error))
        finally:
            connections.close_all()

    # A clerk who comes late must not take another's records for her own: each has a key.
    threads = [
        threading.Thread(target=clerk, args=(f"CLERK, {letter}", key))
        for key, letter in enumerate("ABCD", 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answers) == 5, answers
    assert Participation.objects.count() == Change.objects.count() == 5


# --- not CTE, later, and back


def test_a_decision_needs_a_reason_but_for_later_and_can_be_taken_back(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.roster(kayla, HEALTH)
    (later,) = decisions.decide(
        cottonwood.scope, seen(*lines(cottonwood)), Choice.LATER, reason="", by=CLERK
    )
    assert (
        later.done
        and Worklist(cottonwood.scope).balance().later
        == 1
        == Worklist(cottonwood.scope).balance().open
    )
    (put_off,) = lines(cottonwood, show=Show.LATER)
    (done,) = decisions.decide(
        cottonwood.scope, seen(put_off), Choice.NOT_CTE, reason="An elective.", by=OTHER
    )
    assert done.done and Worklist(cottonwood.scope).balance().dismissed == 1
    (dismissed,) = lines(cottonwood, show=Show.DISMISSED)
    assert dismissed.decision and (dismissed.decision.by, dismissed.decision.reason) == (
        OTHER,
        "An elective.",
    )
    (back,) = decisions.take_back(cottonwood.scope, seen(dismissed), by=CLERK)
    assert back.done and len(lines(cottonwood)) == 1 and not RosterDecision.objects.exists()


def test_the_second_of_two_clerks_is_told_what_the_first_decided(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.roster(kayla, HEALTH)
    chosen = seen(*lines(cottonwood))
    decisions.decide(cottonwood.scope, chosen, Choice.NOT_CTE, reason="An elective.", by=CLERK)
    (again,) = decisions.decide(
        cottonwood.scope, chosen, Choice.NOT_CTE, reason="An elective.", by=CLERK
    )
    assert again.done, "a double click"
    (other,) = decisions.decide(cottonwood.scope, chosen, Choice.LATER, reason="", by=OTHER)
    assert (
        not other.done and other.sentence == f"{CLERK} already decided this. Not CTE: An elective."
    )
    assert RosterDecision.objects.get().choice == Choice.NOT_CTE
    assert not decisions.create(cottonwood.scope, chosen, by=OTHER)[0].done
    (stale,) = decisions.take_back(cottonwood.scope, chosen, by=OTHER)
    assert not stale.done and RosterDecision.objects.exists(), "seen without the decision"


def test_not_cte_is_never_said_of_a_record(cottonwood: District_, kayla: Student) -> None:
    cottonwood.roster(kayla, HEALTH)
    chosen = seen(*lines(cottonwood))
    cottonwood.record(kayla, HEALTH)
    (answer,) = decisions.decide(
        cottonwood.scope, chosen, Choice.NOT_CTE, reason="An elective.", by=CLERK
    )
    assert not answer.done and not RosterDecision.objects.exists()


@pytest.mark.parametrize("do", ["create", "later", "back"])
def test_a_locked_collection_and_another_year_refuse_with_the_reason(
    cottonwood: District_, kayla: Student, do: str
) -> None:
    cottonwood.roster(kayla, HEALTH)
    chosen = seen(*lines(cottonwood))

    def carry_out(scope: Any) -> list[str]:
        try:
            if do == "create":
                return [entry.sentence for entry in decisions.create(scope, chosen, by=CLERK)]
            if do == "later":
                return [
                    entry.sentence
                    for entry in decisions.decide(scope, chosen, Choice.LATER, reason="", by=CLERK)
                ]
            return [entry.sentence for entry in decisions.take_back(scope, chosen, by=CLERK)]
        except ledger.NotApplied as refusal:
            return [refusal.sentence]

    assert "can only be read" in carry_out(type(cottonwood.scope)("9012", 2024))[0]
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since=datetime.datetime(2025, 6, 12, tzinfo=datetime.UTC),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    assert "Certified." in carry_out(cottonwood.scope)[0]
    assert not Participation.objects.exists() and not RosterDecision.objects.exists()
