"""R-FUP-01 and R-FUP-09 over generated districts: the list is what a count in plain Python makes of
the sealed text and the enrollments, and the rates are what it makes of the answers given.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.models import SealedCopy
from certification.signing import sealing
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.rates import Rates
from pathways.follow_up.workbench.call_list import CallLines, Narrowing
from pathways.ledger import canonical
from pathways.models import (
    Calendar,
    Enrollment,
    FollowUpEntry,
    FollowUpPathway,
    FollowUpYear,
    School,
)
from tests.fixtures.records import BUSINESS, HEALTH
from tests.pathways.follow_up.leavers import Leavers

FAMILIES = {"400": "graduate", "410": "graduate", "300": "dropout", "340": "dropout"}
FIRST, LAST = datetime.date(2023, 7, 1), datetime.date(2024, 6, 30)
REFRESHED_UNTIL = datetime.date(2024, 11, 15)
DAYS = [
    datetime.date(2023, 6, 30),
    datetime.date(2023, 7, 1),
    datetime.date(2024, 1, 16),
    datetime.date(2024, 6, 30),
    datetime.date(2024, 7, 1),
]
LEFT = st.tuples(
    st.just("P"), st.sampled_from(DAYS[1:4]), st.sampled_from(["400", "410", "300", "340"])
)
ANY = st.tuples(
    st.sampled_from(["P", "P", "S", "N", "O"]),
    st.sampled_from([None, *DAYS]),
    st.sampled_from(["400", "410", "300", "340", "110", ""]),
)
ENROLLMENTS = st.lists(LEFT, min_size=1, max_size=1) | st.lists(
    LEFT | ANY, min_size=1, max_size=3, unique_by=lambda row: row[:2]
)
SAYS = st.sampled_from([True, True, True, False])
STUDENTS = st.tuples(
    ENROLLMENTS,
    st.dictionaries(st.sampled_from([HEALTH, BUSINESS]), SAYS, min_size=1, max_size=2)
    | st.just({}),
    st.sampled_from([None, None, None, datetime.date(2024, 9, 3), datetime.date(2024, 12, 2)]),
    st.sampled_from([[], [""], ["06"], ["", "06"], ["01"], ["", "", "04"], ["06", "01"], ["", ""]]),
    st.sampled_from([False, False, False, True]),
    st.booleans(),
)
"""Most have left, so that there is somebody to count; whoever has not is any other student."""
NOBODY = Rates(0, 0, 0, 0)
PLACED, ANSWERED = {"01", "04"}, {"01", "04", "06"}
CALLED = datetime.date(2024, 11, 5)


def by_hand(copy: SealedCopy) -> dict[str, tuple[str, datetime.date, frozenset[str]]]:
    """Exit, its day and the pathways by State ID, read from the sealed text and the enrollments."""
    pathways: dict[str, set[str]] = {}
    text = b"\n".join(sealing.text_of(copy)).decode().split("\n")
    head = next(at for at, line in enumerate(text) if line.startswith("records "))
    for line in text[head + 1 : head + 1 + int(text[head].split()[1])]:
        cells = dict(zip(canonical.COLUMNS, line.split("\t"), strict=True))
        if cells["concentrator"] == "t":
            pathways.setdefault(cells["state_id"], set()).add(cells["pathway_name"])
    rows: dict[str, list[Enrollment]] = {}
    for enrollment in Enrollment.objects.select_related("student", "calendar"):
        rows.setdefault(enrollment.student.state_id, []).append(enrollment)
    leavers = {}
    for state_id, names in pathways.items():
        own = [
            row
            for row in rows[state_id]
            if row.calendar.school_year_id == 2024
            and row.service_type in "PSN"
            and (row.end_date is None or row.end_date >= FIRST)
        ]
        primary = [row for row in own if row.service_type == "P"]
        ended = [row for row in own if row.end_date]
        if any(row.end_date is None for row in primary) or not (primary or ended):
            continue
        row = max(primary or ended, key=lambda row: (row.end_date, row.start_date, row.pk))
        family = FAMILIES.get(row.end_status)
        if family is None or not FIRST <= row.end_date <= LAST:
            continue
        returned = any(
            later.calendar.school_year_id == 2025
            and row.end_date < later.start_date <= REFRESHED_UNTIL
            for later in rows[state_id]
        )
        if family == "graduate" or not returned:
            leavers[state_id] = (family, row.end_date, frozenset(names))
    return leavers


Called = tuple[list[str], bool, bool]
"""What a student answered at each attempt, empty where nobody was reached, whether OPI counts the
student elsewhere, and whether it is a student of the second school.
"""
CALLERS = ("MARTIN, CHERYL", "KELLER, DANIEL")
"""Who take turns at each student."""


def rates_by_hand(calls: list[Called]) -> Rates:
    counted = [
        set(answers) if answers else None for answers, is_elsewhere, _ in calls if not is_elsewhere
    ]
    tried = [answers for answers in counted if answers is not None]
    placed = sum(bool(answers & PLACED) for answers in tried)
    return Rates(
        len(tried), sum(bool(answers & ANSWERED) for answers in tried), placed, len(counted)
    )


def call(leavers: Leavers, calls: dict[str, Called]) -> None:
    """Those on the list are called as often as they are."""
    entries = FollowUpEntry.objects.in_scope(leavers.scope).on_list()
    for entry in entries.select_related("student"):
        answers, is_elsewhere, _ = calls[entry.student.state_id]
        last = 0
        for turn, status in enumerate(answers):
            attempt = Try(date=CALLED, means="phone", status=status, seen=last)
            author: Any = {"by": CALLERS[turn % 2], "by_id": turn % 2 + 1}
            last = attempts.record(leavers.scope, entry.pk, attempt, **author).attempt.pk
        FollowUpEntry.objects.filter(pk=entry.pk).update(counted_elsewhere=is_elsewhere)


def judge(students: list[Any], leavers: Leavers, met: Counter[str]) -> None:
    """One world; `met` counts what it had."""
    FollowUpYear.objects.filter(pk=2024).update(
        opens="2024-11-01", refreshed_until=REFRESHED_UNTIL, closes="2024-12-31"
    )
    second = Calendar.objects.create(
        school=School.objects.create(
            district=leavers.district.district, number="0002", name="Second High School"
        ),
        school_year_id=2024,
        number="001",
    )
    places = (leavers.district.calendars[2024], second)
    calls = {}
    for number, (enrollments, pathways, later, *called) in enumerate(students):
        calls[f"9990003{number:02d}"] = tuple(called)
        student = leavers.student(f"9990003{number:02d}")
        for place, (service_type, end_date, end_status) in enumerate(enrollments):
            leavers.leave(
                student,
                end_status,
                end_date,
                service_type=service_type,
                calendar=places[called[2]],
                start_date=datetime.date(2023, 6, 1) + datetime.timedelta(days=place),
            )
        for pathway, concentrator in pathways.items():
            leavers.concentrate(student, pathway, concentrator=concentrator)
        if later:
            leavers.district.enroll(student, 2025, start_date=later)
    copy = leavers.seal()
    follow_up_list(leavers.scope)
    entries = FollowUpEntry.objects.in_scope(leavers.scope).on_list()
    drawn = {
        entry.student.state_id: (
            entry.exit,
            entry.exit_date,
            frozenset(FollowUpPathway.objects.filter(entry=entry).values_list("name", flat=True)),
        )
        for entry in entries.select_related("student")
    }
    expected = by_hand(copy)
    assert drawn == expected
    call(leavers, calls)
    lines = CallLines(leavers.scope, Narrowing())
    assert lines.rates == rates_by_hand([calls[state_id] for state_id in expected])
    by_pathway = {group.name: group.rates for group in lines.groups()["pathway"]}
    for name in (HEALTH, BUSINESS):
        own = [calls[state_id] for state_id, row in expected.items() if name in row[2]]
        counted = rates_by_hand(own)
        assert by_pathway.get(name, NOBODY) == counted
    everybody = [calls[state_id] for state_id in expected]
    by_school = {group.name: group.rates for group in lines.groups()["school"]}
    for is_second, place in enumerate(places):
        own = [row for row in everybody if row[2] == bool(is_second)]
        assert by_school.get(place.school.name, NOBODY) == rates_by_hand(own)
    by_caller = {group.name: group.rates for group in lines.groups()["caller"]}
    for turn, name in enumerate(CALLERS):
        own = [row for row in everybody if len(row[0]) > turn]
        assert by_caller.get(name, NOBODY) == rates_by_hand(own)
    for state_id, (family, *_) in expected.items():
        answers, is_elsewhere, is_second = calls[state_id]
        met["leavers"] += 1
        met[family] += 1
        met["placed"] += bool(set(answers) & PLACED)
        met["answered, not placed"] += bool(set(answers) & ANSWERED) and not set(answers) & PLACED
        met["tried in vain"] += bool(answers) and not set(answers) & ANSWERED
        met["counted elsewhere"] += is_elsewhere
        met["second school"] += is_second
        met["second caller"] += len(answers) > 1


@pytest.mark.django_db(databases=["default", "state"])
def test_list_and_rates_are_what_sealed_text_enrollments_and_answers_make(
    leavers: Leavers,
) -> None:
    met: Counter[str] = Counter()

    @settings(
        max_examples=25,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(students=st.lists(STUDENTS, min_size=5, max_size=8))
    def in_each_world(students: list[Any]) -> None:
        with transaction.atomic():
            judge(students, leavers, met)
            transaction.set_rollback(True)

    in_each_world()
    assert len(met) == 9 and min(met.values()) >= 2, f"that proves little: {met}"
