"""How the lines of the worklist can be sorted: by the database, alike on both vendors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import DateField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from cte_portal.editions import Scope
from cte_portal.folding import Folded
from pathways.models import Participation, Pathway
from pathways.models.participation import credits_field
from pathways.records.student_list.order import placement
from pathways.records.student_list.students import NO_DAY

Order = tuple[str, ...]
BY_NAME: Order = ("last", "first", "state_id", "taught")


def in_order(pairs: QuerySet[Any], scope: Scope, order: Order = ()) -> QuerySet[Any]:
    """Pairs by these fields, then by name. What is sorted by is computed for it alone."""
    fields = _fields(scope)
    names = {name.removeprefix("-") for name in order}
    return pairs.annotate(
        **{name: field for name, field in fields.items() if name in names}
    ).order_by(*order, *BY_NAME)


def _fields(scope: Scope) -> dict[str, Any]:
    """Nothing is never sorted, because the databases disagree on its place."""
    pathway = Pathway.objects.filter(pk=OuterRef("taught"))
    record = Participation.objects.filter(
        student_id=OuterRef("person"), pathway_id=OuterRef("taught")
    )
    nothing = Value(Decimal(-1), output_field=credits_field("Credits"))
    return {
        **placement(scope.end_year, "person"),
        "by_pathway": Folded(Subquery(pathway.values("name")[:1])),
        "by_total": Coalesce(Subquery(record.values("total_credits")[:1]), nothing),
        "by_modified": Coalesce(
            Subquery(record.values("modified_date")[:1]), Value(NO_DAY), output_field=DateField()
        ),
    }
