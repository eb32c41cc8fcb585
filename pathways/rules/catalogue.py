"""All rules, and the one query that judges rows by all row and lookup rules at once (a statement
per rule took 2.8 times as long).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connections, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Field, QuerySet
from django.utils import timezone

from cte_portal.editions import Edition, Scope
from cte_portal.prepared import Asked
from pathways.certified import certified
from pathways.ledger.locks import lock_district
from pathways.ledger.staging import VERDICTS, Staged
from pathways.ledger.typed_rows import TOTAL, typed
from pathways.models import Participation, StagedParticipation
from pathways.rules import (
    between,
    credits,
    formats,
    pathway,
    record,
    required,
    student,
)
from pathways.rules.files import every_file, fall
from pathways.rules.rule import Finding, Kind, Parameters, Rule

CATALOGUE: tuple[Rule, ...] = (
    *formats.RULES,
    *required.RULES,
    *credits.RULES,
    *record.RULES,
    *student.RULES,
    *pathway.RULES,
    *between.RULES,
    *every_file.RULES,
    *fall.RULES,
)
_BY_ID = {rule.id: rule for rule in CATALOGUE}
assert len(_BY_ID) == len(CATALOGUE), "a rule id is used twice"


def by_id(rule_id: str) -> Rule:
    return _BY_ID[rule_id]


@dataclass(frozen=True)
class Checked:
    """The findings of staged rows, and the ledger's cursor and the lists' generation at that
    moment.
    """

    findings: tuple[Finding, ...]
    cursor: int
    generation: int

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.refuses)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.refuses)


# How far the district's history and OPI's reference data have come: asked in the same statement
# that judges, so both are of one moment.
STANDING = """
SELECT
    COALESCE((SELECT MAX(id) FROM pathways_change WHERE district = %s), 0) AS at_cursor,
    (SELECT generation FROM pathways_referencegeneration WHERE id = 1) AS at_generation
"""


def check_staged(scope: Scope, staged: Staged) -> Checked:
    """Judge staged rows by every rule in force: as many statements for 200 rows as for one."""
    parameters = Parameters(
        scope, timezone.localdate(), certified_year=certified().last_certified_year(scope)
    )
    rules = compiled(scope)
    judged, values = judged_by(_staged_rows, rules, parameters)
    sql = _entry_sql(judged, tuple(map(column_of, rules)))
    findings: list[Finding] = []
    with connections[Edition.DISTRICT.value].cursor() as cursor:
        staged.execute(cursor, sql, [*values, scope.district])
        types: list[Field[Any, Any] | None] = (
            [None] * 5 + [TOTAL, None] + [BooleanField()] * len(rules)
        )
        verdicts = list(typed(connections[Edition.DISTRICT.value], cursor, types))
    at_cursor, at_generation = verdicts[0][:2]
    findings += _findings(verdicts, rules, scope, skip=2)
    for rule, among_staged in between.STAGED:
        if rule.in_force(scope.end_year):
            findings += [
                Finding(rule, *keys, message=words(rule, scope, None, None))
                for keys in among_staged(staged)
            ]
    return Checked(
        tuple(sorted(findings, key=lambda finding: (finding.key, finding.rule.id))),
        at_cursor,
        at_generation or 0,
    )


def stored_keys(scope: Scope) -> tuple[str, tuple[Any, ...]]:
    """`student_id` and `pathway_id` of the records in scope, as SQL and its parameters."""
    query = (
        Participation.objects.in_scope(scope).order_by().values("student_id", "pathway_id").query
    )
    return query.get_compiler(scope.alias).as_sql()


def verdicts(scope: Scope, staged: Staged) -> tuple[int, int, list[Rule]]:
    """Judge the staged rows of a file into the temporary table `staged_verdict`: a row for each
    line that breaks a rule, with `key`, `total_credits`, `pathway_name` and a column for each rule
    (`column_of`). Returns cursor, generation and the rules that were broken.

    Cursor and generation are read before the rows are judged: what is written in between is noticed
    and judged again. For that moment the district stands still, as numbers of the history are given
    before they are committed: a lower one may come after a higher.
    """
    parameters = Parameters(
        scope, timezone.localdate(), certified_year=certified().last_certified_year(scope)
    )
    rules = compiled(scope)
    judged, values = judged_by(_staged_rows, rules, parameters)
    columns = [column_of(rule) for rule in rules]
    with connections[Edition.DISTRICT.value].cursor() as cursor:
        with transaction.atomic():
            lock_district(scope, exclusive=True)
            cursor.execute(STANDING, [scope.district])
            at_cursor, at_generation = cursor.fetchone()
        cursor.execute(staged.own(f"DROP TABLE IF EXISTS {VERDICTS}"))
        # OFFSET keeps PostgreSQL from computing each verdict twice, and does not write down all
        # rows as MATERIALIZED does.
        fenced = cursor.db.vendor == "postgresql"
        rows = f"({judged} OFFSET 0) AS judged" if fenced else "judged"
        make = (
            f"CREATE TEMPORARY TABLE {VERDICTS} AS"
            f" {'' if fenced else f'WITH judged AS MATERIALIZED ({judged})'} SELECT key,"
            f" total_credits, pathway_name, {', '.join(columns)} FROM {rows} WHERE"
            f" {' OR '.join(columns)}"
        )
        cursor.execute(staged.own(make), values)
        columns_sql = ", ".join(f"MAX(CASE WHEN {column} THEN 1 ELSE 0 END)" for column in columns)
        cursor.execute(staged.own(f"SELECT {columns_sql} FROM {VERDICTS}"))
        broken = cursor.fetchone()
    return (
        at_cursor,
        at_generation or 0,
        [rule for rule, is_broken in zip(rules, broken, strict=True) if is_broken],
    )


def compiled(scope: Scope) -> list[Rule]:
    return [
        rule
        for rule in CATALOGUE
        if rule.kind in (Kind.ROW, Kind.LOOKUP) and rule.in_force(scope.end_year)
    ]


def column_of(rule: Rule) -> str:
    return rule.id.lower().replace("-", "_")


def judged_by(
    rows: Callable[[Scope], QuerySet[Any]],
    rules: Iterable[Rule],
    parameters: Parameters,
    *more: str,
) -> tuple[str, tuple[Any, ...]]:
    """The rows with one boolean column for each rule, and `more` of their own columns, as SQL and
    its parameters.

    `rows` is a function of a module, so that the SQL of all districts is put together once a day in
    each process: that takes many times as long as to judge a student's records.
    """
    scope = parameters.scope
    anywhere = replace(parameters, scope=replace(scope, district=""))
    sql, values = _judged_by(rows, tuple(rule.id for rule in rules), anywhere, more)
    return sql, tuple(scope.district if isinstance(value, Asked) else value for value in values)


@lru_cache(maxsize=512)
def _judged_by(
    rows: Callable[[Scope], QuerySet[Any]],
    rules: tuple[str, ...],
    parameters: Parameters,
    more: tuple[str, ...],
) -> tuple[str, tuple[Any, ...]]:
    """With `Asked` in the place of the district's number."""
    district: Any = Asked("district")
    general = replace(parameters, scope=replace(parameters.scope, district=district))
    verdicts = {
        column_of(rule): ExpressionWrapper(rule.condition(general), BooleanField())
        for rule in map(by_id, rules)
    }
    queryset = rows(general.scope)
    annotated = queryset.annotate(pathway_name=F("pathway__name"), **verdicts)
    query = annotated.values(
        "key", "student_id", "pathway_id", "total_credits", "pathway_name", *verdicts, *more
    ).query
    sql, values = query.get_compiler(queryset.db).as_sql()
    return sql, tuple(values)


def _staged_rows(scope: Scope) -> QuerySet[Any]:
    return StagedParticipation.objects.filter(delete_row=False).annotate(key=F("line"))


@lru_cache(maxsize=512)
def _entry_sql(judged: str, columns: tuple[str, ...]) -> str:
    """Filtering outside the materialised query spares computing each verdict twice."""
    broken = " OR ".join(f"judged.{column}" for column in columns)
    return (
        f"WITH judged AS MATERIALIZED ({judged}), standing AS ({STANDING})"
        " SELECT standing.at_cursor, standing.at_generation, judged.key, judged.student_id,"
        " judged.pathway_id, judged.total_credits, judged.pathway_name,"
        f" {', '.join(f'judged.{column}' for column in columns)}"
        f" FROM standing LEFT JOIN judged ON ({broken}) ORDER BY judged.key"
    )


def _findings(
    rows: list[tuple[Any, ...]], rules: list[Rule], scope: Scope, skip: int
) -> list[Finding]:
    findings = []
    for row in rows:
        key, student_id, pathway_id, total, pathway_name, *verdicts = row[skip:]
        if key is None:
            continue
        for rule, broken in zip(rules, verdicts, strict=True):
            if broken:
                findings.append(
                    Finding(
                        rule, key, student_id, pathway_id, words(rule, scope, total, pathway_name)
                    )
                )
    return findings


def words(rule: Rule, scope: Scope, total: Decimal | None, pathway_name: str | None) -> str:
    """The rule's sentence with the row's own values."""
    amount = "" if total is None else f"{total:.2f}"
    return rule.message.format(
        total=amount, pathway=pathway_name or "This pathway", school_year=scope.school_year
    )
