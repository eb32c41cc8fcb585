"""What a person saves on the screen: stage, judge by the catalogue, apply through the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cte_portal.editions import Scope
from pathways import rules
from pathways.ledger import ledger
from pathways.ledger.shape import Row
from pathways.ledger.staged_values import stage_values
from pathways.models import Change, Participation
from pathways.rules import Finding


@dataclass(frozen=True)
class Saved:
    """What was written, and what the catalogue wants looked at nevertheless."""

    applied: ledger.Applied
    warnings: tuple[Finding, ...]


def save(scope: Scope, rows: Sequence[Row], *, by: str, by_id: int | None = None) -> Saved:
    """Save typed rows of one district, all or none.

    Raises ledger.Refused with the findings when a rule refuses a row, ledger.Stale when somebody
    saved one of them in between, ledger.Locked and ledger.Busy; nothing is written then.
    """
    with ledger.refusals_named():
        staged = stage_values(rows)
        checked = rules.check_staged(scope, staged)
        if checked.refused:
            raise ledger.Refused(checked.refused)
        applied = ledger.apply(
            scope,
            staged,
            by=by,
            by_id=by_id,
            source=Change.Source.FORM,
            checked=checked,
            check=rules.check_staged,
        )
    return Saved(applied, checked.warnings)


@dataclass(frozen=True)
class EachSaved:
    """What was written of several rows. `refused` has the findings of each row that a rule refuses,
    `stale` the rows whose version the person did not see; both by the row's number from 1.
    """

    applied: ledger.Applied
    refused: dict[int, tuple[Finding, ...]]
    stale: frozenset[int]
    warnings: tuple[Finding, ...]


MOST_TRIES = 5  # at each further one, a row has left, or somebody has written one of them meanwhile


def save_each(
    scope: Scope,
    rows: Sequence[Row],
    *,
    by: str,
    by_id: int | None = None,
    source: Change.Source = Change.Source.FORM,
    batch: UUID | None = None,
) -> EachSaved:
    """Save typed rows of one district as one staged relation: a row that is refused, or was saved
    by somebody else, does not hold up the others.

    Raises ledger.Locked, ledger.Busy and the like; nothing is written then.
    """
    refused: dict[int, tuple[Finding, ...]] = {}
    for _ in range(MOST_TRIES):
        numbers = [number for number in range(1, len(rows) + 1) if number not in refused]
        with ledger.refusals_named():
            staged = stage_values(rows[number - 1] for number in numbers)
            checked = rules.check_staged(scope, staged)
        broken = checked.refused
        if not broken:
            try:
                applied = ledger.apply(
                    scope,
                    staged,
                    by=by,
                    by_id=by_id,
                    source=source,
                    checked=checked,
                    check=rules.check_staged,
                    skip_stale=True,
                    batch=batch,
                )
            except ledger.Refused as refusal:
                broken = refusal.findings  # type: ignore[assignment]
            except ledger.Stale:
                continue
            else:
                own = dict(enumerate(numbers, 1))
                return EachSaved(
                    applied,
                    refused,
                    frozenset(own[line] for line in applied.stale),
                    tuple(
                        replace(finding, key=own[finding.key])
                        for finding in checked.warnings
                        if finding.key not in applied.stale
                    ),
                )
        for finding in broken:
            number = numbers[finding.key - 1]
            refused[number] = (*refused.get(number, ()), finding)
    raise ledger.Busy


def findings(scope: Scope, rows: Sequence[Row]) -> tuple[Finding, ...]:
    """What the catalogue refuses of typed rows that will not be saved as they are, so that all
    problems are told at once.
    """
    with ledger.refusals_named():
        return rules.check_staged(scope, stage_values(rows)).refused


def delete(
    scope: Scope, record: Participation, *, version: int, by: str, by_id: int | None = None
) -> ledger.Applied:
    """Delete one record at the version the person saw. Its last image stays in the history, from
    where it can be restored.
    """
    with ledger.refusals_named():
        staged = stage_values([Row.of(record, version=version, delete_row=True)])
        return ledger.apply(
            scope, staged, by=by, by_id=by_id, source=Change.Source.FORM, checked=None
        )


def restore(
    scope: Scope,
    change: Change,
    *,
    version: int,
    by: str,
    by_id: int | None = None,
    source: Change.Source,
) -> Saved:
    """Bring a record back to what it was after `change`.

    `version` is the record's present version as the person saw it, 0 when the record is deleted.
    """
    return bring_back(scope, [Row.of(change, version=version)], by=by, by_id=by_id, source=source)


def bring_back(
    scope: Scope, rows: Sequence[Row], *, by: str, by_id: int | None = None, source: Change.Source
) -> Saved:
    """Restore several records in one go, all or none: rows made of changes, or with `delete_row` to
    take back what was entered.

    A row that stood before is never refused for approval or pathway; the findings are shown. Raises
    ledger.Stale, Locked and Busy.
    """
    with ledger.refusals_named():
        staged = stage_values(rows)
        checked = rules.check_staged(scope, staged)
        applied = ledger.apply(scope, staged, by=by, by_id=by_id, source=source, checked=None)
    return Saved(applied, checked.findings)
