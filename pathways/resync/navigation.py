"""Where the screens of the resync stand in the navigation, under the guide's paths."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

DATA_INTERCHANGE = ("System Settings", "Data Interchange Administration")

SCREENS = (
    Screen(
        name="Resync State Data - Batch",
        path=DATA_INTERCHANGE,
        url_name="resync",
        step="Step 3",
        capability=Capability.SEE_BATCHES,
        synonyms=(
            "unsent",
            "sync",
            "send to the state",
            "submit data",
            "Send Resync",
            "System Administration > Data Utilities > Resync State Data",
            "resynchronization",
            "send my data",
            "Check dependencies",
            "Last Resync",
            "State Edition",
            "not yet sent",
            "compare with the state",
            "Processed and Errors",
            "mismatch with the state",
            "complete resync",
            "not complete until a resync",
        ),
        also=("district-and-state",),
    ),
    Screen(
        name="Resync all districts",
        path=DATA_INTERCHANGE,
        url_name="resync-all",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "sync",
            "statewide",
            "Send Resync",
            "send all districts",
            "nightly resync",
            "publish",
        ),
        scoped=False,
    ),
)
