"""The practice tour on the home page of the Practice District."""

from __future__ import annotations

from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.frame import HomeTask, Standing
from pathways.demo.districts import PRACTICE
from pathways.practice.loaded import practice_scope


def practice_task(scope: Scope, standing: Standing) -> list[HomeTask]:
    """Offered to who enters records there. Other districts' pages ask nothing for it."""
    if scope.district != PRACTICE.number or not standing.can(Capability.EDIT_RECORDS):
        return []
    if scope != practice_scope():
        return []
    return [
        HomeTask(
            step="",
            title="Take the practice tour",
            path=("OPI guide", "Practice tour"),
            status=("none", "Optional"),
            sentence=(
                "Seven steps through a clerk's work. Each night these records go back to what they"
                " were, unless they are certified."
            ),
            url=reverse("practice-tour"),
            next_label="Start the tour",
        )
    ]
