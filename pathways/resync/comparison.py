"""District and state side by side: which rows differ and why (ux V-03)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.urls import reverse

from cte_portal.editions import Scope, school_year_label
from cte_portal.words import text
from pathways.ledger.kept import kept
from pathways.models import Enrollment, Outcome, Participation, Roster, StateCopy, Student
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
    """One type on the resync page: `entry` is what the StateCopy says of it, None before it was
    sent in the school year.
    """

    kind: ObjectType
    differing: int
    """Rows that the state has not, or has otherwise."""
    entry: dict[str, Any] | None

    @property
    def last(self) -> datetime.datetime | None:
        return datetime.datetime.fromisoformat(self.entry["last"]) if self.entry else None


def standings(
    scope: Scope, copy: StateCopy | None, causes: dict[str, Counter[str]]
) -> list[ObjectStanding]:
    """All types, with the numbers of a comparison."""
    return [
        ObjectStanding(kind, causes[kind.name].total(), _entry(scope, copy, kind))
        for kind in OBJECTS
    ]


def is_empty(scope: Scope) -> bool:
    """True when the district has no student in this school year: then equality means nothing."""
    return not Student.objects.in_scope(scope).exists()


def _entry(scope: Scope, copy: StateCopy | None, kind: ObjectType) -> dict[str, Any] | None:
    """The StateCopy's entry of the type, if it was sent in the open school year."""
    entry: dict[str, Any] | None = copy.objects_sent.get(kind.name) if copy else None
    if entry is None or copy is None:
        return None
    return entry if entry.get("end_year", copy.end_year) == scope.end_year else None


class Comparison:
    """A district beside what stands of it at the state. A type is compared when it is asked for, or
    with all the others. `known` is what the page knows already.
    """

    def __init__(self, scope: Scope, known: dict[Any, Any] | None = None) -> None:
        self.scope, self.known = scope, {} if known is None else known
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
        self._differences = gap.compare(self.scope, self.copy, self.known)
        return standings(
            self.scope, self.copy, gap.gap_of(self.scope, self.copy, self.known).causes
        )

    @property
    def differing(self) -> int:
        return sum(standing.differing for standing in self.standings)

    @property
    def is_empty(self) -> bool:
        return is_empty(self.scope)

    def keys(self, kind: ObjectType) -> list[Any]:
        """All keys that differ, those of the district first."""
        difference = self.difference(kind)
        return [*sorted(difference.written), *sorted(difference.gone)]

    def lines(self, kind: ObjectType, keys: Iterable[Any]) -> list[DifferentRow]:
        """The named rows, as many as one page shows."""
        chosen = list(keys)
        here = fetch(kind, self.scope, chosen)
        there = fetch(kind, self.scope.at_state(), chosen)
        refused, difference = gap.refused_of(self.copy, kind), self.difference(kind)
        lines = []
        for key in chosen:
            district_row, state_row = here.get(key), there.get(key)
            if key in refused:
                cause = f"Refused: {refused[key].lower()}" if district_row else "Refused"
            elif key in difference.gone:
                cause = "Only at the state"
            else:
                cause = "Never sent" if key in difference.new else "Changed since it was sent"
            row = district_row if district_row is not None else state_row
            words, link = (
                described(row, self.scope) if row is not None else (f"{kind.name} {key}", "")
            )
            lines.append(
                DifferentRow(
                    words,
                    link if district_row is not None else "",
                    cause,
                    unlike(kind, district_row, state_row),
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
    """The name of a row for people, and the address of the page that shows it."""
    place = [scope.district, scope.end_year]
    match row:
        case Participation():
            return f"{row.student.name}, {row.pathway.name}", reverse(
                "cte-record", args=[*place, row.student_id, row.pathway_id]
            )
        case Outcome():
            # It is shown in the year in which its student left, whichever year was sent.
            return f"{row.student.name}, left in {school_year_label(row.end_year)}", reverse(
                "follow-up-list", args=[scope.district, row.end_year]
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
    kind: ObjectType, district_row: models.Model | None, state_row: models.Model | None
) -> tuple[tuple[str, str, str], ...]:
    """(label, at the district, at the state) of the fields that differ; a row that stands on one
    side only is told whole by its cause.
    """
    if district_row is None or state_row is None:
        return ()
    fields = [
        field for field in kind.model._meta.concrete_fields if field.attname in kind.fields[1:]
    ]
    differing = [
        field
        for field in fields
        if getattr(district_row, field.attname) != getattr(state_row, field.attname)
        and field.name != "version"
    ]
    return tuple(
        (
            _label(field),
            text(getattr(district_row, field.name)),
            text(getattr(state_row, field.name)),
        )
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


def kept_figures(
    scope: Scope, copy: StateCopy | None, known: dict[Any, Any]
) -> list[RecordsFigure]:
    """The counts that people compare first, kept until the district has moved or was sent again."""
    return kept(scope, known, "both-editions", lambda: figures(scope), copy and copy.resync)


def figures(scope: Scope) -> list[RecordsFigure]:
    counts = []
    for edition in (scope, scope.at_state()):
        records = Participation.objects.in_scope(edition)
        counted = records.figures(scope.end_year)
        single = records.filter(single_parent=True).values("student_id").distinct().count()
        counts.append((counted.records, counted.concentrators, counted.participants, single))
    labels = ("Pathway records", "Concentrators", "Participants", "Single parents")
    return [
        RecordsFigure(label, here, there)
        for label, here, there in zip(labels, *counts, strict=True)
    ]
