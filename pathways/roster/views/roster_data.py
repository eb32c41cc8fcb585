"""Roster Data: what a district has and lacks."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from pathways.roster.by_hand import undoing
from pathways.roster.by_hand.new_year import year_before
from pathways.roster.standing import steps_of


class RosterData(ScopedView, TemplateView):
    """The six steps from an empty district to its first records, with what is there and what is
    missing.
    """

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/roster/data.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            steps=steps_of(self.scope),
            may_upload=self.can_edit,
            before=year_before(self.scope),
            undo=undoing.offered(self.request),
            **kwargs,
        )
