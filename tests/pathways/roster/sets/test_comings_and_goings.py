"""What a year brings, as files tell it: who leaves, returns, moves, repeats a grade, is
at two schools, or graduates in summer.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from pathways.models import District, Enrollment, Participation, Roster, SchoolYear, Student
from tests.pathways.roster.conftest import (
    ALL,
    ENROLLMENTS,
    ROSTERS,
    STUDENTS,
    Desk,
    counts,
    record,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])

TITLE = ENROLLMENTS.splitlines()[0]
JOSE = "999000002"


@pytest.fixture
def started(desk: Desk) -> Desk:
    desk.send(zipped(ALL))
    return desk


def send(desk: Desk, *rows: str) -> dict[str, int]:
    return counts(desk.send("\n".join([TITLE, *rows]) + "\n"), "Enrollment")


def enrollments(state_id: str = JOSE) -> list[tuple[str, str, str, str]]:
    """School, service, start and end."""
    rows = Enrollment.objects.filter(student__state_id=state_id).order_by("start_date", "pk")
    return [
        (
            row.calendar.school.number,
            row.service_type,
            f"{row.start_date:%m/%d/%Y}",
            f"{row.end_date:%m/%d/%Y} {row.end_status}" if row.end_date else "",
        )
        for row in rows.select_related("calendar__school")
    ]


def test_who_withdraws_and_returns_has_two_enrollments_and_keeps_the_record(started: Desk) -> None:
    record(started, JOSE)
    left = f"0001,001,2025,{JOSE},P,11,08/21/2024,01/10/2025,310"
    assert send(started, left)["changed"] == 1
    back = f"0001,001,2025,{JOSE},P,11,03/03/2025,,"
    assert send(started, left, back)["new"] == 1
    assert enrollments() == [
        ("0001", "P", "08/21/2024", "01/10/2025 310"),
        ("0001", "P", "03/03/2025", ""),
    ]
    assert send(started, back)["unchanged"] == 1, "the first one is absent, and stays ended"
    assert Participation.objects.in_scope(started.scope).count() == 1
    assert counts(started.send(ROSTERS), "Roster")["unchanged"] == 2, "a seat stays a seat"


def test_who_moves_within_the_state_is_each_districts_own(started: Desk) -> None:
    """The new district knows nothing of the old one's student, and neither touches the other's."""
    old = District.objects.create(number="9020", name="Elsewhere")
    left = Student.objects.create(
        district=old,
        state_id="999000050",
        last_name="Mover",
        first_name="Mo",
        birth_date="2008-05-05",
        gender="M",
    )
    title = STUDENTS.splitlines()[0]
    batch = started.send(f"{title}\n999000050,,Mover,Mo,,05/05/2008,M\n")
    assert counts(batch, "Student")["new"] == 1
    send(started, "0001,001,2025,999000050,P,11,11/04/2024,,")
    assert Student.objects.filter(state_id="999000050").count() == 2
    assert enrollments("999000050") == [("0001", "P", "11/04/2024", "")]
    assert not left.enrollments.exists()


def test_who_is_at_two_schools_has_two_enrollments(started: Desk) -> None:
    rows = [
        f"{school},001,2025,{JOSE},{service},11,08/21/2024,,"
        for school, service in (("0001", "P"), ("0002", "S"))
    ]
    assert send(started, *rows)["new"] == 1
    assert enrollments() == [("0001", "P", "08/21/2024", ""), ("0002", "S", "08/21/2024", "")]
    assert send(started, *rows[::-1])["unchanged"] == 2


def test_who_graduates_in_summer_ends_after_the_last_day_of_school(started: Desk) -> None:
    """Summer completers count until the day before the next year begins."""
    record(started, "999000001")
    row = "0001,001,2025,999000001,P,12,08/21/2024,{},400"
    assert send(started, row.format("06/30/2025"))["changed"] == 1
    assert send(started, row.format("08/15/2025"))["changed"] == 1
    assert enrollments("999000001")[0][3] == "08/15/2025 400"
    assert Participation.objects.in_scope(started.scope).count() == 1


def test_who_repeats_a_grade_goes_on_with_the_record(started: Desk) -> None:
    """The next year's enrollment has the same grade; last year's stays what it was."""
    record(started, JOSE)
    SchoolYear.objects.update(is_active=False)
    SchoolYear.objects.update_or_create(
        end_year=2026,
        defaults={"starts": "2025-07-01", "ends": "2026-06-30", "is_active": True},
    )
    desk = Desk(started.clerk, started.scope.__class__("0965", 2026))
    desk.send(ALL["schools"].replace(",2025", ",2026"))
    assert send(desk, f"0001,001,2026,{JOSE},P,11,08/20/2025,,")["new"] == 1
    own = Enrollment.objects.filter(student__state_id=JOSE).order_by("start_date")
    assert list(own.values_list("calendar__school_year", "grade", "end_date")) == [
        (2025, "11", None),
        (2026, "11", None),
    ]
    assert Participation.objects.in_scope(desk.scope).count() == 1


def test_who_stands_in_a_section_by_two_enrollments_is_one_row_of_the_file(started: Desk) -> None:
    """The line that came first is the one that counts."""
    first = Roster.objects.get(enrollment__student__state_id="999000001")
    again = Enrollment.objects.get(pk=first.enrollment_id)
    again.pk, again.service_type = None, "S"
    again.save(force_insert=True)
    second = Roster.objects.create(section=first.section, enrollment=again)
    titles, line = ROSTERS.splitlines()[:2]
    counted = counts(started.send(f"{titles}\n{line}0.50\n"), "Roster")
    assert (counted["read"], counted["changed"], counted["new"]) == (1, 1, 0)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.credits_earned, second.credits_earned) == (Decimal("0.50"), None)
