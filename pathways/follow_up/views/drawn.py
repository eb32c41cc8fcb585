"""The list behind a page of the follow-up, drawn again where it has to be."""

from __future__ import annotations

from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.watch.service import service
from pathways.follow_up.drawing import follow_up_list
from pathways.ledger.refusals import Busy
from pathways.models import DrawnList, FollowUpYear


class DrawnPage(ScopedView):
    """Opened after the district's data have moved, it draws the list again first.

    That writes while a page is looked at, and only what follows from records and OPI's dates, as a
    figure is kept that has been counted: the same list whoever looks, and none of it where nothing
    moved. Daily work draws what nobody opens; whom a caller sees is never a day behind.
    """

    is_busy = False

    @cached_property
    def drawn(self) -> DrawnList | None:
        """The list as it stands now; as it was drawn last while somebody else writes, or while the
        portal takes no writes.
        """
        if service.current().takes_writes:
            try:
                return follow_up_list(self.scope)
            except Busy:
                self.is_busy = True
        return DrawnList.objects.in_scope(self.scope).first()

    def open_elsewhere(self, year: FollowUpYear | None) -> list[FollowUpYear]:
        """Other years, whose leavers are called today, unless this page's own are."""
        today = timezone.localdate()
        if year and year.opens <= today <= year.closes:
            return []
        return list(FollowUpYear.objects.open_on(today).exclude(pk=self.scope.end_year))
