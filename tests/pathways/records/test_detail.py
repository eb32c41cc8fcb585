"""The detail of a record that stands is a pattern that is filled in, and says what its template
would.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from hypothesis import example, given, settings
from hypothesis.strategies import (
    booleans,
    decimals,
    integers,
    lists,
    none,
    sampled_from,
    tuples,
)

from pathways.ledger.shape import CREDITS
from pathways.models import Change, Participation, Pathway
from pathways.records.detail import detail
from pathways.records.forms import ParticipationForm
from tests.plain import hostile

amounts = decimals("0", "30", places=2)
four = lists(amounts, min_size=4, max_size=4)


@settings(max_examples=80, deadline=None)
@given(
    texts=lists(hostile.filter(bool), min_size=3, max_size=3),
    credits=four,
    before=none() | four,
    answers=tuples(booleans(), booleans()),
    others=lists(sampled_from(["Yes", "No"]), unique=True),
    more=integers(0, 3),
    differs=booleans(),
)
@example(
    texts=["{pathway}", "{modified_by}", "{advice}"],
    credits=[Decimal("2.00"), Decimal(0), Decimal(1), Decimal(1)],
    before=[Decimal(1), Decimal(1), Decimal(0), Decimal(0)],
    answers=(False, False),
    others=["Yes"],
    more=1,
    differs=True,
)
def test_the_detail_is_what_its_template_says(
    texts: list[str],
    credits: list[Decimal],
    before: list[Decimal] | None,
    answers: tuple[bool, bool],
    others: list[str],
    more: int,
    differs: bool,
) -> None:
    pathway, modified_by, modified_date = texts
    record = Participation(
        pathway=Pathway(name=pathway),
        concentrator=answers[0],
        single_parent=answers[1],
        start_date=datetime.date(2022, 7, 14),
        version=3,
        **dict(zip(CREDITS, credits, strict=True)),
    )
    form = ParticipationForm(initial=ParticipationForm.initial_of(record), more=more)
    image = None
    if before is not None:
        image = Change(**dict(zip(CREDITS, before, strict=True)))
        form.show_before(image, "2023-24")
    form.begin()
    facts: dict[str, Any] = {
        "record": record,
        "modified_by": modified_by,
        "modified_date": modified_date,
        "other_answers": others,
        "single_parent_differs": differs,
        "more": more,
    }
    patterned = detail(record, image, "2023-24", facts)
    plain = render_to_string("pathways/records/record_form.html", {**facts, "form": form})
    assert patterned.strip() == plain.strip()
    assert "<script>" not in patterned
    assert "<img" not in patterned
