"""The list behind a page of the follow-up, and the act that draws it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.watch.service import service
from pathways.follow_up.drawing import follow_up_list, has_moved
from pathways.follow_up.outcomes import FollowUpLocked
from pathways.ledger.refusals import Busy
from pathways.models import CollectionLock, DrawnList, FollowUpYear

PAGES = ("follow-up-list", "follow-up")
"""Those from which a list is drawn."""


class DrawnPage(ScopedView):
    """Looking at a list never draws it: daily work does, and who presses *Draw the list*."""

    @cached_property
    def drawn(self) -> DrawnList | None:
        """The list as it was drawn last."""
        return DrawnList.objects.of(self.scope)

    def drawing(self) -> dict[str, Any]:
        """What the page says of the list's age, and whether the person can draw it."""
        return {
            "drawn": self.drawn,
            "has_moved": has_moved(self.scope, self.drawn),
            "may_draw": self.can(Capability.EDIT_RECORDS) and service.current().takes_writes,
        }

    def open_elsewhere(self, year: FollowUpYear | None) -> list[FollowUpYear]:
        """Other years, whose leavers are called today, unless this page's own are."""
        today = timezone.localdate()
        if year and year.opens <= today <= year.closes:
            return []
        return FollowUpYear.objects.others_open_on(today, self.scope.end_year)


class DrawList(ScopedView):
    """Draws the list from the records as they stand, and leads back to the page of the button."""

    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            drawn = follow_up_list(self.scope)
        except Busy:
            messages.warning(
                request,
                "Another change to this district's records is being saved. The list is as it was."
                " Draw it again in a moment.",
            )
        else:
            locks = CollectionLock.objects.on_outcomes(self.scope.district, self.scope.end_year)
            if lock := locks.first():
                messages.warning(request, f"{FollowUpLocked(lock).words} The list is as it was.")
            elif drawn:
                messages.success(request, "The list was drawn from the records as they stand.")
        page = request.POST.get("page", "")
        name = page if page in PAGES else PAGES[0]
        return redirect(name, self.scope.district, self.scope.end_year)
