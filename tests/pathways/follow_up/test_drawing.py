"""The list of a year's leavers is drawn from its sealed copy and the enrollments that ended."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pathways.follow_up.drawing import follow_up_list
from pathways.models import (
    Attempt,
    CollectionLock,
    DrawnList,
    Enrollment,
    FollowUpEntry,
    FollowUpPathway,
    FollowUpYear,
    Participation,
    StudentChange,
)
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.together import Together
from tests.pathways.blocks import (
    BlocksOfStagedRows,
    forget_statistics,
    is_postgresql,
    watched,
)
from tests.pathways.follow_up.leavers import DROPPED_OUT, GRADUATED, Leavers, open_list


def drawn(leavers: Leavers) -> DrawnList:
    answer = follow_up_list(leavers.scope)
    assert answer is not None
    return answer


def on_list(leavers: Leavers) -> list[str]:
    entries = FollowUpEntry.objects.in_scope(leavers.scope).on_list()
    return sorted(entries.values_list("student__state_id", flat=True))


def gone(leavers: Leavers) -> dict[str, str]:
    entries = FollowUpEntry.objects.in_scope(leavers.scope).no_longer_on_list()
    return dict(entries.values_list("student__state_id", "left_reason"))


def test_a_concentrator_who_left_stands_on_one_line_with_all_pathways(leavers: Leavers) -> None:
    """R-FUP-01."""
    student = leavers.leaver("999000123", HEALTH, BUSINESS)
    copy = leavers.seal()
    assert drawn(leavers).receipt == copy.receipt
    entry = FollowUpEntry.objects.get()
    assert (entry.student_id, entry.exit, entry.end_status) == (student.pk, "graduate", "400")
    assert (entry.receipt, entry.reason) == (copy.receipt, "Graduated on 05/25/2024")
    assert entry.school == leavers.district.school
    assert [pathway.name for pathway in entry.pathways.all()] == [BUSINESS, HEALTH]


def test_a_dropout_is_told_from_a_graduate(leavers: Leavers) -> None:
    leavers.leaver("999000123", end_status=DROPPED_OUT)
    leavers.seal()
    drawn(leavers)
    entry = FollowUpEntry.objects.get()
    assert (entry.exit, entry.reason) == ("dropout", "Dropped out on 05/25/2024")


def test_who_is_not_a_concentrator_of_the_sealed_copy_is_not_on_the_list(
    leavers: Leavers,
) -> None:
    """A later change of the record moves nothing: the sealed copy decides."""
    leavers.leaver("999000123")
    participant = leavers.student("999000124", "Baker")
    leavers.leave(participant)
    leavers.concentrate(participant, concentrator=False)
    leavers.seal()
    Participation.objects.filter(student=participant).update(concentrator=True)
    drawn(leavers)
    assert on_list(leavers) == ["999000123"]


@pytest.mark.parametrize(
    ("end_date", "end_status"),
    [
        (None, ""),
        (datetime.date(2024, 5, 25), "110"),
        (datetime.date(2024, 7, 1), GRADUATED),
    ],
)
def test_who_did_not_leave_in_the_year_is_not_on_the_list(
    leavers: Leavers, end_date: datetime.date | None, end_status: str
) -> None:
    student = leavers.student("999000123")
    leavers.leave(student, end_status, end_date)
    leavers.concentrate(student)
    leavers.seal()
    drawn(leavers)
    assert on_list(leavers) == []


@pytest.mark.parametrize("end_date", [datetime.date(2023, 8, 21), datetime.date(2024, 6, 30)])
def test_the_first_and_the_last_day_of_the_year_count(
    leavers: Leavers, end_date: datetime.date
) -> None:
    student = leavers.student("999000123")
    leavers.leave(student, GRADUATED, end_date)
    leavers.concentrate(student)
    leavers.seal()
    drawn(leavers)
    assert on_list(leavers) == ["999000123"]


def test_an_open_primary_enrollment_decides_over_a_partial_one_that_ended(
    leavers: Leavers,
) -> None:
    student = leavers.student("999000123")
    leavers.leave(student, end_date=None)
    leavers.leave(student, GRADUATED, service_type="S")
    leavers.concentrate(student)
    leavers.seal()
    drawn(leavers)
    assert on_list(leavers) == []


def test_a_primary_enrollment_that_ended_decides_over_an_open_partial_one(
    leavers: Leavers,
) -> None:
    student = leavers.student("999000123")
    leavers.leave(student, DROPPED_OUT)
    leavers.leave(student, end_date=None, service_type="S")
    leavers.concentrate(student)
    leavers.seal()
    drawn(leavers)
    assert on_list(leavers) == ["999000123"]


def test_of_two_primary_enrollments_the_last_one_decides(leavers: Leavers) -> None:
    student = leavers.student("999000123")
    leavers.leave(student, DROPPED_OUT, datetime.date(2023, 11, 1))
    leavers.leave(student, "110", start_date=datetime.date(2024, 1, 8))
    leavers.concentrate(student)
    leavers.seal()
    drawn(leavers)
    assert on_list(leavers) == []


def test_without_a_primary_enrollment_the_latest_that_ended_decides(leavers: Leavers) -> None:
    student = leavers.student("999000123")
    leavers.leave(student, GRADUATED, datetime.date(2023, 12, 20), service_type="S")
    leavers.leave(student, DROPPED_OUT, datetime.date(2024, 4, 2), service_type="N")
    leavers.leave(student, end_date=None, service_type="S", start_date=datetime.date(2024, 1, 8))
    leavers.concentrate(student)
    leavers.seal()
    drawn(leavers)
    assert FollowUpEntry.objects.get().reason == "Dropped out on 04/02/2024"


def test_another_districts_leavers_are_not_on_the_list(
    leavers: Leavers, elsewhere: District_
) -> None:
    """Both districts sealed the same State ID; each follows up its own student."""
    leavers.leaver("999000123")
    others = Leavers(elsewhere)
    others.leaver("999000123")
    leavers.seal()
    drawn(leavers)
    assert FollowUpEntry.objects.get().school == leavers.district.school


def test_without_a_sealed_copy_the_list_is_a_draft_until_the_first_seal(leavers: Leavers) -> None:
    """R-FUP-02: the seal moves the list even after OPI's date."""
    leavers.leaver("999000123")
    assert drawn(leavers).is_draft
    assert FollowUpEntry.objects.get().receipt == ""
    open_list(refreshed_until=timezone.localdate() - datetime.timedelta(days=1))
    copy = leavers.seal()
    assert drawn(leavers).receipt == copy.receipt
    assert FollowUpEntry.objects.get().receipt == copy.receipt


def test_a_draft_follows_the_records(leavers: Leavers) -> None:
    student = leavers.leaver("999000123", HEALTH, BUSINESS)
    drawn(leavers)
    business = Participation.objects.get(student=student, pathway__name=BUSINESS)
    leavers.district.record(student, BUSINESS, concentrator=False, version=business.version)
    drawn(leavers)
    assert list(FollowUpPathway.objects.values_list("name", flat=True)) == [HEALTH]
    health = Participation.objects.get(student=student, pathway__name=HEALTH)
    leavers.district.record(student, HEALTH, concentrator=False, version=health.version)
    drawn(leavers)
    assert gone(leavers) == {"999000123": "No longer a concentrator"}


def test_who_leaves_later_comes_onto_the_list(leavers: Leavers) -> None:
    """R-FUP-03."""
    student = leavers.student("999000123")
    leavers.leave(student, end_date=None)
    leavers.concentrate(student)
    leavers.seal()
    first = drawn(leavers)
    assert on_list(leavers) == []
    student.enrollments.update(end_date="2024-06-20", end_status=GRADUATED)
    leavers.student("999000199")  # a row that came: the district has moved
    drawn(leavers)
    entry = FollowUpEntry.objects.get()
    assert (entry.reason, entry.since > first.first_drawn_at) == (
        "Graduated on 06/20/2024",
        True,
    )


def attempt(entry: FollowUpEntry) -> Attempt:
    return Attempt.objects.create(
        entry=entry,
        date="2024-11-05",
        means="phone",
        status="01",
        by="MARTIN, CHERYL",
        by_id=1,
        at=timezone.now(),
    )


def test_a_dropout_who_returns_leaves_the_list_and_keeps_the_answer(leavers: Leavers) -> None:
    """R-FUP-03: named with the reason, and back when it is true again."""
    student = leavers.leaver("999000123", end_status=DROPPED_OUT)
    leavers.seal()
    drawn(leavers)
    kept = attempt(FollowUpEntry.objects.get())
    returned = leavers.district.enroll(student, 2025, start_date=datetime.date(2024, 9, 3))
    drawn(leavers)
    assert on_list(leavers) == []
    assert gone(leavers) == {"999000123": "Returned on 09/03/2024"}
    assert Attempt.objects.get().entry_id == kept.entry_id
    returned.delete()
    drawn(leavers)
    assert on_list(leavers) == ["999000123"]
    assert Attempt.objects.get().entry_id == FollowUpEntry.objects.get().pk


def test_a_no_show_in_the_next_year_has_not_returned(leavers: Leavers) -> None:
    student = leavers.leaver("999000123", end_status=DROPPED_OUT)
    leavers.seal()
    day = datetime.date(2024, 6, 28)
    leavers.district.enroll(student, 2025, start_date=day, end_date=day)
    drawn(leavers)
    assert on_list(leavers) == ["999000123"]


def test_who_no_longer_left_goes_with_the_reason(leavers: Leavers) -> None:
    student = leavers.leaver("999000123")
    leavers.seal()
    drawn(leavers)
    student.enrollments.update(end_date=None, end_status="")
    leavers.student("999000199")
    drawn(leavers)
    assert gone(leavers) == {"999000123": "No longer a graduate or dropout"}


def test_a_line_that_leaves_is_nobodys_call_any_more(leavers: Leavers) -> None:
    student = leavers.leaver("999000123")
    leavers.seal()
    drawn(leavers)
    FollowUpEntry.objects.update(caller="MARTIN, CHERYL", caller_id=1, caller_since=timezone.now())
    student.enrollments.update(end_date=None, end_status="")
    leavers.student("999000199")
    drawn(leavers)
    assert FollowUpEntry.objects.get().caller == ""


def test_after_opis_date_the_list_stands(leavers: Leavers) -> None:
    student = leavers.leaver("999000123", end_status=DROPPED_OUT)
    leavers.seal()
    drawn(leavers)
    open_list(refreshed_until=timezone.localdate() - datetime.timedelta(days=1))
    leavers.leaver("999000124")
    student.enrollments.update(end_date=None, end_status="")
    drawn(leavers)
    assert on_list(leavers) == ["999000123"]


def test_a_certified_list_stands(leavers: Leavers) -> None:
    student = leavers.leaver("999000123")
    leavers.seal()
    drawn(leavers)
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    student.enrollments.update(end_date=None, end_status="")
    leavers.student("999000199")
    drawn(leavers)
    assert on_list(leavers) == ["999000123"]


def test_drawing_again_changes_nothing(leavers: Leavers) -> None:
    leavers.leaver("999000123", HEALTH, BUSINESS)
    leavers.seal()
    first = drawn(leavers)
    before = list(FollowUpEntry.objects.values()), list(FollowUpPathway.objects.values())
    leavers.student("999000199")
    assert drawn(leavers).drawn_at > first.drawn_at
    assert (
        list(FollowUpEntry.objects.values()),
        list(FollowUpPathway.objects.values()),
    ) == before


def test_a_list_whose_data_did_not_move_is_not_drawn_again(leavers: Leavers) -> None:
    leavers.leaver("999000123")
    leavers.seal()
    assert drawn(leavers).drawn_at == drawn(leavers).drawn_at


def test_a_year_that_opi_does_not_follow_up_has_no_list(leavers: Leavers) -> None:
    FollowUpYear.objects.filter(pk=2024).delete()
    assert follow_up_list(leavers.scope) is None


def test_a_corrected_state_id_leaves_the_line(leavers: Leavers) -> None:
    """The sealed copy keeps the State ID that the student had then."""
    student = leavers.leaver("999000123")
    leavers.seal()
    for version, state_id in ((1, "999000123"), (2, "999000555")):
        StudentChange.objects.create(
            district="9012",
            row=student.pk,
            version=version,
            operation="update",
            by="MARTIN, CHERYL",
            at=timezone.now(),
            source="screen",
            state_id=state_id,
            last_name="Anderson",
            first_name="Kayla",
            birth_date="2007-01-02",
            gender="F",
        )
    student.state_id = "999000555"
    student.save()
    drawn(leavers)
    assert on_list(leavers) == ["999000555"]


def test_the_statements_are_the_same_for_many_leavers(leavers: Leavers) -> None:
    """Whether lines are new, stay, change or go."""

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            drawn(leavers)
        return len(queries)

    leavers.leaver("999000200", HEALTH, BUSINESS)
    first = statements()
    leavers.leaver("999000201", HEALTH, BUSINESS)
    again = statements()
    DrawnList.objects.all().delete()
    FollowUpPathway.objects.all().delete()
    FollowUpEntry.objects.all().delete()
    for number in range(2, 30):
        leavers.leaver(f"9990002{number:02d}", HEALTH, BUSINESS)
    assert statements() == first
    assert len(on_list(leavers)) == 30
    Enrollment.objects.filter(student__state_id__gte="999000220").update(
        end_date=None, end_status=""
    )
    Enrollment.objects.filter(student__state_id__lte="999000209").update(end_date="2024-06-20")
    leavers.leaver("999000300", HEALTH)
    assert statements() == again
    assert len(on_list(leavers)) == 21 and len(gone(leavers)) == 10


@pytest.mark.skipif(not is_postgresql(), reason="SQLite has one way to join")
def test_what_comes_after_a_drawing_is_planned_as_before(leavers: Leavers) -> None:
    """A list of few enrollments is drawn without nested loops, in the caller's transaction."""

    def loops() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_nestloop")
            return str(cursor.fetchone()[0])

    leavers.leaver("999000200", HEALTH)
    with CaptureQueriesContext(connection) as queries:
        drawn(leavers)
    assert any("'enable_nestloop', 'off'" in query["sql"] for query in queries)
    assert loops() == "on"


ROSTERS = "pathways_student, pathways_enrollment, pathways_participation"
LINES, MOST_EACH = 1_000, 100


@pytest.mark.fresh
@pytest.mark.skipif(not is_postgresql(), reason="PostgreSQL tells its blocks")
@pytest.mark.parametrize("analyzed", ["", "pathways_enrollment", ROSTERS])
def test_a_line_costs_the_same_in_a_long_list(leavers: Leavers, analyzed: str) -> None:
    """First loads leave tables unanalyzed, and an autovacuum that comes between analyzes some. Were
    each line looked for among all others, it would cost half of them.
    """
    leavers.many(LINES)
    forget_statistics()
    blocks = BlocksOfStagedRows()
    with connection.cursor() as cursor, watched(blocks, "default"):
        if analyzed:
            cursor.execute(f"ANALYZE {analyzed}")
        follow_up_list(leavers.scope)
    named = FollowUpPathway.objects.filter(entry__in=FollowUpEntry.objects.in_scope(leavers.scope))
    assert named.count() == LINES
    assert 0 < blocks.total <= LINES * MOST_EACH


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_two_who_open_the_list_at_once_draw_it_once(leavers: Leavers) -> None:
    for number in range(5):
        leavers.leaver(f"99900020{number}")
    leavers.seal()
    with Together() as together:
        first, second = together.run(
            lambda: follow_up_list(leavers.scope), lambda: follow_up_list(leavers.scope)
        )
    assert first.drawn_at == second.drawn_at
    assert FollowUpEntry.objects.count() == 5
