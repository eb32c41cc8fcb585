"""Pages on which a district's CTE records can be changed."""

from __future__ import annotations

from django.utils.functional import cached_property

from cte_portal.accounts.access.scoped import ScopedView
from pathways.models import CollectionLock


class RecordsView(ScopedView):
    @cached_property
    def lock(self) -> CollectionLock | None:
        """The lock that closes the current year's records. Other years are for reading anyway."""
        return (
            CollectionLock.objects.on_participations(
                self.scope.district, self.scope.end_year
            ).first()
            if self.in_active_year
            else None
        )

    @cached_property
    def may_edit(self) -> bool:
        """True when the person may change records, and nothing closes them."""
        return self.can_edit and self.lock is None
