"""Records are written in the current school year alone; OPI may end it while work waits for its
turn or a page stands open.
"""

from __future__ import annotations

from cte_portal.editions import Scope
from pathways.ledger.refusals import OtherYear
from pathways.models import SchoolYear


def demand_current(scope: Scope) -> None:
    """Raises OtherYear. Asked with the district held, so that nothing is written into a year for
    which it was not meant.
    """
    current = SchoolYear.objects.filter(is_active=True).values_list("pk", flat=True).first()
    if current != scope.end_year:
        raise OtherYear(scope.end_year, current)
