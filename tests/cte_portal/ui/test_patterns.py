"""What is filled in is what its template would say, whatever a value looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import escape
from hypothesis import given, settings
from hypothesis.strategies import lists, sampled_from

from cte_portal.pages.offered import KeptSelect, offer
from cte_portal.ui import patterns
from cte_portal.ui.navigation import Entry, Group
from cte_portal.ui.tables.rows import around_sort, rows_of
from cte_portal.ui.templatetags.portal import threes
from cte_portal.ui.templatetags.screens import screen_groups
from tests.plain import HOSTILE, hostile, plainly


@settings(max_examples=40, deadline=None)
@given(texts=lists(hostile, min_size=4, max_size=4))
def test_options_of_a_select_are_what_their_template_says(texts: list[str]) -> None:
    value, label, group, other = texts
    choices = [("", "Select"), (value, label), (group, [(other, other), ("last", label)])]
    field = forms.ChoiceField(choices=choices, widget=forms.Select)
    drawn = field.widget.render("school", value)
    with plainly():
        assert drawn == field.widget.render("school", value)
    assert "<script>" not in drawn


class Offering(forms.Form):
    school = forms.ChoiceField(required=False, widget=KeptSelect)


def test_a_list_that_is_kept_shows_the_choices_and_the_choice_of_now() -> None:
    """It is rendered once for each: no school that is new and no other choice may be missed."""
    lists_drawn = []
    for schools, chosen in (
        (["Elm"], "Elm"),
        (["Elm", "O'Neil & Sons"], "Elm"),
        (["Elm", "O'Neil & Sons"], "O'Neil & Sons"),
        (["Elm", "O'Neil & Sons"], "Oak"),
        (["Elm"], "Elm"),
    ):
        form, plain = Offering({"school": chosen}), Offering({"school": chosen})
        plain.fields["school"].widget = forms.Select()
        for offering in (form, plain):
            offer(offering, "school", [(name, name) for name in schools])
        assert str(form["school"]) == str(plain["school"])
        lists_drawn.append(str(form["school"]))
    assert lists_drawn[0] == lists_drawn[4] and len(set(lists_drawn)) == 4
    assert 'aria-invalid="true"' in lists_drawn[3]


def test_a_list_of_screens_that_is_kept_is_that_of_now() -> None:
    """Another number that waits, another district, another page or one screen less is drawn anew."""
    listed = [
        str(screen_groups((Group("A › B", tuple(entries)),)))
        for entries in (
            [Entry("Worklist", "/0001/", "Step 2", "", 3), Entry("Queue", "/0001/q/", "", "page")],
            [Entry("Worklist", "/0001/", "Step 2", "", 4), Entry("Queue", "/0001/q/", "", "page")],
            [Entry("Worklist", "/0002/", "Step 2", "", 3), Entry("Queue", "/0002/q/", "", "page")],
            [Entry("Worklist", "/0001/", "Step 2", "page", 3), Entry("Queue", "/0001/q/", "", "")],
            [Entry("Worklist", "/0001/", "Step 2", "", 3)],
        )
    ]
    assert len(set(listed)) == 5
    assert "3 open" in listed[0] and "4 open" in listed[1] and "/0002/" in listed[2]
    assert "A › B" in listed[0] and "Queue" not in listed[4]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_state_id_is_no_format(text: str) -> None:
    drawn = threes(text)
    assert "<script>" not in drawn
    parts = [text[at : at + 3] for at in range(0, len(text), 3)]
    assert drawn.count("<i>") == len(parts)


class Rows(tables.Table):
    name = tables.Column()
    twice = tables.Column(accessor="word__upper", orderable=False)
    missing = tables.Column()
    called = tables.Column()


class Record:
    name, word = "<b>", "a"

    def called(self) -> str:
        return "said"


@pytest.mark.parametrize(
    "record", [Record(), {"name": "<b>", "word": "a", "called": "said"}], ids=["object", "mapping"]
)
def test_a_cell_shows_an_attribute_a_key_or_what_a_method_answers(record: Any) -> None:
    row = "".join(rows_of(Rows([record])))
    cells = [part.partition("<")[0] for part in row.split(">")]
    assert [cell for cell in cells if cell.strip()] == ["&lt;b&gt;", "A", "—", "said"]


@settings(max_examples=40, deadline=None)
@given(texts=lists(hostile, min_size=3, max_size=3), turn=sampled_from(["", "name", "-name"]))
def test_heads_of_columns_are_what_their_template_says(texts: list[str], turn: str) -> None:
    title, word, page = texts

    class Titled(Rows):
        name = tables.Column(verbose_name=title)
        called = tables.Column(verbose_name=title, attrs={"th": {"hidden": True}}, orderable=False)

    query = QueryDict(mutable=True)
    query.update({"term": word, "page": page})
    table = Titled([Record()], order_by=turn or None)

    def heads() -> str:
        page = render_to_string("ui/table.html", {"table": table, "request": Asked(query)})
        return page.partition("<thead>")[2].partition("</thead>")[0]

    drawn = heads()
    with plainly():
        assert drawn == heads()
    assert "<script>" not in drawn
    assert "page=" not in drawn
    assert ("aria-sort" in drawn) == bool(turn)
    assert drawn.count("<th ") == 4


@settings(max_examples=40, deadline=None)
@given(texts=lists(hostile, min_size=2, max_size=2), sorts=sampled_from([None, 0, 1, 2]))
def test_an_address_that_sorts_keeps_all_else(texts: list[str], sorts: int | None) -> None:
    words = [("term", texts[0]), (f"sort{texts[1]}", "&sort="), ("resort", texts[1])]
    if sorts is not None:
        words.insert(sorts, ("sort", "name"))
    query = QueryDict(mutable=True)
    query.update(dict(words))
    before, after = around_sort(query)
    query["sort"] = "-name"
    assert f"{before}sort=-name{after}" == query.urlencode()


@pytest.mark.parametrize("title", HOSTILE)
def test_the_title_of_a_column_is_no_format(title: str) -> None:
    class Titled(Rows):
        name = tables.Column()
        called = tables.Column(verbose_name=title)

    table = Titled([Record()])
    row = "".join(rows_of(table))
    assert f'data-label="{escape(table.columns["called"].header)}"' in row


def test_no_more_forms_of_a_pattern_are_kept_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """People choose columns, so nobody knows how many forms a row has."""
    monkeypatch.setattr(patterns, "MOST_KEPT", 3)
    kept = patterns.Patterns()
    for number in range(10):
        drawn = kept.fill("ui/time.html", {"machine": "2025", "text": number}, form=number)
        assert f">{number}<" in drawn
    assert len(kept._known) <= 3


@dataclass
class Asked:
    """As much of a request as a table reads."""

    GET: QueryDict


def test_the_patterns_of_a_process_stay_bounded_when_two_threads_fill_the_last_place() -> None:
    known = patterns.Patterns()
    known._known.update(dict.fromkeys(((str(number),) for number in range(4097)), ""))
    known.fill("ui/time.html", {"machine": "now", "text": "now"})
    assert len(known._known) == 1
