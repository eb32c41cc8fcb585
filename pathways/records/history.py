"""A record's history in words: what each change did to which field. The before-image of a version
is the version before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cte_portal.words import text
from pathways.ledger.shape import LABELS, PARTICIPATION
from pathways.models import Change, Participation


@dataclass(frozen=True)
class FieldChange:
    """One field, as the screen names it; `before` is empty where there was no record."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One change, with what it did. `restorable`: bringing this version back would change
    something.
    """

    change: Change
    differences: tuple[FieldChange, ...]
    is_current: bool
    restorable: bool


def differences(
    before: Participation | Change | None, after: Participation | Change
) -> tuple[FieldChange, ...]:
    """The fields that differ between two images of a record; without a `before`, every field."""
    return tuple(
        FieldChange(
            LABELS[name], text(getattr(before, name)) if before else "", text(getattr(after, name))
        )
        for name in PARTICIPATION.names
        if before is None or getattr(before, name) != getattr(after, name)
    )


def modified_by(record: Participation | None, changes: Iterable[Change]) -> str:
    """Who saved the record as it stands, told apart like the authors of `changes`, which are its
    history.
    """
    if record is None:
        return ""
    own = next(
        (
            change
            for change in changes
            if change.version == record.version and change.by == record.modified_by
        ),
        None,
    )
    return own.author if own else record.modified_by


def entries(changes: Sequence[Change], record: Participation | None) -> list[HistoryEntry]:
    """The history of a record, newest first, from its changes in that order and the record as it
    stands (None: deleted).
    """
    history = []
    for change, earlier in zip(changes, [*changes[1:], None], strict=True):
        deleted = change.operation == Change.Operation.DELETE
        before = (
            None if earlier is None or earlier.operation == Change.Operation.DELETE else earlier
        )
        # A deletion holds the image of the version before it, which has a line of its own to be
        # restored from.
        restorable = not deleted and (record is None or bool(differences(record, change)))
        history.append(
            HistoryEntry(
                change,
                () if deleted else differences(before, change),
                is_current=record is not None and record.version == change.version,
                restorable=restorable,
            )
        )
    return history


def deleted(changes: Iterable[Change]) -> list[Change]:
    """Of a student's history, newest first, the deletions after which the record has stayed
    away.
    """
    last: dict[int, Change] = {}
    for change in changes:
        last.setdefault(change.pathway_id, change)
    return [change for change in last.values() if change.operation == Change.Operation.DELETE]
