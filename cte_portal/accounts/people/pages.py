"""What the pages about people have in common, for a district and for everybody."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import PortalView, ScopedView, StatewideView
from cte_portal.accounts.people.authority import Authority


class Pages(PortalView, ABC):
    """What the pages of both have in common."""

    @property
    @abstractmethod
    def authority(self) -> Authority:
        """Whose people the signed-in person keeps."""

    @abstractmethod
    def address(self, name: str, *arguments: object) -> str: ...

    def common_context(self) -> dict[str, Any]:
        return {
            "everywhere": self.authority.everywhere,
            "list_url": self.address("people"),
            "new_url": self.address("person-new"),
        }


class DistrictPages(Pages, ScopedView):
    capability = Capability.MANAGE_PEOPLE

    @property
    def authority(self) -> Authority:
        return Authority(self.person, self.scope.district)

    def address(self, name: str, *arguments: object) -> str:
        return reverse(
            f"district-{name}", args=[self.scope.district, self.scope.end_year, *arguments]
        )


class OpiPages(Pages, StatewideView):
    capability = Capability.MANAGE_EVERYONE

    @property
    def authority(self) -> Authority:
        return Authority(self.person)

    def address(self, name: str, *arguments: object) -> str:
        return reverse(name, args=arguments)
