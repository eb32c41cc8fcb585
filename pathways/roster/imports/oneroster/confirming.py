"""Keeping what a person has confirmed about a system's exports."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cte_portal.editions import Scope
from pathways.ledger.locks import lock_district
from pathways.models import OneRosterMapping, OneRosterSchool


@dataclass(frozen=True)
class SchoolChoice:
    """Which school an organization of the export is; without a number it is left out."""

    org: str
    name: str
    number: str
    calendar: str


@dataclass(frozen=True)
class MappingChoices:
    """Everything that the page asks."""

    source: str
    state_id_place: str
    local_id_place: str
    section_rule: str
    second_school: str
    share: int
    schools: tuple[SchoolChoice, ...]


def confirm(
    scope: Scope, choices: MappingChoices, *, by: str, by_id: int | None
) -> OneRosterMapping:
    """The mapping in force from now on: a new one, unless nothing differs from the one that is. A
    school of an earlier mapping that this export does not name stays mapped.
    """
    with transaction.atomic():
        lock_district(scope, exclusive=True)
        earlier = OneRosterMapping.objects.in_force(scope.district, choices.source)
        schools = {school.org: school for school in choices.schools}
        if earlier:
            numbers = {school.number for school in choices.schools if school.number}
            for school in earlier.schools.all():
                number, calendar = school.number, school.calendar
                if number in numbers:
                    number = calendar = ""
                own = SchoolChoice(school.org, school.name, number, calendar)
                schools.setdefault(school.org, own)
            if _is_same(earlier, choices, schools):
                return earlier
        mapping = OneRosterMapping.objects.create(
            district=scope.district,
            source=choices.source,
            state_id_place=choices.state_id_place,
            local_id_place=choices.local_id_place,
            section_rule=choices.section_rule,
            second_school=choices.second_school,
            share=choices.share,
            by=by,
            by_id=by_id,
            at=timezone.now(),
        )
        OneRosterSchool.objects.bulk_create(
            OneRosterSchool(
                mapping=mapping,
                org=school.org,
                name=school.name,
                number=school.number,
                calendar=school.calendar,
            )
            for school in schools.values()
        )
        return mapping


def _is_same(
    earlier: OneRosterMapping, choices: MappingChoices, schools: dict[str, SchoolChoice]
) -> bool:
    names = ("state_id_place", "local_id_place", "section_rule", "second_school", "share")
    before = {
        school.org: SchoolChoice(school.org, school.name, school.number, school.calendar)
        for school in earlier.schools.all()
    }
    return before == schools and all(
        getattr(earlier, name) == getattr(choices, name) for name in names
    )
