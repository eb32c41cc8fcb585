"""What a certified year does to roster files: graduates leave, and no record leaves or enters the
certified collection.
"""

from __future__ import annotations

import datetime

import pytest

from pathways.models import CollectionLock, Enrollment, EnrollmentChange, Participation, Student
from tests.pathways.roster.conftest import ALL, ENROLLMENTS, Desk, counts, file_of, record, zipped

pytestmark = pytest.mark.django_db(databases=["default", "state"])

TITLE = ENROLLMENTS.splitlines()[0]


def lock(desk: Desk) -> None:
    CollectionLock.objects.create(
        district="0965",
        end_year=2025,
        collection="cte-eoy",
        since="2025-06-12T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def test_in_a_certified_year_a_graduate_leaves_but_no_certified_record_does(desk: Desk) -> None:
    """R-IMP-18: an end on June 6 is applied; an end before the year's first day is held with the
    reason why.
    """
    desk.send(zipped(ALL))
    record(desk, "999000001")
    lock(desk)
    graduate = ENROLLMENTS.replace(
        "999000001,P,12,08/21/2024,,", "999000001,P,12,08/21/2024,06/06/2025,400"
    )
    assert counts(desk.send(graduate), "Enrollment")["changed"] == 1
    early = (
        "School Number,Calendar Number,End Year,Student State ID,Service Type,Grade,Start Date,End"
        " Date\n0001,001,2025,999000001,P,12,{},{}\n"
    )
    Enrollment.objects.filter(student__state_id="999000001").update(
        start_date="2024-05-01", end_date=None, end_status=""
    )
    held = desk.send(early.format("05/01/2024", "06/01/2024"))
    assert counts(held, "Enrollment")["held"] == 1 and held.result["effects"]["leave_scope"] == 0
    assert "Would remove a certified record" in file_of(held, "report.csv")
    # With a second enrollment that counts, the record stays in the collection and the end is taken.
    desk.send(early.format("08/22/2024", ""))
    assert counts(desk.send(early.format("05/01/2024", "06/01/2024")), "Enrollment")["changed"] == 1
    # Ending both in one file would take the record out all the same.
    assert EnrollmentChange.objects.filter(operation="update").count() == 2


def test_two_ends_in_one_file_do_not_take_a_certified_record_out_together(desk: Desk) -> None:
    desk.send(zipped(ALL))
    record(desk, "999000001")
    student = Student.objects.get(state_id="999000001")
    first = student.enrollments.get()
    first.start_date = datetime.date(2024, 5, 1)
    first.save()
    Enrollment.objects.create(
        student=student,
        calendar=first.calendar,
        service_type="S",
        grade="12",
        start_date="2024-05-01",
    )
    lock(desk)
    title = (
        "School Number,Calendar Number,End Year,Student State ID,Service Type,Grade,Start Date,End"
        " Date\n"
    )
    both = title + "".join(
        f"0001,001,2025,999000001,{service},12,05/01/2024,06/01/2024\n" for service in "PS"
    )
    batch = desk.send(both)
    assert (
        counts(batch, "Enrollment")["held"] == 2
        and Participation.objects.in_scope(desk.scope).count() == 1
    )


def outside(desk: Desk) -> Enrollment:
    """A student with a record, whose only enrollment ended before the year's first day; the year is
    certified.
    """
    desk.send(zipped(ALL))
    record(desk, "999000001")
    own = Enrollment.objects.get(student__state_id="999000001")
    own.start_date, own.end_date = datetime.date(2024, 5, 1), datetime.date(2024, 6, 1)
    own.save()
    lock(desk)
    assert not Participation.objects.in_scope(desk.scope).exists()
    return own


@pytest.mark.parametrize(
    "row",
    [
        "0001,001,2025,999000001,P,12,08/21/2024,,",
        "0001,001,2025,999000001,S,12,08/21/2024,06/06/2025,400",
        "0001,001,2025,999000001,P,12,05/01/2024,06/06/2025,",
    ],
    ids=["new", "new and ended", "ends later than known"],
)
def test_no_enrollment_brings_a_record_into_a_certified_year(desk: Desk, row: str) -> None:
    """R-IMP-18: the certified collection would not have the record."""
    outside(desk)
    tested = desk.send(f"{TITLE}\n{row}\n", "validate")
    assert counts(tested, "Enrollment")["held"] == 1
    batch = desk.send(f"{TITLE}\n{row}\n")
    assert counts(batch, "Enrollment")["held"] == 1 and batch.result["effects"]["enter_scope"] == 0
    assert "Would bring a record into the certified collection" in file_of(batch, "report.csv")
    assert not Participation.objects.in_scope(desk.scope).exists()


def test_what_does_not_count_is_no_way_in(desk: Desk) -> None:
    outside(desk)
    other = desk.send(f"{TITLE}\n0001,001,2025,999000001,O,12,08/21/2024,,\n")
    assert counts(other, "Enrollment")["new"] == 1
    assert not Participation.objects.in_scope(desk.scope).exists()


def test_a_student_without_records_still_enrolls_in_a_certified_year(desk: Desk) -> None:
    desk.send(zipped(ALL))
    lock(desk)
    batch = desk.send(f"{TITLE}\n0002,001,2025,999000001,S,12,01/06/2025,,\n")
    assert counts(batch, "Enrollment")["new"] == 1


def test_a_corrected_start_date_is_no_leaving(desk: Desk) -> None:
    """The old row ends and the new one begins in one file: the record stays where it was."""
    desk.send(zipped(ALL))
    record(desk, "999000001")
    Enrollment.objects.filter(student__state_id="999000001").update(start_date="2024-05-01")
    lock(desk)
    rows = (
        "0001,001,2025,999000001,P,12,05/01/2024,05/01/2024,\n"
        "0001,001,2025,999000001,P,12,08/22/2024,,\n"
    )
    batch = desk.send(f"{TITLE}\n{rows}")
    assert (counts(batch, "Enrollment")["changed"], counts(batch, "Enrollment")["new"]) == (1, 1)
    effects = batch.result["effects"]
    assert effects["enter_scope"] == effects["leave_scope"] == 0
