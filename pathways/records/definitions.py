"""What the guide's terms mean, one key away from the fields of a record."""

from __future__ import annotations

from functools import cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from pathways.ledger.shape import CREDITS
from pathways.records.lingo import LINGO, Term


@cache
def definitions() -> dict[str, SafeString]:
    """By the field that each stands below, those of all credits together. They are the same on
    every page, and rendered once a process.
    """
    names = ("pathway", "concentrator", "single_parent", "start_date")
    credits = tuple(LINGO[name] for name in ("pathway_credits", *CREDITS))
    return {
        **{name: _definition((LINGO[name],), LINGO[name].question) for name in names},
        "credits": _definition(credits, "Which credits count where?"),
    }


def _definition(terms: tuple[Term, ...], question: str) -> SafeString:
    context = {"terms": terms, "question": question}
    return render_to_string("pathways/records/definition.html", context)
