"""Rows of students without a State ID. Nobody is matched by name alone: somebody alike is proposed,
and only a person says that both are one student (R-IMP-09).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pathways.files.text import printable
from pathways.roster.imports.oneroster.district import DistrictData, StoredStudent
from pathways.roster.imports.recognizing import RosterNote
from pathways.roster.problems import SAME_PERSON, UNMATCHED

_COLUMN = "Student State ID"
Choice = tuple[int, int, int]
"""File, line, and the portal's row of the student whom a person has seen beside it and recognized.
"""


@dataclass(frozen=True)
class SamePersons:
    """Who of the district's students may be meant, and who was recognized."""

    district: DistrictData
    choices: Collection[Choice] = ()

    def recognized(
        self, line: int, cells: dict[str, str], part: int | None = None
    ) -> StoredStudent | None:
        """The student whom a person has seen beside the line; only one file of an export has
        students, whatever its place.
        """
        chosen = {row for file, at, row in self.choices if at == line and part in (None, file)}
        return next((known for known in self.district.alike(cells) if known.row in chosen), None)

    def note(self, cells: dict[str, str], sentence: str) -> RosterNote:
        """Somebody with the same name and birth date is proposed; of two such students, neither.

        `sentence` says that there is no State ID.
        """
        alike = self.district.alike(cells)
        if not alike:
            return RosterNote(UNMATCHED, _COLUMN, "", sentence)
        state_ids = " and ".join(sorted(student.state_id for student in alike))
        sentence += f". State ID {state_ids} has the same name and birth date"
        if len(alike) > 1:
            return RosterNote(UNMATCHED, _COLUMN, "", sentence)
        person = " ".join(cells[name] for name in ("last_name", "first_name", "birth_date"))
        return RosterNote(SAME_PERSON, _COLUMN, printable(person)[:200], sentence, alike[0].row)


def choices_of(options: dict[str, object]) -> frozenset[Choice]:
    """What was chosen on the page of a test, each as *file:line:row*."""
    chosen = options.get("same_students", ())
    assert isinstance(chosen, list | tuple)  # noqa: S101 - written by the page alone
    return frozenset(
        (int(part), int(line), int(row))
        for part, line, row in (str(choice).split(":") for choice in chosen)
    )
