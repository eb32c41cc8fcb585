"""Pages on which a district's CTE records can be changed."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.functional import cached_property

from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.models import CollectionLock


class RecordsView(ScopedView):
    @cached_property
    def lock(self) -> CollectionLock | None:
        """The lock that closes the current year's records. Other years are for reading anyway."""
        return lock_of(self.scope) if self.in_active_year else None

    @cached_property
    def may_edit(self) -> bool:
        """True when the person may change records, and nothing closes them."""
        return self.can_edit and self.lock is None


def lock_of(scope: Scope) -> CollectionLock | None:
    """The lock of the district's records in the scope's year."""
    locks: list[CollectionLock] = _locks(scope.district, scope.end_year)
    return locks[0] if locks else None


@prepared
def _locks(district: str, end_year: int) -> QuerySet[CollectionLock]:
    return CollectionLock.objects.on_participations(district, end_year)
