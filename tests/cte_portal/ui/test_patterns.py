"""What is filled in is what its template would say, whatever a value looks like."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
import pytest
from django import forms
from hypothesis import given, settings
from hypothesis.strategies import lists

from cte_portal.ui.rows import rows_of
from cte_portal.ui.templatetags.portal import threes
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
