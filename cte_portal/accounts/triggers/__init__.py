"""What OPI and the administrators did is append-only."""

from pathlib import Path

from cte_portal.triggers import Triggers

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
