"""The practice tour, for everybody who is signed in; its links, for who enters records in the
Practice District.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability, capabilities_of
from cte_portal.accounts.access.reach import roles_in
from cte_portal.editions import Scope
from pathways.models import CollectionLock
from pathways.practice.loaded import practice_scope
from pathways.practice.tour import STEPS


def is_certified(scope: Scope) -> bool:
    """Nothing is put back then: what was signed stays as it was signed."""
    return CollectionLock.objects.on_participations(scope.district, scope.end_year).exists()


class PracticeTour(TemplateView):
    template_name = "pathways/practice/tour.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = practice_scope()
        enters = scope is not None and Capability.EDIT_RECORDS in capabilities_of(
            roles_in(self.request, scope.district)
        )
        return super().get_context_data(
            steps=[
                (step, step.address(scope) if scope is not None and enters else "")
                for step in STEPS
            ],
            practice=scope,
            enters=enters,
            certified=scope is not None and is_certified(scope),
            elsewhere=settings.PRACTICE_PORTAL,
            **kwargs,
        )
