"""Lists that nobody opens are drawn all the same (Plug.daily): OPI counts them, callers are
reminded of them, and who came is named with the day.
"""

from __future__ import annotations

from django.utils import timezone

from cte_portal.editions import Scope
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.pairs.deciding import count_the_single
from pathways.ledger.refusals import Busy
from pathways.models import District, FollowUpYear


def draw_lists() -> None:
    """Every district's list of the years whose leavers are called now. One that stands, or from
    whose sources nothing has moved, costs a few look-ups; one that somebody is writing to waits an
    hour. Who was counted on another list and stands on none any more counts again.
    """
    districts = District.objects.order_by("number").values_list("number", flat=True)
    for year in FollowUpYear.objects.open_on(timezone.localdate()):
        for number in districts:
            try:
                follow_up_list(Scope(number, year.end_year))
            except Busy:
                continue
    count_the_single()
