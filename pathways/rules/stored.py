"""Stored rows judged by the catalogue, in either edition: what findings, reports and certification
ask.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.db import connections, models
from django.db.models import F, QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.prepared import filled_up, keep_plans
from cte_portal.words import listed_name
from pathways.ledger.shape import TYPED
from pathways.ledger.typed_rows import TOTAL, TYPES, typed
from pathways.models import Participation
from pathways.models.participation import Reach
from pathways.rules import between
from pathways.rules.catalogue import column_of, compiled, judged_by, words
from pathways.rules.rule import Finding, Parameters, Rule

STUDENT = ("student__state_id", "student__last_name", "student__first_name", "student__middle_name")
LONGEST_VALUE = 300


@dataclass(frozen=True)
class Breach:
    """A stored record that breaks a rule, by its natural key, with the values that the rule reads
    in canonical text.
    """

    rule: Rule
    key: int
    student_id: int
    pathway_id: int
    state_id: str
    last_name: str
    first_name: str
    middle_name: str
    pathway: str
    message: str
    value: str

    @property
    def student(self) -> str:
        return listed_name(self.last_name, self.first_name, self.middle_name)


def breaches(
    scope: Scope,
    *,
    students: Collection[int] | None = None,
    only: Collection[str] | None = None,
) -> Iterator[Breach]:
    """Each rule that a record in scope breaks: of some students, and of some rules alone, where
    that is said.

    A student's records are judged by no other student's, so what is said of one student is what the
    whole run says of that student.
    """
    yield from _of_single_records(scope, students, only)
    for rule, among_stored in between.STORED:
        if rule.in_force(scope.end_year) and (only is None or rule.id in only):
            rows = Participation.objects.in_scope(scope)
            if students is not None:
                rows = rows.filter(student_id__in=students)
            broken = among_stored(rows).order_by("student_id", "pathway_id")
            columns = ("pk", "student_id", "pathway_id", "pathway__name", *STUDENT, *rule.reads)
            for _, of_student in groupby(
                broken.values_list(*columns).iterator(2000), key=lambda row: row[1]
            ):
                yield from _of_a_student(rule, scope, list(of_student))


def check_stored(scope: Scope, *, student: int | None = None) -> list[Finding]:
    """The same as findings of single records, as entry and upload have them."""
    findings = [
        Finding(breach.rule, breach.key, breach.student_id, breach.pathway_id, breach.message)
        for breach in breaches(scope, students=None if student is None else (student,))
    ]
    return sorted(findings, key=lambda finding: (finding.key, finding.rule.id))


def reach(rule: Rule, end_year: int) -> Reach:
    """The number of records and districts that break a rule which stored rows can break."""
    rows = Participation.objects.enrolled_in(end_year)
    for judged, among_stored in between.STORED:
        if judged is rule:
            return among_stored(rows).reach()
    return rows.filter(
        rule.condition(Parameters(Scope("", end_year), timezone.localdate(), everywhere=True))
    ).reach()


def judging_stored(end_year: int) -> list[Rule]:
    """The rules in force that stored rows are judged by."""
    single = [rule for rule in compiled(Scope("", end_year)) if rule.judges_stored]
    return [*single, *(rule for rule, _ in between.STORED if rule.in_force(end_year))]


# The first of those that stand for a student in SQL that is put together once for all; no key, and
# nothing that a rule compares, is so low.
_ANY_STUDENT = -1_000_000_000_000


def _stored_rows(scope: Scope) -> QuerySet[Any]:
    return Participation.objects.in_scope(scope).annotate(key=F("pk"))


@cache
def _stored_rows_of(number: int) -> Callable[[Scope], QuerySet[Any]]:
    """Those of so many students."""

    def rows(scope: Scope) -> QuerySet[Any]:
        students = range(_ANY_STUDENT, _ANY_STUDENT + number)
        return _stored_rows(scope).filter(student_id__in=students)

    return rows


def _of_single_records(
    scope: Scope, students: Collection[int] | None, only: Collection[str] | None
) -> Iterator[Breach]:
    rules = [
        rule for rule in compiled(scope) if rule.judges_stored and (only is None or rule.id in only)
    ]
    if not rules or (students is not None and not students):
        return
    ordered = filled_up(tuple(students or ()))
    rows = _stored_rows_of(len(ordered)) if ordered else _stored_rows
    places = dict(enumerate(ordered, _ANY_STUDENT))
    judged, values = judged_by(
        rows, rules, Parameters(scope, timezone.localdate()), *STUDENT, *TYPED
    )
    values = tuple(
        places.get(value, value) if isinstance(value, int) else value for value in values
    )
    columns = [column_of(rule) for rule in rules]
    # Filtering outside the materialised query spares computing each verdict twice.
    sql = (
        f"WITH judged AS MATERIALIZED ({judged}) SELECT * FROM judged WHERE {' OR '.join(columns)}"
        " ORDER BY key"
    )
    with connections[scope.alias].cursor() as cursor:
        if ordered:
            keep_plans(cursor)
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        types = {**TYPES, "total_credits": TOTAL, **dict.fromkeys(columns, models.BooleanField())}
        for row in typed(connections[scope.alias], cursor, [types.get(name) for name in names]):
            cells = dict(zip(names, row, strict=True))
            for rule, column in zip(rules, columns, strict=True):
                if cells[column]:
                    key = (cells["key"], cells["student_id"], cells["pathway_id"])
                    named = (*(cells[name] for name in STUDENT), cells["pathway_name"])
                    read = ((name, cells[name]) for name in TYPED if name in rule.reads)
                    yield _breach(
                        rule,
                        key,
                        named,
                        words(rule, scope, cells["total_credits"], cells["pathway_name"]),
                        value_of(read),
                    )


def _of_a_student(rule: Rule, scope: Scope, rows: list[tuple[Any, ...]]) -> Iterator[Breach]:
    """A cross-row rule looks at all of the student's answers, so they all are the value of each
    record.
    """
    answers = value_of(
        (f"{row[2]}.{name}", answer)
        for row in rows
        for name, answer in zip(rule.reads, row[8:], strict=True)
    )
    for row in rows:
        yield _breach(rule, row[:3], (*row[4:8], row[3]), words(rule, scope, None, row[3]), answers)


def _breach(
    rule: Rule, key: tuple[Any, ...], named: tuple[Any, ...], message: str, value: str
) -> Breach:
    record, student, pathway = key
    state_id, last, first, middle, pathway_name = named
    return Breach(
        rule, record, student, pathway, state_id, last, first, middle, pathway_name, message, value
    )


def value_of(fields: Iterable[tuple[str, Any]]) -> str:
    """Canonical: no locale, no float, two decimals, ISO dates. The same on every database and in
    either edition.
    """
    text = " ".join(f"{name}={_canonical(name, value)}" for name, value in fields)
    if len(text) <= LONGEST_VALUE:
        return text
    return sha256(text.encode()).hexdigest()


def _canonical(name: str, value: Any) -> str:
    if name.endswith("_credits"):
        return f"{Decimal(str(value)):.2f}"
    if name.endswith("_date"):
        return str(value)[:10]
    return "Yes" if value else "No"
