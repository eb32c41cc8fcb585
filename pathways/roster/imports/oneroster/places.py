"""Where an export keeps the State ID, the local id and the numbers of schools and sections: read
from the data, proposed, and confirmed by a person (R-IMP-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pathways.models import OneRosterMapping
from pathways.roster.imports.oneroster.district import DistrictData
from pathways.roster.imports.oneroster.lines import Org, StudentUser

SURE = 95
"""Percent of the students for whom a place must hold a State ID to be proposed."""
EXAMPLES = 3
_SEPARATORS = re.compile(r"[-./ ]")
_NAMED = re.compile(r"\{?\s*([^:{},]+?)\s*:\s*([^{},]*)")


def is_state_id(text: str) -> bool:
    return len(text) == 9 and text.isascii() and text.isdigit()


def user_ids(cell: str) -> Iterator[tuple[str, str]]:
    """Type and value of each entry of `userIds`, written {Type:Id}."""
    for named in _NAMED.finditer(cell):
        yield f"userIds:{named[1]}"[:100], named[2].strip()


def values_of(user: StudentUser) -> Iterator[tuple[str, str]]:
    """Every place of a user that may hold a number, with what stands there."""
    yield "sourcedId", user.id
    yield "identifier", user.identifier
    yield "username", user.username
    yield "userMasterIdentifier", user.master_id
    yield from user_ids(user.user_ids)
    yield from user.metadata


def value_at(place: str, user: StudentUser) -> str:
    return next((value for name, value in values_of(user) if name == place and value), "")


def section_number(rule: str, code: str, class_id: str) -> str:
    if rule == OneRosterMapping.SectionRule.ID:
        return class_id
    if rule == OneRosterMapping.SectionRule.AFTER:
        return _SEPARATORS.split(code)[-1]
    return code


@dataclass
class NumberPlace:
    """One place: how many students have something there, a State ID, a number that the portal
    knows.
    """

    name: str
    filled: int = 0
    state_ids: int = 0
    known_state_ids: int = 0
    short: int = 0
    known_local_ids: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class PlacesRead:
    """All places over all students of an export."""

    students: int = 0
    places: dict[str, NumberPlace] = field(default_factory=dict)

    def count(self, user: StudentUser, district: DistrictData) -> None:
        self.students += 1
        for name, value in values_of(user):
            if not value:
                continue
            place = self.places.setdefault(name, NumberPlace(name))
            place.filled += 1
            place.state_ids += is_state_id(value)
            place.known_state_ids += value in district.students
            place.short += len(value) <= 15
            place.known_local_ids += value in district.local_ids
            if len(place.examples) < EXAMPLES and value not in place.examples:
                place.examples.append(value[:40])

    def share(self, place: str) -> int:
        """Percentage of the students with a State ID at the place; 100 where there are none."""
        if not self.students:
            return 100
        at = self.places.get(place)
        return at.state_ids * 100 // self.students if at else 0

    def for_state_id(self) -> list[NumberPlace]:
        """The places that hold State IDs, the likeliest first."""
        return sorted(
            (place for place in self.places.values() if place.state_ids),
            key=lambda place: (-place.known_state_ids, -place.state_ids, place.name),
        )

    def for_local_id(self, state_id_place: str) -> list[NumberPlace]:
        return sorted(
            (
                place
                for place in self.places.values()
                if place.name != state_id_place and place.short * 100 >= self.students * SURE
            ),
            key=lambda place: (-place.known_local_ids, place.name != "identifier", place.name),
        )


def proposed(
    places: PlacesRead,
    orgs: list[Org],
    codes: list[tuple[str, str]],
    district: DistrictData,
    earlier: OneRosterMapping | None,
) -> dict[str, Any]:
    """What the page asks a person to confirm: text and numbers alone, as it is kept in a file."""
    state = places.for_state_id()
    sure = [place.name for place in state if places.share(place.name) >= SURE]
    state_id = sure[0] if sure else ""
    local = places.for_local_id(state_id)
    mapped = {school.org: school for school in earlier.schools.all()} if earlier else {}
    schools = []
    for org in orgs:
        before = mapped.get(org.id)
        number = before.number if before else _school_number(org, district)
        calendars = district.calendars.get(number, [])
        calendar = before.calendar if before else calendars[0] if calendars else "001"
        schools.append(
            {
                "org": org.id,
                "name": org.name,
                "identifier": org.identifier,
                "number": number,
                "calendar": calendar if number else "",
            }
        )
    return {
        "students": places.students,
        "state_id": [
            {
                "place": place.name,
                "number": place.state_ids,
                "share": places.share(place.name),
                "known": place.known_state_ids,
                "examples": place.examples,
            }
            for place in state
        ],
        "state_id_place": earlier.state_id_place if earlier else state_id,
        "local_id": [{"place": place.name, "examples": place.examples} for place in local],
        "local_id_place": (
            earlier.local_id_place
            if earlier
            else local[0].name
            if local and (local[0].known_local_ids or local[0].name == "identifier")
            else ""
        ),
        "section_rule": earlier.section_rule if earlier else _section_rule(codes),
        "section_examples": [code for code, _ in codes[:EXAMPLES]],
        "second_school": earlier.second_school if earlier else "S",
        "schools": schools,
    }


def _school_number(org: Org, district: DistrictData) -> str:
    """A school of the portal by its name, else by a number in the data; else four digits that stand
    alone.
    """
    for number, name in district.schools.items():
        if name.casefold() == org.name.casefold():
            return number
    numbers = [
        number
        for text in (org.identifier, org.id)
        for number in re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", text, re.ASCII)
        if number != district.scope.district
    ]
    known = [number for number in numbers if number in district.schools]
    return (known or numbers or [""])[0]


def _section_rule(codes: list[tuple[str, str]]) -> str:
    """The first rule that gives a number of up to 4 characters to nearly every class."""
    for rule in OneRosterMapping.SectionRule:
        fits = sum(0 < len(section_number(rule, code, class_id)) <= 4 for code, class_id in codes)
        if codes and fits * 100 >= len(codes) * SURE:
            return str(rule.value)
    return str(OneRosterMapping.SectionRule.CODE.value)
