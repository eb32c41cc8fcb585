"""R-DDE-06: District Defined Elements as columns of the grid – chosen, typed, saved with the same
save, taken back with it; somebody else's value is named, not overwritten.
"""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import (
    Change,
    Element,
    ElementChoice,
    ElementValue,
    ElementValueChange,
    Participation,
    Pathway,
    Student,
)
from pathways.records import entry
from pathways.roster.grid.typed import COLUMNS
from tests.fixtures.records import HEALTH, District_, lock_records
from tests.pathways.roster.grid.test_grid_page import PAGE, Class_, fields_of
from tests.pathways.test_query_counts import at_most

SHOWN, SAVED = 25, 34  # statements


class ClassWithElements(Class_):
    """Records of two of three students, and a text, a number and a list."""

    def __init__(self, client: Client, district: District_) -> None:
        super().__init__(client, district)
        for kind, name in (("text", "Work site"), ("number", "Hours"), ("choice", "Club")):
            Element.objects.create(district="9012", name=name, kind=kind, position=1)
        ElementChoice.objects.create(element=self.element("club"), name="FFA Chapter", position=1)
        for number in (0, 1):
            district.record(self.students[number])
        self.page += "&element=work_site&element=hours&element=club"

    @staticmethod
    def element(key: str) -> Element:
        return Element.objects.get(key=key)

    def cell(self, number: int, key: str, seen: int = 0) -> str:
        return self.name(number, f"dde_{self.element(key).pk}_{seen}")

    def stored(self) -> dict[tuple[str, str], str]:
        values = ElementValue.objects.select_related("element", "student")
        return {(each.student.last_name, each.element.key): each.words for each in values}

    def shown(self) -> str:
        return html.unescape(self.client.get(self.page).content.decode())

    def enter(self, number: int, key: str, words: str, seen: int = 0) -> Any:
        return self.save({**self.fields(), self.cell(number, key, seen): words})


@pytest.fixture
def lesson(client: Client, clerk: User, cottonwood: District_) -> ClassWithElements:
    client.force_login(clerk)
    return ClassWithElements(client, cottonwood)


def undo(lesson: ClassWithElements) -> str:
    batch = re.search(r'name="undo" value="([^"]*)"', lesson.shown())
    assert batch
    lesson.client.post(lesson.page, {"undo": batch[1]})
    return lesson.shown()


def test_columns_are_chosen_and_named_for_each_student(lesson: ClassWithElements) -> None:
    plain = lesson.client.get(lesson.page.partition("&")[0]).content.decode()
    assert "data-kind=" not in plain and plain.count('name="element"') == 3
    page = lesson.shown()
    assert 'aria-label="Work site, ABBOTT, ANN, Health Professions"' in page
    assert page.count('data-kind="choice"') == 3 and page.count(">FFA Chapter</option>") == 3
    assert re.search(r'value="hours" checked', page)


def test_one_save_writes_credits_and_elements_and_one_undo_takes_both_back(
    lesson: ClassWithElements,
) -> None:
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "2.5"
    fields[lesson.cell(0, "club")] = "FFA Chapter"
    fields[lesson.cell(1, "hours")] = "40.50"
    fields[lesson.name(2, "in_district_credits")] = "0.5"
    fields[lesson.cell(2, "work_site")] = " County shop "
    assert lesson.save(fields).status_code == 302
    assert lesson.stored() == {
        ("Abbott", "club"): "FFA Chapter",
        ("Baker", "hours"): "40.5",
        ("Cole", "work_site"): "County shop",
    }
    batches = set(ElementValueChange.objects.values_list("batch", flat=True))
    assert batches == set(
        Change.objects.filter(source=Change.Source.GRID).values_list("batch", flat=True)
    )
    before = lesson.record(1)
    assert before and before.version == 1, "a record whose element alone was typed stays as it is"
    page = lesson.shown()
    assert "3 rows saved." in page and "<option selected>FFA Chapter</option>" in page
    lesson.save(fields)
    assert ElementValueChange.objects.count() == 3, "a double click finds its work done"
    lesson.client.get(lesson.page)
    lesson.client.post(lesson.page, {"undo": str(batches.pop())})
    assert "3 rows as before." in lesson.shown()
    assert set(lesson.stored().values()) == {""} and not lesson.record(2)
    first = lesson.record(0)
    assert first and first.in_district_credits == Decimal("1.50")


def test_a_save_of_elements_alone_is_undone(lesson: ClassWithElements) -> None:
    lesson.enter(0, "work_site", "Clinic")
    assert Change.objects.count() == 2 and lesson.stored() == {("Abbott", "work_site"): "Clinic"}
    assert "1 row as before." in undo(lesson)
    assert lesson.stored() == {("Abbott", "work_site"): ""}


@pytest.mark.parametrize(
    ("key", "words", "sentence"),
    [
        ("hours", "many", "Hours must be a number, like 12 or 1.5"),
        ("club", "Elsewhere", "Select a choice from the list for Club"),
        ("work_site", "x" * 201, "no more than 200 characters"),
        ("work_site", "078-05-1120", "looks like a Social Security number"),
    ],
)
def test_what_cannot_be_saved_stays_typed_with_its_reason_and_holds_its_row_alone(
    lesson: ClassWithElements, key: str, words: str, sentence: str
) -> None:
    fields = lesson.fields()
    fields[lesson.name(0, "in_district_credits")] = "2.5"
    fields[lesson.cell(0, key)] = words
    fields[lesson.cell(1, "work_site")] = "Clinic"
    page = html.unescape(lesson.save(fields).content.decode())
    assert sentence in page and "1 row saved." in page and "1 row not saved" in page
    cell = lesson.cell(0, key)
    assert fields_of(page)[cell] == words
    assert re.search(rf'id="{cell}"[^>]*aria-describedby="{cell}-error"', page)
    assert lesson.stored() == {("Baker", "work_site"): "Clinic"}
    first = lesson.record(0)
    assert first and first.in_district_credits == Decimal("1.50")


def test_somebody_elses_value_is_named_and_replaced_only_by_a_second_save(
    lesson: ClassWithElements,
) -> None:
    fields = lesson.fields()
    fields[lesson.cell(0, "work_site")] = "Clinic"
    fields[lesson.cell(1, "hours")] = "8"
    lesson.enter(0, "work_site", "Shop")
    lesson.enter(2, "work_site", "")
    page = html.unescape(lesson.save(fields).content.decode())
    assert "Someone else saved Shop for Work site in the meantime." in page
    assert lesson.stored() == {("Abbott", "work_site"): "Shop", ("Baker", "hours"): "8"}
    again = fields_of(page)
    assert again[lesson.cell(0, "work_site", 1)] == "Clinic"
    assert lesson.save(again).status_code == 302
    assert lesson.stored()["Abbott", "work_site"] == "Clinic"


def test_what_somebody_else_saved_and_this_clerk_did_not_type_is_no_conflict(
    lesson: ClassWithElements,
) -> None:
    lesson.enter(0, "work_site", "Shop")
    fields = lesson.fields()
    lesson.enter(0, "work_site", "Clinic", 1)
    fields[lesson.cell(0, "hours")] = "8"
    assert lesson.save(fields).status_code == 302
    assert lesson.stored() == {("Abbott", "work_site"): "Clinic", ("Abbott", "hours"): "8"}


def test_an_element_that_was_retired_meanwhile_is_named_and_nothing_of_its_row_is_lost(
    lesson: ClassWithElements,
) -> None:
    fields = lesson.fields()
    fields[lesson.cell(0, "work_site")] = "Clinic"
    fields[lesson.name(0, "in_district_credits")] = "2.5"
    Element.objects.filter(key="work_site").update(is_retired=True)
    page = lesson.save(fields).content.decode()
    assert "An element was retired after you opened the page." in page
    assert fields_of(page)[lesson.name(0, "in_district_credits")] == "2.5"
    assert lesson.stored() == {}
    lesson.save(fields_of(page))
    first = lesson.record(0)
    assert first and first.in_district_credits == Decimal("2.50")


def test_elements_are_saved_for_records_alone(lesson: ClassWithElements) -> None:
    page = html.unescape(lesson.enter(2, "work_site", "Clinic").content.decode())
    assert "1 row not saved" in page and "In District Credits" in page
    assert lesson.stored() == {} and not lesson.record(2)
    fields = lesson.fields()
    fields[lesson.cell(0, "work_site")] = "Clinic"
    record = lesson.record(0)
    assert record
    entry.delete(lesson.district.scope, record, version=1, by="X")
    assert "Someone deleted this record" in lesson.save(fields).content.decode()
    assert lesson.stored() == {}


def test_a_value_that_was_changed_since_stays_when_the_save_is_undone(
    lesson: ClassWithElements,
) -> None:
    fields = lesson.fields()
    fields[lesson.cell(0, "work_site")] = "Clinic"
    fields[lesson.cell(1, "work_site")] = "Clinic"
    lesson.save(fields)
    batch = str(ElementValueChange.objects.values_list("batch", flat=True)[0])
    lesson.enter(0, "work_site", "Shop", 1)
    lesson.client.get(lesson.page)
    lesson.client.post(lesson.page, {"undo": batch})
    assert "1 row as before. 1 row changed since" in lesson.shown()
    assert lesson.stored() == {("Abbott", "work_site"): "Shop", ("Baker", "work_site"): ""}


def test_elements_and_students_of_another_district_are_neither_shown_nor_written(
    lesson: ClassWithElements, elsewhere: District_
) -> None:
    theirs = Element.objects.create(district="0965", name="Theirs", kind="text", position=1)
    student = elsewhere.student("999777555", "Zzmarker", "Sentinel")
    elsewhere.record(student)
    assert "Theirs" not in lesson.client.get(f"{lesson.page}&element=theirs").content.decode()
    own = lesson.fields()
    lesson.save({**own, lesson.name(0, f"dde_{theirs.pk}_0"): "x"})
    pathway = Pathway.objects.get(name=HEALTH).pk
    cells = ["1.5", "0", "0", "0", "No", "No", "08/21/2024"]
    site = f"dde_{lesson.element('work_site').pk}_0=x"
    packed = "\t".join([f"{student.pk}-{pathway}", "1", *cells, site])
    page = lesson.save({"row": packed}).content.decode()
    assert "ZZMARKER" not in page and lesson.stored() == {}


def test_with_script_the_cells_of_elements_come_in_the_rows_field(
    lesson: ClassWithElements,
) -> None:
    fields = lesson.fields()
    cells = [fields[lesson.name(0, column)] for column in COLUMNS]
    site = f"dde_{lesson.element('work_site').pk}_0=Clinic * north = 1"
    lesson.save({"row": "\t".join([lesson.name(0, "")[:-1], "1", *cells, site])})
    assert lesson.stored() == {("Abbott", "work_site"): "Clinic * north = 1"}


def test_elements_of_a_certified_year_are_read(lesson: ClassWithElements) -> None:
    lesson.enter(0, "work_site", "Clinic")
    lock_records()
    page = lesson.shown()
    assert "Clinic" in page and 'id="grid"' not in page


def test_twenty_columns_stay_below_the_limit_of_a_form(lesson: ClassWithElements) -> None:
    for number in range(17):
        Element.objects.create(district="9012", name=f"E{number}", kind="text", position=2)
    for number in range(60):
        student = lesson.district.student(f"9991{number:05d}", f"Last{number}")
        lesson.district.roster(student, HEALTH)
    query = "".join(f"&element={element.key}" for element in Element.objects.all())
    page = lesson.client.get(f"{PAGE}?section={lesson.section.pk}{query}").content.decode()
    fields = fields_of(page)
    assert 900 < len(fields) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert lesson.save(fields).status_code == 302


def test_many_rows_with_elements_take_as_many_statements_as_three(
    lesson: ClassWithElements,
) -> None:
    for number in range(60):
        student = lesson.district.student(f"9991{number:05d}", f"Last{number}")
        lesson.district.roster(student, HEALTH)
    lesson.client.get(lesson.page)
    with at_most(SHOWN):
        page = lesson.client.get(f"{lesson.page}&rows=200").content.decode()
    fields = fields_of(page)
    for name in fields:
        if name.endswith("in_district_credits"):
            fields[name] = "0.5"
        elif f"-dde_{lesson.element('work_site').pk}_" in name:
            fields[name] = "Clinic"
    with at_most(SAVED):
        assert lesson.save(fields).status_code == 302
    assert ElementValue.objects.count() == Participation.objects.count() == 63
    assert Student.objects.count() == 63


def students_in_order(lesson: ClassWithElements, query: str) -> list[str]:
    page = html.unescape(lesson.client.get(lesson.page + query).content.decode())
    names = re.findall(r'aria-label="Work site, (\w+), ANN, Health Professions"', page)
    return [name.title() for name in names]


def test_rows_are_sorted_by_an_element_and_those_without_a_value_come_last(
    lesson: ClassWithElements,
) -> None:
    for number, hours in ((0, "9"), (1, "40.5")):
        lesson.enter(number, "hours", hours)
    assert students_in_order(lesson, "") == ["Abbott", "Baker", "Cole"]
    assert students_in_order(lesson, "&sort=hours") == ["Abbott", "Baker", "Cole"], "9 before 40"
    assert students_in_order(lesson, "&sort=-hours") == ["Baker", "Abbott", "Cole"]
    assert students_in_order(lesson, "&sort=-nothing") == ["Abbott", "Baker", "Cole"]


def test_rows_are_narrowed_to_an_element_that_is_blank_entered_or_a_choice(
    lesson: ClassWithElements,
) -> None:
    lesson.enter(1, "club", "FFA Chapter")
    choice = ElementChoice.objects.get().pk
    assert students_in_order(lesson, "&only=club:blank") == ["Abbott", "Cole"]
    assert students_in_order(lesson, "&only=club:entered") == ["Baker"]
    assert students_in_order(lesson, f"&only=club:{choice}") == ["Baker"]
    assert students_in_order(lesson, f"&only=club:{choice + 1}") == ["Abbott", "Baker", "Cole"]
    assert (
        "Choose any value to see all rows"
        in lesson.client.get(f"{lesson.page}&only=work_site:entered").content.decode()
    )


def test_a_row_that_leaves_a_narrowed_grid_by_its_save_is_saved_and_undone_there(
    lesson: ClassWithElements,
) -> None:
    page = f"{lesson.page}&only=club:blank"
    fields = fields_of(lesson.client.get(page).content.decode())
    fields[lesson.cell(0, "club")] = "FFA Chapter"
    assert lesson.client.post(page, fields)["Location"].endswith("only=club:blank")
    assert students_in_order(lesson, "&only=club:blank") == ["Baker", "Cole"]
    assert lesson.stored() == {("Abbott", "club"): "FFA Chapter"}
