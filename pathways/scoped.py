"""Pages on which a district's CTE records can be changed."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.functional import cached_property

from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.prepared import prepared
from pathways.models import CollectionLock


class RecordsView(ScopedView):
    @cached_property
    def lock(self) -> CollectionLock | None:
        """The lock that closes the current year's records. Other years are for reading anyway."""
        locks = _locks(self.scope.district, self.scope.end_year) if self.in_active_year else []
        return locks[0] if locks else None

    @cached_property
    def may_edit(self) -> bool:
        """True when the person may change records, and nothing closes them."""
        return self.can_edit and self.lock is None


@prepared
def _locks(district: str, end_year: int) -> QuerySet[CollectionLock]:
    return CollectionLock.objects.on_participations(district, end_year)
