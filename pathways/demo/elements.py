"""A district's own elements on the practice portal: one of each kind and a retired one, with values
in about two of three records.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from random import Random

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.demo.districts import ACTIVE, COTTONWOOD
from pathways.elements import definitions, many
from pathways.elements.definitions import ElementDefinition
from pathways.elements.values import Content, ElementEdit
from pathways.models import Element, Participation

ADMINISTRATOR, CLERK = "dadmin", "cmartin"
Kind = Element.Kind
CLUBS = ("FFA", "FBLA", "HOSA", "SkillsUSA")
SITES = ("Cottonwood Clinic", "Bend Implement", "County Road Shop", "Riverside Café")
HOURS, DAYS = (Decimal(12), Decimal("40.5"), Decimal(80), Decimal(120)), 40
PORTFOLIO = datetime.date(ACTIVE, 4, 1)
RETIRED = "Locker"


def _definition(
    position: int, name: str, kind: Kind, help_text: str = "", choices: tuple[str, ...] = ()
) -> ElementDefinition:
    lowest, highest = (Decimal(0), Decimal(500)) if kind is Kind.NUMBER else (None, None)
    return ElementDefinition(name, help_text, kind, lowest, highest, position, choices)


ELEMENTS: tuple[tuple[ElementDefinition, Callable[[Random], Content]], ...] = (
    (
        _definition(1, "Student organization", Kind.CHOICE, choices=CLUBS),
        lambda chance: chance.choice(CLUBS),
    ),
    (
        _definition(2, "Work site", Kind.TEXT, "Where the student works, not who with"),
        lambda chance: chance.choice(SITES),
    ),
    (
        _definition(3, "Hours at the work site", Kind.NUMBER, "This school year"),
        lambda chance: chance.choice(HOURS),
    ),
    (
        _definition(4, "Safety test passed", Kind.YES_NO),
        lambda chance: chance.random() < 0.8,
    ),
    (
        _definition(5, "Portfolio handed in", Kind.DATE),
        lambda chance: PORTFOLIO + datetime.timedelta(days=chance.randrange(DAYS)),
    ),
    (
        _definition(6, RETIRED, Kind.TEXT, "Of the shop"),
        lambda chance: f"{chance.randrange(1, 60)}",
    ),
)


def add(chance: Random) -> None:
    """In the district of the guide's student, entered by its people."""
    scope = Scope(COTTONWOOD.number, ACTIVE)
    administrator = User.objects.get(username=ADMINISTRATOR)
    clerk = User.objects.get(username=CLERK)
    records = list(Participation.objects.in_scope(scope).order_by("student__state_id", "pathway"))
    edits = []
    for definition, value in ELEMENTS:
        element = definitions.add(scope, definition, by=administrator)
        edits += [
            (record, ElementEdit(element, value(chance), 0))
            for record in records
            if chance.random() < 0.65
        ]
    source = many.Source.SCREEN
    many.save(scope, edits, by=clerk.record_name, by_id=clerk.pk, source=source)
    retired = Element.objects.of_district(scope).get(name=RETIRED)
    position, name = retired.position, retired.name
    gone = ElementDefinition(
        name, retired.help, retired.kind, None, None, position, is_retired=True
    )
    definitions.change(scope, retired.pk, gone, seen=retired.version, by=administrator)
