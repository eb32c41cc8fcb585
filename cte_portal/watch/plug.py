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

PLUG = Plug(screens={Part.HEALTH: (HEALTH, SERVICE)}, announcement=service.announcement)
