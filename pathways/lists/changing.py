"""The only way OPI's reference data change: districts, school years, pathways, approvals, end
statuses, rule severities, and what the follow-up of leavers goes by.

Who changes something does it within `changing`, which writes the AuditEvents, tells entry to check
again what was checked before, and queues the batch that brings it to the state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import singledispatch

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.batches.submit import submit
from cte_portal.editions import school_year_label
from cte_portal.words import text
from pathways import rules
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_reference
from pathways.ledger.refusals import NotApplied
from pathways.lists import standard
from pathways.models import (
    Approval,
    District,
    EndStatus,
    FollowUpYear,
    GroupAssignment,
    Pathway,
    RuleSeverity,
    SchoolYear,
)

Operation = AuditEvent.Operation


class Overtaken(NotApplied):
    """Somebody changed the row after the person opened it."""

    sentence = (
        "Someone else changed this after you opened it. Nothing was saved yet, and what you typed"
        " is kept."
    )


class InUse(NotApplied):
    sentence = "Someone else has used this in the meantime. Nothing was removed."


class AlreadyThere(NotApplied):
    """Somebody wrote a row with the same code, name or number in the same moment."""

    sentence = (
        "Someone else just saved the same thing. Nothing was saved yet. Check the list first."
    )


class YearHeld(NotApplied):
    """Districts have work of the current year that the next year would cut off."""


@dataclass
class Entries:
    """The changes that one call of `changing` has made so far."""

    deeds: list[Deed] = field(default_factory=list)

    def add(self, rows: Sequence[models.Model]) -> None:
        """Rows of one model that were not there."""
        if rows:
            type(rows[0])._base_manager.bulk_create(rows, batch_size=500)
        self.deeds += [_deed(row, Operation.ADD, after=words(row)) for row in rows]

    def save(self, row: models.Model, *, seen: Mapping[str, str] | None = None) -> None:
        """A row that is there, if it differs. Raises Overtaken when it is no longer as it was
        `seen`.
        """
        stored = type(row)._base_manager.filter(pk=row.pk).first()
        if stored is None or (seen is not None and dict(seen) != words(stored)):
            raise Overtaken
        before, after = words(stored), words(row)
        if before != after:
            row.save(force_update=True)
            self.deeds.append(_deed(row, Operation.CHANGE, before=before, after=after))

    def remove(self, rows: Sequence[models.Model]) -> None:
        deeds = [_deed(row, Operation.REMOVE, before=words(row)) for row in rows]
        if rows:
            type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows]).delete()
        self.deeds += deeds


@contextmanager
def changing(*, by: User, reason: str = "") -> Iterator[Entries]:
    """Change reference data in one transaction, with OPI's data held until it ends. Raises
    NotApplied; then nothing is written.
    """
    try:
        with refusals_named(), transaction.atomic():
            lock_reference()
            entries = Entries()
            yield entries
            if entries.deeds:
                AuditEvent.objects.record(entries.deeds, by=by, reason=reason)
                GroupAssignment.objects.assign_official()
                standard.moved()
                submit("publish", by=by, title="OPI's lists to the state")
    except IntegrityError as error:
        raise AlreadyThere from error
    except ProtectedError as error:
        raise InUse from error


@singledispatch
def words(row: models.Model) -> dict[str, str]:
    """A row as people read it, by the labels of its form."""
    raise TypeError(f"{type(row).__name__} is not OPI's.")


@words.register
def _(row: District) -> dict[str, str]:
    return {"District Number": row.number, "Name": row.name}


@words.register
def _(row: SchoolYear) -> dict[str, str]:
    return {
        "School year": school_year_label(row.end_year),
        "First day": text(row.starts),
        "Last day": text(row.ends),
        "Active": text(row.is_active),
    }


@words.register
def _(row: Pathway) -> dict[str, str]:
    return {
        "Code": row.code,
        "CTE Pathway": row.name,
        "First school year": school_year_label(row.first_year),
        "Last school year": school_year_label(row.last_year) if row.last_year else "none",
    }


@words.register
def _(row: Approval) -> dict[str, str]:
    return {"Approval": "Approved"}


@words.register
def _(row: EndStatus) -> dict[str, str]:
    return {
        "Code": row.code,
        "End Status": row.name,
        "Family": EndStatus.Family(row.family).label,
        "First school year": school_year_label(row.first_year),
        "Last school year": school_year_label(row.last_year) if row.last_year else "none",
        "Provisional": text(row.is_provisional),
    }


@words.register
def _(row: RuleSeverity) -> dict[str, str]:
    return {
        "Rule": f"{row.rule} {rules.by_id(row.rule).problem}",
        "School year": school_year_label(row.end_year),
        "Severity": row.get_severity_display(),
        "Reason": row.reason,
    }


def _deed(
    row: models.Model,
    operation: Operation,
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> Deed:
    kind, key, name = subject(row)
    named = row if isinstance(row, Approval) else None
    return Deed(
        kind=kind,
        key=key,
        name=name,
        operation=operation,
        before=before or {},
        after=after or {},
        district=named.district_id if named else row.number if isinstance(row, District) else "",
        end_year=(
            named.school_year_id
            if named
            else row.end_year
            if isinstance(row, SchoolYear | RuleSeverity | FollowUpYear)
            else None
        ),
    )


@singledispatch
def subject(row: models.Model) -> tuple[str, str, str]:
    """(kind, natural key, name) of a row, as the audit list shows them."""
    raise TypeError(f"{type(row).__name__} is not OPI's.")


@subject.register
def _(row: District) -> tuple[str, str, str]:
    return "district", row.number, str(row)


@subject.register
def _(row: SchoolYear) -> tuple[str, str, str]:
    return "school year", str(row.end_year), str(row)


@subject.register
def _(row: Pathway) -> tuple[str, str, str]:
    # The code may change; what happened to the pathway before stays found.
    return "pathway", str(row.pk), f"{row.code} {row.name}"


@subject.register
def _(row: Approval) -> tuple[str, str, str]:
    name = f"{row.pathway.name} in {row.district}, {school_year_label(row.school_year_id)}"
    return "approval", f"{row.district_id}/{row.pathway_id}/{row.school_year_id}", name


@subject.register
def _(row: EndStatus) -> tuple[str, str, str]:
    return "end status", row.code, str(row)


@subject.register
def _(row: RuleSeverity) -> tuple[str, str, str]:
    return "rule severity", f"{row.rule}/{row.end_year}", str(row)
