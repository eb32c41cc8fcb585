"""D-36 without script: many cells are changed at once, shown first, taken back or saved."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Change, Element, ElementValue
from tests.fixtures.records import District_, lock_records
from tests.pathways.roster.grid.test_grid_page import Class_, fields_of

IN_DISTRICT, OTHER = "in_district_credits", "out_of_district_credits"


@pytest.fixture
def lesson(client: Client, clerk: User, cottonwood: District_) -> Class_:
    """Records of two of three students."""
    client.force_login(clerk)
    lesson = Class_(client, cottonwood)
    for number in (0, 1):
        cottonwood.record(lesson.students[number])
    return lesson


def act(lesson: Class_, name: str, fields: dict[str, str], **more: str) -> str:
    values = {f"act_{key}": value for key, value in more.items()}
    answer: Any = lesson.save({**fields, **values, "act": name})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def column(lesson: Class_, page: str, name: str = IN_DISTRICT) -> list[str]:
    fields = fields_of(page)
    return [fields[lesson.name(number, name)] for number in range(3)]


def test_credits_are_added_shown_taken_back_and_saved(lesson: Class_) -> None:
    fields = {**lesson.fields(), lesson.name(1, IN_DISTRICT): "1,5"}
    page = act(lesson, "add", fields, column=IN_DISTRICT, value="0.50")
    assert "0.50 added to In District Credits in 2 rows. 1 row left: not a number." in page
    assert "Nothing is saved yet." in page and "3 rows not saved" in page
    assert column(lesson, page) == ["2.00", "1,5", "0.50"] and Change.objects.count() == 2
    before = re.search(
        r'name="act_before" value="([^"]*)"', page.replace('{"', "{").replace('"}', "}")
    )
    assert before
    back = act(lesson, "back", fields_of_kept(lesson, page))
    assert "2 cells as before." in back and column(lesson, back) == ["1.50", "1,5", ""]
    saved = {**fields_of_kept(lesson, page), lesson.name(1, IN_DISTRICT): "1.75"}
    assert lesson.save(saved).status_code == 302
    records = [lesson.record(number) for number in range(3)]
    assert [record and record.total_credits for record in records] == [
        Decimal("2.00"),
        Decimal("1.75"),
        Decimal("0.50"),
    ]


def fields_of_kept(lesson: Class_, page: str) -> dict[str, str]:
    """The form with what it carries for *Undo*, which the page has unescaped."""
    kept = re.search(r'name="act_before" value="(\{.*?\})"', page)
    assert kept
    return {**fields_of(page), "act_before": kept[1]}


def test_the_first_value_is_filled_down_and_blank_cells_are_set(lesson: Class_) -> None:
    site = Element.objects.create(district="9012", name="Work site", kind="text", position=1)
    lesson.page += "&element=work_site"
    cells = [lesson.name(number, f"dde_{site.pk}_0") for number in range(3)]
    fields = {**lesson.fields(), cells[0]: "Clinic"}
    page = act(lesson, "fill", fields, column=f"dde_{site.pk}")
    assert "Clinic filled down into 2 rows." in page
    assert [fields_of(page)[cell] for cell in cells] == ["Clinic"] * 3
    page = act(lesson, "blank", fields_of(page), column=IN_DISTRICT, value="0.25")
    assert "0.25 set for In District Credits in 1 row." in page
    assert column(lesson, page) == ["1.50", "1.50", "0.25"]
    assert not ElementValue.objects.exists()
    assert lesson.save(fields_of(page)).status_code == 302
    assert ElementValue.objects.filter(text="Clinic").count() == 3
    assert "No cell of this column is blank." in act(
        lesson, "blank", lesson.fields(), column=IN_DISTRICT, value="1"
    )


def test_cte_concentrator_is_set_from_the_totals(lesson: Class_) -> None:
    fields = {**lesson.fields(), lesson.name(0, IN_DISTRICT): "2.25"}
    page = act(lesson, "answers", fields)
    assert "CTE Concentrator set in 1 row." in page
    assert column(lesson, page, "concentrator") == ["Yes", "No", "No"]
    assert "Every answer agrees with its total." in act(lesson, "answers", fields_of(page))


def test_plus_is_added_before_more_is(lesson: Class_) -> None:
    lesson.district.record(lesson.students[2], modified_end_year=2024)
    fields = {**lesson.fields(), lesson.name(2, IN_DISTRICT): "+0.25"}
    page = act(lesson, "add", fields, column=IN_DISTRICT, value=".5")
    assert column(lesson, page)[2] == "2.25", "1.50 of last year, 0.25 and 0.50"


@pytest.mark.parametrize(
    ("name", "column_", "value", "words"),
    [
        ("add", IN_DISTRICT, "x", "Choose a column of credits, and enter the credits to add"),
        ("add", IN_DISTRICT, "", "Choose a column of credits, and enter the credits to add"),
        ("add", "start_date", "1", "Choose a column of credits, and enter the credits to add"),
        ("fill", "nothing", "1", "Choose a column."),
        ("nothing", IN_DISTRICT, "1", "Choose a column."),
        ("fill", "dde_99", "1", "Choose a column."),
        ("back", IN_DISTRICT, "1", "0 cells as before."),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    lesson: Class_, name: str, column_: str, value: str, words: str
) -> None:
    page = act(lesson, name, lesson.fields(), column=column_, value=value)
    assert words in page and column(lesson, page) == ["1.50", "1.50", ""]
    assert "row not saved" not in page and "rows not saved" not in page


@pytest.mark.parametrize("before", ["", "[]", "{", "1", '{"x": 1}', "[" * 5000])
def test_a_made_up_undo_is_no_error(lesson: Class_, before: str) -> None:
    assert "0 cells as before." in act(lesson, "back", lesson.fields(), before=before)


def test_half_a_character_of_a_made_up_undo_is_no_error(lesson: Class_) -> None:
    before = json.dumps({lesson.name(0, IN_DISTRICT): "\ud800"})
    page = act(lesson, "back", lesson.fields(), before=before)
    assert "1 cell as before." in page and column(lesson, page)[0] == "?"


def test_nothing_is_saved_where_the_year_was_certified_meanwhile(lesson: Class_) -> None:
    fields = lesson.fields()
    lock_records()
    page = act(lesson, "add", fields, column=OTHER, value="1")
    assert "Records have been locked since" in page and Change.objects.count() == 2
