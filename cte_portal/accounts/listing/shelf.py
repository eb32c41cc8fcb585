"""Where a person's saved lists stand: with a district, in the year that is open, or with OPI."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from cte_portal.accounts.models import SavedList
from cte_portal.accounts.models.saved_list import SavedListQuerySet
from cte_portal.editions import Scope
from cte_portal.prepared import prepared

OPI = "people"
"""URL name of the list whose address shows how OPI's addresses begin. It opens where a saved list
no longer leads to a page.
"""


@dataclass(frozen=True)
class SavedLink:
    """A saved list with the addresses that open and remove it."""

    name: str
    open: str
    remove: str


@dataclass(frozen=True)
class Shelf:
    """`scope` is None for OPI's."""

    scope: Scope | None

    @property
    def district(self) -> str:
        return self.scope.district if self.scope else ""

    @property
    def top(self) -> str:
        """How the addresses of its lists begin; the rest of a list's address is kept."""
        if self.scope is None:
            return reverse(OPI).removesuffix(f"{OPI}/")
        return reverse("district-home", args=[self.scope.district, self.scope.end_year])

    @property
    def first_page(self) -> str:
        return self.top if self.scope else reverse(OPI)

    def address(self, name: str, *arguments: str) -> str:
        """Of a page about saved lists."""
        if self.scope is None:
            return reverse(f"opi-{name}", args=arguments)
        return reverse(name, args=[self.scope.district, self.scope.end_year, *arguments])

    def lists_of(self, user_id: int) -> SavedListQuerySet:
        lists: SavedListQuerySet = SavedList.objects.of(user_id, self.district)
        return lists

    def links(self, user_id: int, path: str) -> list[SavedLink]:
        """How a person looks at the list whose page has the path."""
        return [
            SavedLink(
                name, self.address("saved-list", token), self.address("saved-list-remove", token)
            )
            for name, token in _of_page(user_id, self.district, path.removeprefix(self.top))
        ]


@prepared
def _of_page(user_id: int, district: str, path: str) -> QuerySet[SavedList, tuple[str, str]]:
    """Name and token of the lists that a person has saved of a page."""
    lists: SavedListQuerySet = SavedList.objects.of(user_id, district)
    return lists.filter(path=path).values_list("name", "token")
