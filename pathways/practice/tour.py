"""The practice tour: seven steps from the first search to the last look at what is left."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from cte_portal.editions import Scope
from pathways.roster.grid.selection import sections_of


@dataclass(frozen=True)
class TourStep:
    """`page` is the URL name of the screen of the Practice District on which it is done, where a
    section has to be chosen with the fullest one.
    """

    title: str
    page: str
    screen: str
    sentence: str
    in_a_section: bool = False

    def address(self, scope: Scope) -> str:
        address = reverse(self.page, args=[scope.district, scope.end_year])
        if not self.in_a_section:
            return address
        sections = sorted(
            sections_of(scope), key=lambda taught: (-taught.students, taught.section_id)
        )
        return f"{address}?section={sections[0].section_id}" if sections else address


STEPS = (
    TourStep(
        "Find a student",
        "cte-concentrator",
        "CTE Concentrator",
        "Type the first letters of a last name, press Enter, and open a student.",
    ),
    TourStep(
        "Correct a record",
        "findings",
        "Findings",
        "Open a finding. It leads to the field: read what to do, correct it, and click Save.",
    ),
    TourStep(
        "Enter a record that is missing",
        "roster-worklist",
        "Roster worklist",
        "Students in a CTE course without a record stand here. Choose one and create the record.",
    ),
    TourStep(
        "Enter credits for a class",
        "cte-roster-entry",
        "CTE Roster Entry",
        (
            "Take the section with the most students: type credits down the column with Enter, and"
            " save all changes at once."
        ),
        in_a_section=True,
    ),
    TourStep(
        "Test a file",
        "mt-data-upload",
        "MT Data Upload",
        (
            "Download the template filled with current records, change one value, and choose Validate"
            " and Test File. Nothing is saved by a test."
        ),
    ),
    TourStep(
        "Send the records to the state",
        "resync",
        "Resync State Data - Batch",
        "Send what has changed, and follow the job in the Batch Queue until it is completed.",
    ),
    TourStep(
        "See what is left",
        "district-home",
        "Home",
        "Home shows the steps of the guide, and what is missing before somebody can certify.",
    ),
)
