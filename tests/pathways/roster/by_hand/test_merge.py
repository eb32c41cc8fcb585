"""Two rows of one student become one: shown first, all or nothing, taken back as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cte_portal.editions import Edition, writing_state
from cte_portal.refusals import Refusal
from pathways.elements import values
from pathways.models import (
    Change,
    Element,
    ElementValue,
    ElementValueChange,
    Enrollment,
    EnrollmentChange,
    Participation,
    Roster,
    RosterChange,
    Student,
    StudentChange,
)
from pathways.roster import editing
from pathways.roster.by_hand import merge as merging
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import ENROLLMENT
from tests.fixtures.records import BUSINESS, HEALTH, District_, lock_records, send_everything
from tests.pathways.desk import text
from tests.pathways.roster.by_hand.conftest import Pages

pytestmark = pytest.mark.django_db(databases=["default", "state"])

STATE = Edition.STATE.value


@pytest.fixture
def twin(cottonwood: District_, kayla: Student) -> Student:
    """Kayla once more: enrolled this year as she is, and last year; in a class of hers and in
    another.
    """
    twin = cottonwood.student("999000124", "Andersen")
    cottonwood.enroll(twin, 2024, grade="11")
    for student in (kayla, twin):
        cottonwood.roster(student, number="10")
    cottonwood.roster(twin, BUSINESS, number="20", credits_earned=Decimal("0.25"))
    cottonwood.record(kayla, HEALTH)
    return twin


def everything(alias: str = "default") -> dict[str, list[Any]]:
    """Students with all that hangs on them; of records, what a person typed."""
    records = Participation.objects.using(alias).order_by("student_id", "pathway_id")
    return {
        "students": list(Student.objects.using(alias).order_by("pk").values()),
        "enrollments": list(Enrollment.objects.using(alias).order_by("pk").values()),
        "rosters": list(Roster.objects.using(alias).order_by("pk").values()),
        "records": list(
            records.values_list("student__state_id", "pathway__name", "in_district_credits")
        ),
    }


def merge(pages: Pages, student: Student, state_id: str) -> str:
    """Preview, then confirm what was shown."""
    address = pages.address("roster-merge", student.pk)
    before = everything()
    preview = pages.client.post(address, {"state_id": state_id})
    assert everything() == before
    sent = {"state_id": state_id, "seen": preview.context.get("seen", "")}
    if preview.context["merge"] is None or preview.context["merge"].conflicts:
        return text(preview)
    page = text(preview)
    assert "Nothing has been saved yet" in page and "ANDERSEN, KAYLA" in page
    return page + text(pages.client.post(address, sent, follow=True))


def test_what_hangs_on_the_second_row_goes_to_the_first_and_back(
    pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    cottonwood.record(twin, BUSINESS, in_district_credits=Decimal("0.50"))
    before = everything()
    page = merge(pages, kayla, "999 000 124")
    assert "1 enrollment, 1 class, and 1 CTE record move to State ID 999000123" in page
    assert "1 enrollment that both have stays" in page and "1 class that both are in stays" in page
    assert "State ID 999000124 was merged into 999000123" in page
    assert not Student.objects.filter(pk=twin.pk).exists()
    own = kayla.enrollments.order_by("start_date").values_list("calendar__school_year", "grade")
    assert list(own) == [(2024, "11"), (2025, "12")]
    seats = Roster.objects.values_list(
        "section__course__number", "enrollment__student", "credits_earned"
    )
    assert sorted(seats) == [("10", kayla.pk, None), ("20", kayla.pk, Decimal("0.25"))]
    assert set(Roster.objects.values_list("enrollment__calendar__school_year", flat=True)) == {2025}
    records = Participation.objects.order_by("pathway__name")
    assert list(records.values_list("student", "pathway__name", "in_district_credits")) == [
        (kayla.pk, BUSINESS, Decimal("0.50")),
        (kayla.pk, HEALTH, Decimal("1.50")),
    ]
    act = StudentChange.objects.get(operation="delete").batch
    for history in (EnrollmentChange, RosterChange, Change):
        assert history.objects.filter(batch=act, by="MARTIN, CHERYL").count() == 2
    pages.undo()
    assert everything() == before


def of_this_year(alias: str) -> dict[str, list[Any]]:
    own = Enrollment.objects.using(alias).filter(calendar__school_year=2025)
    return {**everything(alias), "enrollments": list(own.order_by("pk").values())}


def test_the_state_edition_follows_by_resync(
    pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    """What the state still has of the second row from an earlier year does not hold it up."""
    cottonwood.record(twin, BUSINESS)
    send_everything()
    with writing_state():
        earlier = twin.enrollments.get(calendar__school_year=2024)
        earlier.save(using=STATE, force_insert=True)
    assert of_this_year(STATE) == of_this_year("default")
    merge(pages, kayla, twin.state_id)
    assert of_this_year(STATE) != of_this_year("default")
    send_everything()
    assert of_this_year(STATE) == of_this_year("default")
    assert not Enrollment.objects.using(STATE).filter(student_id=earlier.student_id).exists()


def test_another_birth_date_is_pointed_out(
    pages: Pages, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.student("999000127", "Andersen", birth_date="2008-01-02")
    assert "The birth dates differ" in merge(pages, kayla, "999000127")


def test_two_records_in_one_pathway_are_a_conflict(
    pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    cottonwood.record(twin, HEALTH)
    before = everything()
    page = merge(pages, kayla, twin.state_id)
    assert f"Both have a CTE record in {HEALTH}. Delete the wrong one first" in page
    forced = {"state_id": twin.state_id, "seen": "[]"}
    pages.client.post(pages.address("roster-merge", kayla.pk), forced)
    assert everything() == before


def test_a_certified_year_keeps_its_records(
    pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    """R-IMP-18: records do not move; a row without records may go where nothing crosses."""
    cottonwood.record(twin, BUSINESS)
    lock_records()
    before = everything()
    page = merge(pages, kayla, twin.state_id)
    assert "2024-25 is certified, so CTE records cannot move. Ask OPI" in page
    assert everything() == before
    third = cottonwood.student("999000125", "Andersen", enrolled=False)
    assert "was merged into" in merge(pages, kayla, third.state_id)


def test_in_a_certified_year_no_record_enters_by_a_merge(
    pages: Pages, cottonwood: District_, kayla: Student
) -> None:
    absent = cottonwood.student("999000126", "Andersen", enrolled=False)
    cottonwood.record(absent)
    lock_records()
    before = everything()
    address = pages.address("roster-merge", absent.pk)
    seen = pages.client.post(address, {"state_id": kayla.state_id}).context["seen"]
    page = text(pages.client.post(address, {"state_id": kayla.state_id, "seen": seen}))
    assert "Would bring a record into the certified collection" in page
    assert everything() == before


def test_what_changed_since_the_preview_is_shown_again(
    pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    address = pages.address("roster-merge", kayla.pk)
    sent = {"state_id": twin.state_id}
    seen = pages.client.post(address, sent).context["seen"]
    cottonwood.record(twin, BUSINESS)
    page = text(pages.client.post(address, {**sent, "seen": seen}))
    assert "Nothing has been saved yet" in page and "1 CTE record move" in page
    assert Student.objects.filter(pk=twin.pk).exists()


@pytest.mark.parametrize("part", ["record", "enrollment"])
def test_a_merge_is_undone_whole_or_not_at_all(
    part: str, pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    """Who changed a record or an enrollment since keeps it, and is not half undone."""
    cottonwood.record(twin, BUSINESS)
    merge(pages, kayla, twin.state_id)
    act = pages.last_act
    if part == "record":
        cottonwood.record(kayla, BUSINESS, in_district_credits=Decimal("2.00"))
    else:
        own = kayla.enrollments.get(calendar__school_year=2024)
        edit = RowEdit({"grade": "10"}, own.pk, editing.version_of(ENROLLMENT, own.pk))
        editing.write(cottonwood.scope, [(ENROLLMENT, edit)], by="SOMEONE")
    after = everything()
    page = text(pages.client.post(act, follow=True))
    assert everything() == after
    assert "Someone else saved" in page if part == "record" else "can no longer be undone" in page


@pytest.mark.parametrize("typed", ["999000123", "", "12", "999000777", "٩٩٩٠٠٠١٢٤", "x" * 30])
def test_what_is_no_other_row_is_told_beside_the_field(
    typed: str, pages: Pages, kayla: Student, elsewhere: District_
) -> None:
    """A student of another district and an unknown one get the same words."""
    elsewhere.student("999000777", "Zzmarker")
    page = text(pages.client.post(pages.address("roster-merge", kayla.pk), {"state_id": typed}))
    assert "There is a problem" in page and "Zzmarker" not in page.title()
    if typed in ("999000777", "12"):
        assert "No student of this district has this State ID" in page


def test_a_row_of_another_district_is_no_page(pages: Pages, elsewhere: District_) -> None:
    theirs = elsewhere.student("999000777", "Zzmarker")
    assert pages.client.get(pages.address("roster-merge", theirs.pk)).status_code == 404


def entered() -> list[tuple[str, str, str]]:
    """Who has what of the district's own elements."""
    values = ElementValue.objects.order_by("student__state_id", "pk")
    return [
        (value.student.state_id, value.pathway.name, value.words) for value in values if value.words
    ]


def test_the_districts_own_elements_go_with_the_record_and_come_back(
    pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    record = cottonwood.record(twin, BUSINESS)
    bus, club = (
        Element.objects.create(district="9012", name=name, kind="text", position=number)
        for number, name in enumerate(("Bus route", "Club"), 1)
    )
    edits = [values.ElementEdit(bus, "Route 4", 0), values.ElementEdit(club, "FFA", 0)]
    values.save(cottonwood.scope, record, edits, by="MARTIN, CHERYL", by_id=1)
    Element.objects.filter(pk=club.pk).update(is_retired=True)
    before = entered()
    merge(pages, kayla, "999000124")
    assert entered() == [
        ("999000123", BUSINESS, "Route 4"),
        ("999000123", BUSINESS, "FFA"),
    ]
    batch = StudentChange.objects.get(operation="delete").batch
    assert batch
    merging.take_back(cottonwood.scope, batch, by="MARTIN, CHERYL", by_id=1)
    assert entered() == before
    words = [
        (line.student_id, line.words)
        for line in ElementValueChange.objects.filter(element_id=bus.pk).order_by("pk")
    ]
    assert words == [
        (twin.pk, "Route 4"),
        (kayla.pk, "Route 4"),
        (twin.pk, ""),
        (kayla.pk, ""),
        (twin.pk, "Route 4"),
    ]


def test_a_merge_is_not_undone_over_an_element_that_was_changed_since(
    pages: Pages, cottonwood: District_, kayla: Student, twin: Student
) -> None:
    record = cottonwood.record(twin, BUSINESS)
    bus = Element.objects.create(district="9012", name="Bus route", kind="text", position=1)
    edit = values.ElementEdit(bus, "Route 4", 0)
    values.save(cottonwood.scope, record, [edit], by="MARTIN, CHERYL", by_id=1)
    merge(pages, kayla, "999000124")
    batch = StudentChange.objects.get(operation="delete").batch
    assert batch
    moved = Participation.objects.get(student=kayla, pathway__name=BUSINESS)
    later = values.ElementEdit(bus, "Route 9", 1)
    values.save(cottonwood.scope, moved, [later], by="KELLER, DANIEL", by_id=2)
    with pytest.raises(Refusal, match="an element of a record was changed since"):
        merging.take_back(cottonwood.scope, batch, by="MARTIN, CHERYL", by_id=1)
    assert entered() == [("999000123", BUSINESS, "Route 9")]
    assert not Student.objects.filter(state_id="999000124").exists()
