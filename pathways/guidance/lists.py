"""OPI's lists, which every district works with."""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

LISTS: Mapping[str, Sentences] = {
    "admin:index": (
        "Here OPI sets the collection up: school years, districts, Pathways, approvals, events.",
        "Follow the steps in their order.",
        "Each change is kept in the audit.",
    ),
    "admin:pathways_schoolyear_changelist": (
        "These are the school years; one of them is the current year.",
        "Add the next year early, and make it current when this one is certified.",
        "What follows for the districts is shown before it is saved.",
    ),
    "admin:pathways_district_changelist": (
        "These are the districts with their four-digit numbers.",
        "Add a district, or correct a name.",
        "Receipts keep the name that was signed.",
    ),
    "districts-import": (
        "Here many districts and their first District Administrators come from one file.",
        "Choose the file; what follows is shown first.",
        "Each administrator gets an invitation.",
    ),
    "admin:pathways_pathway_changelist": (
        "These are the approved areas of study for CTE courses.",
        "Add a Pathway, rename it, or give it a last year.",
        "A Pathway in use is never deleted.",
    ),
    "admin:pathways_endstatus_changelist": (
        "These are the End Statuses of enrollments.",
        "Say for each whether it means a graduate, a dropout, or neither.",
        "The follow-up list is drawn from them.",
    ),
    "admin:pathways_subjectpathway_changelist": (
        "These are the Pathways that the portal proposes for courses by their SCED subject area.",
        "Add a row for each Pathway of an area, or say that the area is not CTE.",
        "Districts decide; answers that were given stay.",
    ),
    "admin:pathways_postprogramstatus_changelist": (
        "These are the answers that a follow-up can bring.",
        "Say for each whether it counts as answered and as placed.",
        "Sealed figures keep what was said then.",
    ),
    "admin:pathways_followupyear_changelist": (
        "These are the dates and aims of each year's follow-up.",
        "Set the days of contact, the attempts required and the target.",
        "What follows for the districts is shown before it is saved.",
    ),
    "admin:pathways_ruleseverity_changelist": (
        "These are rules whose severity OPI has changed for a school year.",
        "Add a rule and say whether it is an error, a warning or information.",
        "What follows for the districts is shown before it is saved.",
    ),
    "approvals": (
        "Districts must be approved to offer a specific Pathway.",
        "Choose a Pathway or a district, check its approvals, and save with a reason.",
        "Whose records would no longer be approved is shown first.",
    ),
    "approvals-copy": (
        "Here last year's approvals become those of another year.",
        "Look at what would be approved, then go on.",
        "Single approvals can be changed afterwards.",
    ),
    "approvals-import": (
        "Here approvals come from a file.",
        "Choose the file; what follows is shown first.",
        "Nothing is saved while a line has an error.",
    ),
}
