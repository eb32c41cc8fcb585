"""A row of a table is filled in at once; each of its cells is what its template says all the same."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import django_tables2 as tables
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis.strategies import booleans, integers, lists, none, one_of, tuples

from cte_portal.accounts.listing.table import ListTable
from cte_portal.ui.patterns import escaped
from cte_portal.ui.tables.cells import PatternColumn, WholeColumn
from cte_portal.ui.tables.rows import heads_of, rows_of
from tests.plain import HOSTILE, hostile


@dataclass
class Line:
    name: str
    token: str = ""
    grid: str = ""
    is_ticked: bool = False
    number: str | None = None


class NumberColumn(WholeColumn):
    def cells(self, values: Sequence[Any]) -> Sequence[Any]:
        assert None not in values
        return [f"No. {value}" for value in values]


CHOOSE, OPEN = "pathways/roster/worklist_choose.html", "pathways/roster/worklist_open.html"


class Lines(ListTable):
    choose = PatternColumn(
        CHOOSE, values={"token": "token", "about": "name"}, conditions={"is_ticked": "is_ticked"}
    )
    name = tables.Column(orderable=True)
    number = NumberColumn()
    open = PatternColumn(
        OPEN,
        values={"address": "token", "link": "name", "about": "name", "grid": "grid"},
        conditions={"has_grid": "grid"},
    )

    class Meta(ListTable.Meta):
        pass


def rows(table: tables.Table) -> list[str]:
    return list(map(str, rows_of(table)))


@settings(max_examples=40, deadline=None)
@given(
    records=lists(
        tuples(hostile, hostile, hostile, booleans(), one_of(none(), hostile)), max_size=4
    )
)
def test_each_cell_of_a_row_is_what_its_template_says(records: list[tuple[Any, ...]]) -> None:
    lines = [Line(*record) for record in records]
    drawn = rows(Lines(lines))
    assert len(drawn) == len(lines)
    for line, row in zip(lines, drawn, strict=True):
        choose = {"token": line.token, "about": line.name, "is_ticked": line.is_ticked}
        way_on = {"address": line.token, "link": line.name, "about": line.name, "grid": line.grid}
        for template, context in (
            (CHOOSE, choose),
            (OPEN, {**way_on, "has_grid": bool(line.grid)}),
        ):
            assert render_to_string(template, context) in row
        assert f">{conditional_escape(line.name or '–')}</th>" in row
        assert f">{conditional_escape(f'No. {line.number}') if line.number else '–'}</td>" in row
        assert "<script>" not in row


@settings(max_examples=60, deadline=None)
@given(values=lists(one_of(hostile, hostile.map(SafeString), none(), integers()), max_size=5))
def test_what_is_escaped_together_is_what_each_would_be_alone(values: list[Any]) -> None:
    assert list(map(str, escaped(values))) == list(map(conditional_escape, values))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_file_has_the_value_of_a_column_that_has_a_template(text: str) -> None:
    class Named(ListTable):
        name = PatternColumn("pathways/records/list_student.html", values={"name": "name"})

    assert list(Named([Line(text)]).lines()) == [[text]]


def test_a_table_of_the_same_kind_is_drawn_as_it_is_sorted_and_with_its_own_columns() -> None:
    def heads(**options: Any) -> str:
        return "".join(str(head.__html__()) for head in heads_of(Lines([], **options), QueryDict()))

    plain = heads()
    assert "aria-sort" not in plain and "sort=name" in plain
    assert 'aria-sort="ascending"' in heads(order_by="name")
    assert 'aria-sort="descending"' in heads(order_by="-name")
    assert "Number" in plain and "Number" not in heads(exclude=("number",))
    assert heads() == plain
    (row,) = rows(Lines([Line("Kayla", number="7")], exclude=("number",)))
    assert "No. 7" not in row and "Kayla" in row


def test_nothing_of_a_row_is_left_when_it_is_drawn() -> None:
    """What is made once for a kind of table knows no student."""
    line = Line("Kayla", number="7")
    gone = weakref.ref(line)
    table = Lines([line])
    assert rows(table)
    del line, table
    gc.collect()
    assert gone() is None


def test_whatever_sets_of_columns_people_choose_hardly_more_is_left_of_them() -> None:
    class Wide(ListTable):
        """Ten columns, of which five may be chosen in 252 ways."""

    for number in range(10):
        Wide.base_columns[f"column_{number}"] = tables.Column(accessor="name", orderable=True)

    def draw(names: tuple[str, ...], sort: str) -> None:
        assert len(list(heads_of(Wide.of([], names, sort), QueryDict()))) == len(names)

    chosen = [names for names in combinations(Wide.base_columns, 5) if "column_0" in names]
    sorts = ("", "column_0", "-column_0")
    for sort in sorts:
        draw(tuple(Wide.base_columns), sort)
    tracemalloc.start()
    try:
        for names in chosen:
            for sort in sorts:
                draw(names, sort)
        gc.collect()
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(chosen) == 126 and left < 200_000, "bytes, of 378 sets"
