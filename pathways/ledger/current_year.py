"""Records are written in the current school year alone; OPI may end it while work waits for its
turn or a page stands open.
"""

from __future__ import annotations

from django.db.models import QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.ledger.refusals import OtherYear
from pathways.models import SchoolYear


def demand_current(scope: Scope) -> None:
    """Raises OtherYear. Asked with the district held, so that nothing is written into a year for
    which it was not meant.
    """
    current = next((end_year for (end_year,) in _current()), None)
    if current != scope.end_year:
        raise OtherYear(scope.end_year, current)


@prepared
def _current() -> QuerySet[SchoolYear, tuple[int]]:
    return SchoolYear.objects.filter(is_active=True).values_list("pk")
