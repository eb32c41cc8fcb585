"""Lists of records narrowed by a District Defined Element (R-DDE-06). Addresses name elements and
choices by their keys, never what was entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.models import Element, ElementValue

BLANK, ENTERED = "blank", "entered"
ANSWERS = {"yes": True, "no": False}
_PART = re.compile(rf"([a-z0-9_]{{1,60}}):({BLANK}|{ENTERED}|yes|no|[0-9]{{1,18}})", re.ASCII)


@dataclass(frozen=True)
class ElementPart:
    """The records in which an element is blank or entered, or has one answer or choice: in an
    address `club:blank`, `club:entered`, `club:yes`, or `club:7` for the choice with that key.
    """

    key: str
    part: str

    @classmethod
    def of(cls, text: str) -> ElementPart | None:
        """None where the text names no part."""
        match = _PART.fullmatch(text)
        return cls(*match.groups()) if match else None

    def __str__(self) -> str:
        return f"{self.key}:{self.part}"

    def holds(self, scope: Scope, student: str = "student_id", pathway: str = "pathway_id") -> Any:
        """The condition for a query of rows that name student and pathway so."""
        values = ElementValue.objects.filter(
            element__district=scope.district,
            element__key=self.key,
            student_id=OuterRef(student),
            pathway_id=OuterRef(pathway),
        ).exclude(text="", number=None, date=None, yes=None)
        if self.part == BLANK:
            return ~Exists(values)
        if self.part in ANSWERS:
            return Exists(values.filter(yes=ANSWERS[self.part]))
        if self.part != ENTERED:
            of_choice = Q(element__choices=int(self.part), text=F("element__choices__name"))
            return Exists(values.filter(of_choice))
        return Exists(values)


def parts_of(kind: str, choices: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """What an element's records can be narrowed to, with its words; a choice has a key and a name."""
    yield BLANK, "blank"
    yield ENTERED, "entered"
    if kind == Element.Kind.YES_NO:
        yield "yes", "Yes"
        yield "no", "No"
    for key, name in choices:
        yield str(key), name


def parts_in(scope: Scope) -> list[tuple[str, str]]:
    """Of all elements in use, in the order of the screen: as an address has it, and its words."""
    rows = groupby(_in_use(scope), lambda row: row[:3])
    return [
        (f"{key}:{part}", f"{name}: {words}")
        for (key, name, kind), of_element in rows
        for part, words in parts_of(kind, [row[3:] for row in of_element if row[3]])
    ]


@prepared
def _in_use(scope: Scope) -> QuerySet[Any]:
    """Key, name and kind, and key and name of a choice, for each choice of an element, or once."""
    elements = Element.objects.of_district(scope).in_use()
    return elements.order_by("position", "pk", "choices__position", "choices__pk").values_list(
        "key", "name", "kind", "choices__pk", "choices__name"
    )
