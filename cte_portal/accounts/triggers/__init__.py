"""What OPI and the administrators did is append-only; a sign-in or a page view stays as it was
written, for a year at least.
"""

from pathlib import Path

from cte_portal.triggers import KeptForAYear, Triggers

AUDIT = "accounts_auditevent"

_EVERYWHERE = {
    "accounts_auditevent_refuses_update": AUDIT,
    "accounts_auditevent_refuses_delete": AUDIT,
}
TRIGGERS = Triggers(
    Path(__file__).parent,
    {
        "sqlite": _EVERYWHERE,
        "postgresql": {**_EVERYWHERE, "accounts_auditevent_refuses_truncate": AUDIT},
    },
)
SIGN_INS = KeptForAYear(("accounts_signinevent",))
VIEWS = KeptForAYear(("accounts_viewevent",))
