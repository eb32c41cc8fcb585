"""The CTE Participant Detail of a record that stands, as a pattern that is filled in: clerks open
hundreds a day, and most show the same fields with other values.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils.safestring import SafeString

from cte_portal.ui.patterns import kept_patterns
from pathways.ledger.shape import CREDITS
from pathways.models import Change, Participation
from pathways.records.forms import ParticipationForm, advice_on, total_of

ANSWERS = ("concentrator", "single_parent")
TYPED = ("start_date", "version", *CREDITS)


@dataclass(frozen=True)
class DetailKind:
    """What decides how the form looks apart from its values; nothing that a person typed."""

    answers: tuple[str, ...]
    more: int
    before_year: str
    """Beside the credits stand those of this year; empty where nothing stands there."""
    advice: str
    other_answers: tuple[str, ...]
    single_parent_differs: bool

    @property
    def form(self) -> MarkedForm:
        return MarkedForm(self)

    @property
    def record(self) -> Any:
        return SimpleNamespace(pathway=SimpleNamespace(name="{pathway}"))


class MarkedForm(ParticipationForm):
    """The form with marks in the place of values, and of what follows from them."""

    def __init__(self, kind: DetailKind) -> None:
        self.kind = kind
        marks = {name: f"{{{name}}}" for name in TYPED}
        answers = dict(zip(ANSWERS, kind.answers, strict=True))
        super().__init__(initial={**marks, **answers}, more=kind.more)
        if kind.before_year:
            for name, field in self.credits.items():
                field.before, field.before_year = f"{{before_{name}}}", kind.before_year
                field.widget.attrs["data-before"] = field.before
        self.begin()

    @property
    def total(self) -> Decimal | None:
        return Decimal(0)

    @property
    def total_words(self) -> str:
        return "{total}"

    @property
    def before_total(self) -> Any:
        return "{before_total}"

    @property
    def advice(self) -> dict[str, str] | None:
        return {"kind": self.kind.advice, "words": "{advice}"} if self.kind.advice else None


def detail(
    record: Participation, image: Change | None, school_year: str, facts: dict[str, Any]
) -> SafeString:
    """The fields as they are first shown, without a form being made for them; beside the credits
    those of `image`, which stood at the end of `school_year`. `facts` are the page's, which the
    template reads.
    """
    initial = ParticipationForm.initial_of(record)
    total = total_of(record)
    advice = advice_on(total, initial["concentrator"])
    kind = DetailKind(
        answers=tuple(initial[name] for name in ANSWERS),
        more=facts["more"],
        before_year=school_year if image else "",
        advice=advice["kind"] if advice else "",
        other_answers=tuple(facts["other_answers"]),
        single_parent_differs=facts["single_parent_differs"],
    )
    before = {f"before_{name}": f"{getattr(image, name):.2f}" for name in CREDITS if image}
    values = {
        **{name: initial[name] for name in TYPED},
        **dict.fromkeys((f"before_{name}" for name in CREDITS), ""),
        **before,
        "pathway": record.pathway.name,
        "modified_date": facts["modified_date"],
        "modified_by": facts["modified_by"],
        "advice": advice["words"] if advice else "",
        "total": f"{total:.2f}",
        "before_total": f"{total_of(image):.2f}" if image else "",
    }
    return kept_patterns().fill("pathways/records/record_detail.html", values, kind=kind)
