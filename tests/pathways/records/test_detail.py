"""The detail of a record that stands is a pattern that is filled in, and says what its template
would.
"""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string
from hypothesis import example, given, settings
from hypothesis.strategies import booleans, integers, lists, none, sampled_from

from pathways.ledger.shape import CREDITS
from pathways.models import Change
from pathways.records.detail import detail
from pathways.records.forms import ParticipationForm
from tests.plain import hostile

amounts = sampled_from(["0.00", "0.50", "2.00", "13.24"])
typed = hostile.filter(bool)  # a record that stands has all values
answers = sampled_from(["Yes", "No"])


@settings(max_examples=80, deadline=None)
@given(
    texts=lists(typed, min_size=4, max_size=4),
    credits=lists(amounts | typed, min_size=4, max_size=4),
    before=none() | lists(amounts, min_size=4, max_size=4),
    concentrator=answers,
    single_parent=answers,
    others=lists(answers, unique=True),
    more=integers(0, 3),
    differs=booleans(),
)
@example(
    texts=["{advice}", "{total}", "{pathway}", "{modified_by}"],
    credits=["{version}", "{in_district_credits}", "1", "1"],
    before=["1.00", "1.00", "0.00", "0.00"],
    concentrator="No",
    single_parent="No",
    others=["Yes"],
    more=1,
    differs=True,
)
def test_the_detail_is_what_its_template_says(
    texts: list[str],
    credits: list[str],
    before: list[str] | None,
    concentrator: str,
    single_parent: str,
    others: list[str],
    more: int,
    differs: bool,
) -> None:
    pathway, modified_by, start_date, modified_date = texts
    values = dict(zip(CREDITS, credits, strict=True))
    form = ParticipationForm(
        initial={
            "concentrator": concentrator,
            "single_parent": single_parent,
            "start_date": start_date,
            "version": 3,
            **values,
        },
        more=more,
    )
    if before is not None:
        stood = {name: Decimal(text) for name, text in zip(CREDITS, before, strict=True)}
        form.show_before(Change(**stood), "2023-24")
    form.begin()
    facts: dict[str, Any] = {
        "record": SimpleNamespace(pathway=SimpleNamespace(name=pathway)),
        "modified_by": modified_by,
        "modified_date": modified_date,
        "other_answers": others,
        "single_parent_differs": differs,
        "more": more,
    }
    patterned = detail(form, facts)
    plain = render_to_string("pathways/records/record_form.html", {**facts, "form": form})
    assert patterned.strip() == plain.strip()
    assert "<script>" not in patterned
    assert "<img" not in patterned
