"""The screen of the portal's health."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Part, Screen
from cte_portal.plugs import Plug

HEALTH = Screen(
    name="Portal health",
    path=("Run the portal",),
    url_name="portal-health",
    capability=Capability.SEE_LISTS,
    synonyms=("status", "monitoring", "workers", "dispatcher", "backup", "version", "operations"),
    scoped=False,
)

PLUG = Plug(screens={Part.HEALTH: (HEALTH,)})
