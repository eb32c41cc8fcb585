"""Changed since last certification: students added, removed and changed, field by field (ux
R-05).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from certification.models import SealedRecord
from cte_portal.folding import name_order
from cte_portal.words import listed_name, text
from pathways.ledger.canonical import COLUMNS

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
KINDS = {ADDED: "Added", REMOVED: "Removed", CHANGED: "Changed"}

_NAMES = tuple(COLUMNS)
_AT = {name: at for at, name in enumerate(_NAMES)}
_WORDS = {name: str(SealedRecord._meta.get_field(name).verbose_name) for name in _NAMES}  # type: ignore[union-attr]
LABELS = {
    **{name: word if word[0].isupper() else word.capitalize() for name, word in _WORDS.items()},
    "school_name": "School",
    "modified_end_year": "Modified in the school year that ends",
}
OF_THE_STUDENT = _NAMES[1 : _AT["pathway_code"]]
OF_THE_RECORD = _NAMES[_AT["pathway_name"] :]
MOVES_ON = ("grade", "modified_date", "modified_by", "modified_end_year")
"""What is another every year; between two years it is no change."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class FieldChange:
    """`pathway` is empty for what belongs to the student; `before` or `after` for a record that one
    side does not have.
    """

    pathway: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class StudentChange:
    kind: str
    state_id: str
    name: str
    fields: tuple[FieldChange, ...]

    @property
    def word(self) -> str:
        return KINDS[self.kind]


def changes(before: Iterable[Row], after: Iterable[Row], *, same_year: bool) -> list[StudentChange]:
    """By name. Within one year every value counts, so nothing differs exactly when the canonical
    texts are the same.
    """
    skipped = () if same_year else MOVES_ON
    earlier, now = _by_student(before), _by_student(after)
    found = []
    for state_id in earlier.keys() | now.keys():
        was, is_ = earlier.get(state_id, {}), now.get(state_id, {})
        kind = ADDED if not was else REMOVED if not is_ else CHANGED
        fields = tuple(_fields(was, is_, skipped))
        if fields:
            row = next(iter((is_ or was).values()))
            found.append((_sorted_by(row), StudentChange(kind, state_id, name_of(row), fields)))
    return [change for _, change in sorted(found, key=lambda one: one[0])]


def name_of(row: Row) -> str:
    """As the lists show it: ANDERSON, KAYLA R."""
    return listed_name(row[_AT["last_name"]], row[_AT["first_name"]], row[_AT["middle_name"]])


def _sorted_by(row: Row) -> tuple[str, ...]:
    return name_order(
        row[_AT["last_name"]], row[_AT["first_name"]], row[_AT["middle_name"]], row[_AT["state_id"]]
    )


def _by_student(rows: Iterable[Row]) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        found[row[_AT["state_id"]]][row[_AT["pathway_code"]]] = tuple(row)
    return dict(found)


def _fields(
    was: dict[str, Row], is_: dict[str, Row], skipped: tuple[str, ...]
) -> Iterable[FieldChange]:
    if was and is_:
        yield from _differing(
            "", next(iter(was.values())), next(iter(is_.values())), OF_THE_STUDENT, skipped
        )
    for code in sorted(was.keys() | is_.keys()):
        one, other = was.get(code), is_.get(code)
        if one is None or other is None:
            row = one or other
            assert row is not None  # noqa: S101 - the code is of one of them
            yield FieldChange(
                row[_AT["pathway_name"]], "the whole record", in_short(one), in_short(other)
            )
        elif one != other:
            yield from _differing(other[_AT["pathway_name"]], one, other, OF_THE_RECORD, skipped)


def _differing(
    pathway: str, one: Row, other: Row, names: Iterable[str], skipped: tuple[str, ...]
) -> Iterable[FieldChange]:
    for name in names:
        before, after = one[_AT[name]], other[_AT[name]]
        if before != after and name not in skipped:
            yield FieldChange(pathway, LABELS[name], text(before), text(after))


def in_short(row: Row | None) -> str:
    """A whole record in a few words."""
    if row is None:
        return ""
    answer = "Concentrator" if row[_AT["concentrator"]] else "Participant"
    alone = ", single parent" if row[_AT["single_parent"]] else ""
    return f"{answer}, {text(row[_AT['total_credits']])} credits{alone}"
