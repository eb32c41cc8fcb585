"""The screens about the portal itself."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Part, Screen
from cte_portal.plugs import Plug
from cte_portal.watch.service import service

HEALTH = Screen(
    name="Portal health",
    path=("Run the portal",),
    url_name="portal-health",
    capability=Capability.SEE_LISTS,
    synonyms=(
        "status",
        "monitoring",
        "workers",
        "dispatcher",
        "backup",
        "version",
        "operations",
        "is it working",
    ),
    scoped=False,
)

SERVICE = Screen(
    name="Announcement and service",
    path=("Run the portal",),
    url_name="portal-service",
    capability=Capability.SEE_LISTS,
    synonyms=(
        "banner",
        "notice",
        "maintenance",
        "read-only",
        "close the portal",
        "downtime",
        "message to everybody",
    ),
    scoped=False,
)

GUIDANCE = {
    "portal-health": (
        "This page says whether the portal works, with the plain verdict on top.",
        "Look at the first line that is not green.",
        "Whoever runs the portal finds the same words in the log.",
    ),
    "portal-service": (
        "Here OPI says something above every page, or closes the portal for a while.",
        "Write the words, or choose how much may be done meanwhile.",
        "Everybody sees it on the next page that is opened.",
    ),
}

PLUG = Plug(
    screens={Part.HEALTH: (HEALTH, SERVICE)},
    guidance=GUIDANCE,
    announcement=service.announcement,
)
