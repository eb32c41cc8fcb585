"""The number of open lines that every page shows is kept, and follows whatever it depends on."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pathways.ledger import locks, position
from pathways.ledger.kept import FRESH, is_fresh
from pathways.ledger.position import settled_position
from pathways.models import Enrollment, Roster, SchoolYear, Student
from pathways.records import entry
from pathways.roster import decisions, editing
from pathways.roster.decisions import Seen
from pathways.roster.editing import RowEdit
from pathways.roster.shape import Shape
from pathways.roster.shapes import COURSE, ENROLLMENT, ROSTER, STUDENT
from pathways.roster.worklist.balance import Balance, kept_balance
from pathways.roster.worklist.which import Choice, Which
from pathways.roster.worklist.worklist import Worklist
from tests.fixtures.records import BUSINESS, HEALTH, District_, row

CLERK = "MARTIN, CHERYL"


def kept(district: District_) -> Balance:
    """As the badge of a new page says it; right, whatever was kept."""
    balance = kept_balance(district.scope, {})
    assert balance == Worklist(district.scope).balance()
    return balance


def seen(district: District_, *, choice: str = "") -> list[Seen]:
    worklist = Worklist(district.scope)
    pairs = worklist.everything(Which.WITHOUT_RECORD).values()
    lines = worklist.lines(pair for several in pairs for pair in several)
    return Seen.read(line.token for line in lines if line.choice == choice)


def own(student: Student) -> Enrollment:
    return Enrollment.objects.get(student=student)


def change(
    district: District_, shape: Shape, row: int | None, *, is_removed: bool = False, **to: Any
) -> None:
    version = editing.version_of(shape, row) if row else 0
    edit = RowEdit(to, row, version, is_removed=is_removed)
    editing.write(district.scope, [(shape, edit)], by=CLERK)


def test_a_page_does_not_count_again_while_nothing_moves(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.roster(kayla, HEALTH)
    assert kept(cottonwood).open == 1
    with CaptureQueriesContext(connection) as queries:
        assert kept_balance(cottonwood.scope, {}).open == 1
    (position,) = [query["sql"] for query in queries.captured_queries]
    assert "GROUP BY" not in position, "the district is compared row by row, on every page"


def test_the_figure_follows_every_change_that_the_portal_writes(
    cottonwood: District_, elsewhere: District_, kayla: Student
) -> None:
    """FR-216. Each step is one input of the figure; `kept` compares it with a new count."""
    line, scope = cottonwood.roster(kayla, HEALTH), cottonwood.scope
    other = cottonwood.student("999000124", "Other")
    assert kept(cottonwood).open == 1
    change(
        cottonwood,
        ROSTER,
        None,
        section_id=line.section_id,
        enrollment_id=own(other).pk,
        credits_earned=None,
    )
    assert kept(cottonwood).open == 2
    change(cottonwood, COURSE, line.section.course_id, pathway_id=None)
    assert kept(cottonwood).open == 0
    change(cottonwood, COURSE, line.section.course_id, pathway_id=line.section.course.pathway_id)
    assert kept(cottonwood).open == 2
    change(cottonwood, ENROLLMENT, own(other).pk, service_type="O")
    assert kept(cottonwood).open == 1
    change(cottonwood, ENROLLMENT, own(other).pk, service_type="S")
    assert kept(cottonwood).open == 2

    decisions.decide(scope, seen(cottonwood), Choice.LATER, reason="", by=CLERK)
    assert (kept(cottonwood).later, kept(cottonwood).open) == (2, 2)
    decisions.decide(
        scope, seen(cottonwood, choice="later")[:1], Choice.NOT_CTE, reason="Elective.", by=CLERK
    )
    assert (kept(cottonwood).dismissed, kept(cottonwood).later) == (1, 1)
    Student.objects.filter(pk=kayla.pk).update(state_id="999000999")
    change(cottonwood, STUDENT, kayla.pk, local_id="7")
    assert kept(cottonwood).open == 2, "a decision names the State ID"
    Student.objects.filter(pk=kayla.pk).update(state_id="999000123")
    change(cottonwood, STUDENT, kayla.pk, local_id="8")
    for choice in ("later", "not-cte"):
        decisions.take_back(scope, seen(cottonwood, choice=choice), by=CLERK)
        kept(cottonwood)
    assert (kept(cottonwood).open, kept(cottonwood).later) == (2, 0)

    record = entry.save(scope, [row(kayla, HEALTH)], by=CLERK)
    assert record and (kept(cottonwood).recorded, kept(cottonwood).open) == (1, 1)
    change(cottonwood, ENROLLMENT, own(other).pk, end_date=own(other).start_date, end_status="400")
    assert kept(cottonwood).open == 1
    year = SchoolYear.objects.get(end_year=2025)
    for starts, number in ((datetime.date(2024, 8, 22), 0), (year.starts, 1)):
        SchoolYear.objects.filter(end_year=2025).update(starts=starts)
        assert kept(cottonwood).open == number, "an enrollment that ended before the first day"

    change(cottonwood, ROSTER, Roster.objects.get(enrollment__student=other).pk, is_removed=True)
    assert kept(cottonwood).open == 0
    elsewhere.roster(elsewhere.student("999000125"), BUSINESS)
    assert kept(cottonwood).rostered == 1 and kept(elsewhere).open == 1


def test_rows_added_by_sql_count_within_minutes(
    cottonwood: District_, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As *Not yet sent* does, whose rows are compared as often."""
    cottonwood.roster(kayla, HEALTH)
    assert kept(cottonwood).open == 1
    Roster.objects.all().delete()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + FRESH + 1)
    assert kept(cottonwood).open == 0


def counted_again(district: District_) -> bool:
    with CaptureQueriesContext(connection) as queries:
        assert kept_balance(district.scope, {}).open == 1
    return any("has_record" in query["sql"] for query in queries.captured_queries)


def test_only_a_record_that_comes_or_goes_is_counted_again(
    cottonwood: District_, kayla: Student
) -> None:
    """After each save of a clerk the next page of everybody in the district counted 13,000."""
    cottonwood.roster(kayla, HEALTH)
    record = cottonwood.record(kayla, BUSINESS)
    assert counted_again(cottonwood) and not counted_again(cottonwood)
    for version in (1, 2):
        cottonwood.record(kayla, BUSINESS, version=version, in_district_credits=f"{version}.25")
        assert not counted_again(cottonwood)
    record.refresh_from_db()
    entry.delete(cottonwood.scope, record, version=record.version, by=CLERK)
    assert counted_again(cottonwood)
    cottonwood.record(kayla, HEALTH)
    assert (kept(cottonwood).recorded, kept(cottonwood).open) == (1, 0)


def test_a_save_has_the_students_without_a_record_not_looked_for_again(
    cottonwood: District_, kayla: Student
) -> None:
    """A clerk's save of another record left the list that the worklist opens with to be made anew."""
    cottonwood.roster(kayla, HEALTH)
    cottonwood.record(kayla, BUSINESS)
    whole = Worklist(cottonwood.scope)
    recent = Worklist(cottonwood.scope, since=datetime.date(2025, 1, 1))

    def made_again(worklist: Worklist, which: Which) -> tuple[bool, bool]:
        """The list when it is shown, and its number when another one is."""
        again = []
        for kept_as in (worklist.kept_everything, worklist.kept_counts):
            with CaptureQueriesContext(connection) as queries:
                kept_as(which, {})
            again.append(any("taught" in query["sql"] for query in queries.captured_queries))
        as_list, as_number = again
        return as_list, as_number

    lists = [(whole, Which.WITHOUT_RECORD), (recent, Which.WITHOUT_RECORD), (whole, Which.UNLIKE)]
    for worklist, which in lists:
        assert made_again(worklist, which) == (True, True)
        assert made_again(worklist, which) == (False, False)
    cottonwood.record(kayla, BUSINESS, version=1, in_district_credits="1.25")
    assert [made_again(worklist, which) for worklist, which in lists] == [
        (False, False),
        (True, True),  # it shows students by the day on which a record was changed
        (True, True),
    ]
    assert sum(whole.kept_counts(Which.WITHOUT_RECORD, {}).values()) == 1
    cottonwood.record(kayla, HEALTH)
    assert sum(whole.kept_counts(Which.WITHOUT_RECORD, {}).values()) == 0
    assert not any(whole.kept_everything(Which.WITHOUT_RECORD, {}).values())


@contextmanager
def held(number: int, *, exclusive: bool) -> Iterator[None]:
    """A district that another connection is writing."""
    parameters = connection.get_connection_params()
    with psycopg.connect(**parameters) as writer:
        way = "" if exclusive else "_shared"
        writer.execute(f"SELECT pg_advisory_xact_lock{way}(%s, %s)", [locks.ADVISORY_LOCK, number])
        yield


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("exclusive", [False, True])
def test_nothing_is_kept_while_somebody_writes_who_may_commit_an_earlier_line(
    cottonwood: District_, kayla: Student, exclusive: bool
) -> None:
    """Two clerks save at once; the second one's line is older, and comes after the count."""
    cottonwood.roster(kayla, HEALTH)
    with held(9012, exclusive=exclusive):
        assert settled_position(cottonwood.scope, {}) is None
        assert counted_again(cottonwood) and counted_again(cottonwood)
    assert counted_again(cottonwood) and not counted_again(cottonwood)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_what_is_minutes_old_is_counted_once_however_many_write(
    cottonwood: District_, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty clerks in one district are never all silent: each page counted again."""
    cottonwood.roster(kayla, HEALTH)
    assert counted_again(cottonwood)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + FRESH + 1)
    monkeypatch.setattr(position, "is_written", lambda scope: True)
    assert counted_again(cottonwood) and not counted_again(cottonwood)
    cottonwood.record(kayla, BUSINESS)
    assert counted_again(cottonwood) and counted_again(cottonwood)


def test_what_another_version_of_the_portal_kept_is_not_read(
    cottonwood: District_, kayla: Student, settings: Any
) -> None:
    """After an upgrade it may have a shape that the new version does not know."""
    cottonwood.roster(kayla, HEALTH)
    assert counted_again(cottonwood) and not counted_again(cottonwood)
    settings.PORTAL_VERSION = "0.0.1"
    assert counted_again(cottonwood) and not counted_again(cottonwood)


def test_what_was_counted_in_one_second_is_not_all_counted_anew_in_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two hundred districts at work were counted within seconds, and five minutes later again: each
    time their pages took seconds.
    """
    begun = 1_000_000
    counted_at = [begun + place / 200 for place in range(200)]

    def fresh_after(seconds: float) -> int:
        monkeypatch.setattr(time, "time", lambda: begun + seconds)
        return sum(map(is_fresh, counted_at))

    assert fresh_after(FRESH / 2 - 1) == 200
    assert 90 <= fresh_after(FRESH * 0.75) <= 110
    assert fresh_after(FRESH + 1) == 0
    assert fresh_after(-FRESH) == 0, "counted by a clock that was set back since"
