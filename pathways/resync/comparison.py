"""District and state side by side: which rows differ and why (ux V-03)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.urls import reverse

from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.models import Enrollment, Participation, Roster, StateCopy, Student
from pathways.resync import gap
from pathways.resync.difference import Difference, differences
from pathways.resync.object_types import OBJECTS, ObjectType


@dataclass(frozen=True)
class DifferentRow:
    """A row that differs: what it is, where it can be seen, why it differs, and its fields as
    (label, district, state).
    """

    words: str
    link: str
    cause: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class ObjectStanding:
    """One type on the resync page: `told` is what the StateCopy says of it, None before it was sent
    in the school year.
    """

    kind: ObjectType
    difference: Difference
    told: dict[str, Any] | None

    @property
    def last(self) -> datetime.datetime | None:
        return datetime.datetime.fromisoformat(self.told["last"]) if self.told else None


class Comparison:
    """A district beside what stands of it at the state. A type is compared when it is asked for, or
    with all the others.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._differences: dict[str, Difference] = {}

    @cached_property
    def copy(self) -> StateCopy | None:
        return StateCopy.objects.of_district(self.scope.district)

    def difference(self, kind: ObjectType) -> Difference:
        if kind.name not in self._differences:
            self._differences |= differences([kind], self.scope)
        return self._differences[kind.name]

    @cached_property
    def standings(self) -> list[ObjectStanding]:
        point = gap.point_of(self.scope, self.copy)
        self._differences |= differences(
            [kind for kind in OBJECTS if kind.name not in self._differences], self.scope
        )
        gap.keep(self.scope, point, self._differences)
        return [ObjectStanding(kind, self.difference(kind), self._told(kind)) for kind in OBJECTS]

    def _told(self, kind: ObjectType) -> dict[str, Any] | None:
        """What the last resync of the type in the open school year did; what was sent in an earlier
        year is told there.
        """
        told: dict[str, Any] | None = self.copy.objects_sent.get(kind.name) if self.copy else None
        if told is None or self.copy is None:
            return None
        return told if told.get("end_year", self.copy.end_year) == self.scope.end_year else None

    @property
    def differing(self) -> int:
        return sum(len(one.difference) for one in self.standings)

    @property
    def is_empty(self) -> bool:
        """Whether the district has no student in this school year: then being equal says
        nothing.
        """
        return not Student.objects.in_scope(self.scope).exists()

    @cached_property
    def causes(self) -> dict[str, int]:
        """How many rows differ for which cause, all types together."""
        found = {"never sent": 0, "changed since": 0, "refused": 0, "only at the state": 0}
        for one in self.standings:
            refused = self.refused(one.kind).keys() & one.difference.written
            found["refused"] += len(refused)
            found["never sent"] += len(one.difference.new - refused)
            found["changed since"] += len(one.difference.changed - refused)
            found["only at the state"] += len(one.difference.gone)
        return found

    def refused(self, kind: ObjectType) -> dict[Any, str]:
        """Key and reason of the rows that the last resync left out."""
        return dict(self.copy.refused.get(kind.name, ())) if self.copy else {}

    def keys(self, kind: ObjectType) -> list[Any]:
        """All keys that differ, those of the district first."""
        found = self.difference(kind)
        return [*sorted(found.written), *sorted(found.gone)]

    def lines(self, kind: ObjectType, keys: Iterable[Any]) -> list[DifferentRow]:
        """The named rows, as many as one page shows."""
        chosen = list(keys)
        here = fetch(kind, self.scope, chosen)
        there = fetch(kind, self.scope.at_state(), chosen)
        refused, found = self.refused(kind), self.difference(kind)
        lines = []
        for key in chosen:
            ours, theirs = here.get(key), there.get(key)
            if key in refused:
                cause = f"Refused: {refused[key].lower()}" if ours else "Refused"
            elif key in found.gone:
                cause = "Only at the state"
            else:
                cause = "Never sent" if key in found.new else "Changed since it was sent"
            shown = ours if ours is not None else theirs
            words, link = (
                described(shown, self.scope) if shown is not None else (f"{kind.name} {key}", "")
            )
            lines.append(
                DifferentRow(
                    words, link if ours is not None else "", cause, unlike(kind, ours, theirs)
                )
            )
        return lines


def fetch(kind: ObjectType, scope: Scope, keys: list[Any]) -> dict[Any, models.Model]:
    """Rows of one edition by key, with all that they name."""
    named = [f"{owner}__student" for owner in ("enrollment",) if kind.model is Roster]
    fields = [
        field.name
        for field in kind.model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    ]
    rows = kind.of_district(scope).filter(pk__in=keys).select_related(*fields, *named)
    if kind.model is Enrollment:
        rows = rows.select_related("calendar__school")
    return {row.pk: row for row in rows}


def described(row: models.Model, scope: Scope) -> tuple[str, str]:
    """What a row is called, and the page that shows it."""
    place = [scope.district, scope.end_year]
    match row:
        case Participation():
            return f"{row.student.name}, {row.pathway.name}", reverse(
                "cte-record", args=[*place, row.student_id, row.pathway_id]
            )
        case Student():
            return row.name, reverse("cte-student", args=[*place, row.pk])
        case Enrollment():
            return f"{row.student.name}, {row.calendar.school}", reverse(
                "cte-student", args=[*place, row.student_id]
            )
        case Roster():
            student = row.enrollment.student
            return f"{student.name}, {row.section}", reverse(
                "cte-student", args=[*place, student.pk]
            )
        case _:
            return str(row), ""


def unlike(
    kind: ObjectType, ours: models.Model | None, theirs: models.Model | None
) -> tuple[tuple[str, str, str], ...]:
    """(label, at the district, at the state) of the fields that differ; a row that stands on one
    side only is told whole by its cause.
    """
    if ours is None or theirs is None:
        return ()
    fields = [
        field for field in kind.model._meta.concrete_fields if field.attname in kind.fields[1:]
    ]
    differing = [
        field
        for field in fields
        if getattr(ours, field.attname) != getattr(theirs, field.attname)
        and field.name != "version"
    ]
    return tuple(
        (_label(field), text(getattr(ours, field.name)), text(getattr(theirs, field.name)))
        for field in differing
    )


def _label(field: Any) -> str:
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class RecordsFigure:
    label: str
    district: int
    state: int


def figures(scope: Scope) -> list[RecordsFigure]:
    """The counts that people compare first."""
    found = []
    for edition in (scope, scope.at_state()):
        records = Participation.objects.in_scope(edition)
        counted = records.figures(scope.end_year)
        single = records.filter(single_parent=True).values("student_id").distinct().count()
        found.append((counted.records, counted.concentrators, counted.participants, single))
    labels = ("Pathway records", "Concentrators", "Participants", "Single parents")
    return [
        RecordsFigure(label, here, there) for label, here, there in zip(labels, *found, strict=True)
    ]
