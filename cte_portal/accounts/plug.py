"""What people and sign-in give the rest of the portal."""

from __future__ import annotations

from cte_portal.accounts import navigation, retention
from cte_portal.accounts.access.visitor import standing
from cte_portal.accounts.duties import watched
from cte_portal.accounts.guidance import GUIDANCE
from cte_portal.frame import Part
from cte_portal.plugs import Plug

PLUG = Plug(
    screens={Part.HOME: navigation.HOME, Part.PORTAL: navigation.SCREENS},
    guidance=GUIDANCE,
    retention=(
        retention.SESSIONS,
        retention.KEPT_FORMS,
        retention.LINKS,
        retention.SIGN_INS,
        retention.VIEWS,
        retention.SAVED_LISTS,
    ),
    watched=(watched.emergency_accounts,),
    standing=standing,
)
