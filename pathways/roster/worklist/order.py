"""How the lines of the worklist can be sorted: by the database, alike on both vendors."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DateField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, LPad

from cte_portal.editions import Scope
from cte_portal.folding import Folded
from pathways.models import Enrollment, Participation, Pathway
from pathways.models.participation import credits_field

Order = tuple[str, ...]
BY_NAME: Order = ("last", "first", "state_id", "taught")
NO_DAY = datetime.date(1900, 1, 1)


def in_order(pairs: QuerySet[Any], scope: Scope, order: Order = ()) -> QuerySet[Any]:
    """Pairs by these fields, then by name. What is sorted by is computed for it alone."""
    fields = _fields(scope)
    names = {name.removeprefix("-") for name in order}
    return pairs.annotate(
        **{name: field for name, field in fields.items() if name in names}
    ).order_by(*order, *BY_NAME)


def _fields(scope: Scope) -> dict[str, Any]:
    """Nothing is never sorted, because the databases disagree on its place."""
    enrollment = Enrollment.objects.that_decide(scope.end_year).filter(
        student_id=OuterRef("person")
    )
    pathway = Pathway.objects.filter(pk=OuterRef("taught"))
    record = Participation.objects.filter(
        student_id=OuterRef("person"), pathway_id=OuterRef("taught")
    )
    nothing = Value(Decimal(-1), output_field=credits_field("Credits"))
    return {
        "by_grade": LPad(Subquery(enrollment.values("grade")[:1]), 2, Value("0")),
        "by_school": Folded(Subquery(enrollment.values("calendar__school__name")[:1])),
        "by_pathway": Folded(Subquery(pathway.values("name")[:1])),
        "by_total": Coalesce(Subquery(record.values("total_credits")[:1]), nothing),
        "by_modified": Coalesce(
            Subquery(record.values("modified_date")[:1]), Value(NO_DAY), output_field=DateField()
        ),
    }
