"""CTE Lingo: what the guide's terms mean, in the guide's own words, and what the fields of the CTE
Concentrator screen hold.

One list for the CTE Lingo page and for the help under the fields. Keys are the form's field names;
each term has an anchor on the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from pathways.ledger.shape import CREDITS, LABELS, PARTS_OF_THE_TOTAL
from pathways.lists.standard import PATHWAYS

GUIDE = "OPI guide 2024-25"


@dataclass(frozen=True)
class Term:
    """`definition`, and for a term that lists names `names` and what `follows` them; `also` is what
    another source adds.
    """

    key: str
    name: str
    question: str
    definition: str
    source: str
    names: tuple[str, ...] = ()
    follows: str = ""
    also: str = ""
    also_source: str = ""

    @property
    def anchor(self) -> str:
        return self.key.replace("_", "-")

    @property
    def url(self) -> str:
        return f"{reverse('cte-lingo')}#{self.anchor}"

    @property
    def text(self) -> str:
        """The definition as one running text, as the guide prints it."""
        if not self.names:
            return self.definition
        return f"{self.definition} {'; '.join(self.names)}. {self.follows}"

    @property
    def short(self) -> str:
        """Beside a field that offers the names itself, the list is left out."""
        if not self.names:
            return self.definition
        return f"{self.definition.partition('. ')[0]}. {self.follows}"


TERMS = (
    Term(
        "pathway",
        "Pathway",
        "What is a pathway?",
        "An approved area of study for CTE courses. Pathways in Montana include",
        f"{GUIDE}, CTE Lingo",
        names=tuple(PATHWAYS),
        follows="Districts must be approved to offer a specific pathway.",
    ),
    Term(
        "concentrator",
        "Concentrator",
        "What is a concentrator?",
        "A student who has (or will complete in the current year) two or more credits in a single"
        " pathway.",
        f"{GUIDE}, CTE Lingo",
        also=(
            "If the total credits earned is 2 or more, CTE Concentrator should be “Yes”. Credits of"
            " different pathways are not added together."
        ),
        also_source=f"{GUIDE}, Step Two A 4, and CTE Lingo: in a single pathway",
    ),
    Term(
        "single_parent",
        "Single Parent",
        "Who is a single parent?",
        "A student who is a single parent of their own child.",
        f"{GUIDE}, CTE Lingo",
        also=(
            "Change Student Single Parent to Yes on every pathway of the student, even if new"
            " credits have not been earned."
        ),
        also_source=f"{GUIDE}, Step Two A 6 and B 6",
    ),
    Term(
        "pathway_credits",
        "Pathway Credits",
        "What are pathway credits?",
        "The number of credits earned (or will earn in the current year) in a single pathway.",
        f"{GUIDE}, CTE Lingo",
        also=(
            "Total Pathway Credits Earned is automatically calculated from the sum of In District"
            " Credits Earned and Out of District Credits Earned. Students who have earned a minimum"
            " of 2 Pathway Credits are considered a CTE Concentrator."
        ),
        also_source=f"{GUIDE}, CTE Participant Detail",
    ),
)

FIELDS = (
    Term(
        "in_district_credits",
        "In District Credits Earned",
        "What are in district credits?",
        "Credits in the pathway that the student earned in this district. They update Total Pathway"
        " Credits Earned.",
        f"{GUIDE}, Step Two A 3 and B 3",
    ),
    Term(
        "out_of_district_credits",
        "Out of District Credits Earned",
        "What are out of district credits?",
        "Credits in the pathway that the student earned elsewhere and transferred in. They update"
        " Total Pathway Credits Earned too.",
        f"{GUIDE}, Step Two A 3 and B 3",
    ),
    *(
        Term(
            name,
            LABELS[name],
            f"What are {LABELS[name].lower()}?",
            f"Those of the student’s pathway credits that were {LABELS[name]}. They must also be"
            " added to In District Credits Earned and/or Out of District Credits Earned, and are"
            " not counted twice in the total.",
            f"{GUIDE}, Step Two A 5 and B 5",
        )
        for name in CREDITS
        if name not in PARTS_OF_THE_TOTAL
    ),
    Term(
        "start_date",
        "Start Date",
        "What is the start date?",
        "The date the student began the CTE program.",
        "Infinite Campus, CTE (Montana)",
    ),
)

LINGO = {term.key: term for term in (*TERMS, *FIELDS)}
