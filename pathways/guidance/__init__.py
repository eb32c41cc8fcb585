"""Three sentences for each page of the CTE records, by URL name: what it is for, what to do, and
what follows.
"""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences
from pathways.guidance.files import FILES
from pathways.guidance.follow_up import FOLLOW_UP
from pathways.guidance.lists import LISTS
from pathways.guidance.records import RECORDS
from pathways.guidance.roster import ROSTER
from pathways.guidance.validation import VALIDATION

GUIDANCE: Mapping[str, Sentences] = {
    **RECORDS,
    **ROSTER,
    **FOLLOW_UP,
    **FILES,
    **VALIDATION,
    **LISTS,
}
