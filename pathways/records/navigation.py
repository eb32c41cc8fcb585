"""Where *Views and Downloads* stands in the navigation: beside the people of the district."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

VIEWS = (
    Screen(
        name="Views and Downloads",
        path=("System Settings", "User Management"),
        url_name="district-view-events",
        capability=Capability.SEE_VIEW_EVENTS,
        synonyms=(
            "who looked at a student",
            "access log",
            "read log",
            "privacy",
            "downloads",
            "FERPA",
            "disclosure",
        ),
    ),
)
