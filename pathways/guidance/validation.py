"""Step Four: findings, Validation Groups and Data Validation Reports."""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

VALIDATION: Mapping[str, Sentences] = {
    "findings": (
        "These are the errors and warnings of your records, as they are now.",
        "Open a line to correct the record; where a warning is right, explain it.",
        "Errors must be corrected and warnings explained before anyone can certify.",
    ),
    "findings-explain": (
        "Here you explain all warnings of one rule at once.",
        "Give the reason why they are right.",
        "An explanation holds as long as the value stays the same.",
    ),
    "finding-explain": (
        "Here you explain one warning.",
        "Give the reason why the value is right.",
        "The certifier and OPI read it; it holds as long as the value stays the same.",
    ),
    "validation-groups": (
        "A Validation Group holds the reports that belong together.",
        "A District Administrator assigns it to one or more user groups.",
        "Those people then find it under Data Validation Reports.",
    ),
    "data-validation-reports": (
        "These are the guide's reports, at the district and at the state.",
        "Search for CTE, run the reports, and correct what they list.",
        (
            "Then run the Certification report with Run at State; if the two do not match, repeat Step"
            " 3."
        ),
    ),
    "validation-of-all": (
        "These are errors and warnings of all districts.",
        "Run the reports for all, and open a district to see its own.",
        "Each district corrects its own records.",
    ),
    "shared-students": (
        "These are students whom two districts report.",
        "Call both districts where the records cannot both be right.",
        "Neither district sees the other's records.",
    ),
}
