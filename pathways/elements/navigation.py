"""Where a district's own elements stand in the navigation."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

SCREENS = (
    Screen(
        name="District Defined Elements",
        path=("Student Information", "State Programs"),
        url_name="district-defined-elements",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "bus route",
            "FFA",
            "CTSO",
            "industry credential",
            "custom fields",
            "own fields",
            "local fields",
            "choice list",
            "add a field",
            "attributes",
            "upload elements",
            "import custom fields",
            "elements from a file",
            "district fields",
            "extra fields",
            "System Administration > Custom > Attribute/Dictionary",
            "DDE",
        ),
        also=("district-defined-element", "district-defined-values-upload"),
    ),
)
