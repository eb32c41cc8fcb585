"""What OPI takes out of the portal, in the navigation: archives of districts, sealed student files."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

SCREENS = (
    Screen(
        name="Archives of districts",
        path=("Run the portal",),
        url_name="district-archives",
        capability=Capability.EXPORT_FOR_PURPOSE,
        synonyms=(
            "export everything",
            "contract's end",
            "whole data",
            "take out",
            "zip",
            "leave the portal",
            "records request",
            "backup of a district",
        ),
        scoped=False,
        also=("district-archive",),
    ),
    Screen(
        name="Sealed student files",
        path=("Run the portal",),
        url_name="student-files",
        capability=Capability.EXPORT_FOR_PURPOSE,
        synonyms=(
            "student-level file",
            "data dictionary",
            "certified records",
            "all districts",
            "export",
            "reconciliation",
            "Perkins",
        ),
        scoped=False,
        also=("student-file",),
    ),
)
