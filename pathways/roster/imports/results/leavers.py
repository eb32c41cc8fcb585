"""Who may have left: whom the files of a district do not name."""

from __future__ import annotations

import re
from collections.abc import Collection

from pathways.roster.imports.aim import BY_RECORD_TYPE
from pathways.roster.imports.carrying import Carried
from pathways.roster.imports.layout import STATE_ID_COLUMN
from pathways.roster.imports.reading import Reading
from pathways.roster.imports.recognizing import RosterPart

_STATE_ID = re.compile("[0-9]{9}")
OWNER = {"Enrollment": "student__state_id", "Student": "state_id"}


def who_may_have_left(
    parts: list[RosterPart],
    reading: Reading,
    carried: Carried,
    kept_out: Collection[tuple[int, int]],
) -> dict[str, list[int]]:
    """The keys of enrollments without an end, or of students in files of these alone. Whose row was
    kept out is in the files all the same; where it cannot be told whose a row is (`kept_out` has
    file and line of each), nobody is said to be missing.
    """
    kind, still = (
        ("Enrollment", {"end_date": None}) if "Enrollment" in reading.brought else ("Student", {})
    )
    rows = carried.absent.get(kind)
    named = _named_in(parts, kept_out) if rows is not None else None
    if rows is None or named is None:
        return {kind: []}
    missing = rows.filter(**still).order_by().values_list("pk", OWNER[kind])
    return {kind: sorted(key for key, state_id in missing if state_id not in named)}


def _named_in(parts: list[RosterPart], lines: Collection[tuple[int, int]]) -> set[str] | None:
    """The State IDs that stand in these lines; None where a line of a student has none."""
    named: set[str] = set()
    for place in {place for place, _ in lines}:
        part = parts[place]
        for row in part.rows():
            if (place, row.line) not in lines:
                continue
            cells = [cell.strip() for cell in row.cells or ()]
            layout = part.layout or BY_RECORD_TYPE.get(cells[0].upper() if cells else "")
            if layout is None or STATE_ID_COLUMN in layout.columns:
                of_row = set(filter(_STATE_ID.fullmatch, cells))
                if not of_row:
                    return None
                named |= of_row
    return named
