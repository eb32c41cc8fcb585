"""Students of an export, in the portal's columns.

Identity is the State ID. Several users may be one student; one id may have been another student's
(R-IMP-07 … R-IMP-10).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pathways.files.text import printable
from pathways.models import OneRosterMapping
from pathways.roster.imports.oneroster.district import DistrictData
from pathways.roster.imports.oneroster.export import Export
from pathways.roster.imports.oneroster.lines import StudentUser
from pathways.roster.imports.oneroster.parts import PartWriter
from pathways.roster.imports.oneroster.places import is_state_id, value_at
from pathways.roster.imports.recognizing import RosterNote
from pathways.roster.imports.same_person import SamePersons
from pathways.roster.problems import (
    MARKED_GONE,
    MIX_UP,
    NO_PLACE,
    OTHER_STATE_ID,
    UNMATCHED,
)

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_SEXES = {"female": "F", "f": "F", "male": "M", "m": "M"}


@dataclass
class ExportedStudent:
    """One student of the export, from all users with the State ID."""

    cells: dict[str, str]
    id: str
    """The first of the users' ids, whose values count where they differ."""


@dataclass
class People:
    """Writes the students. Afterwards `state_ids` names the student that each user is."""

    export: Export
    mapping: OneRosterMapping
    district: DistrictData
    same_persons: SamePersons
    state_ids: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    """Users who are students, but not known to be which."""

    def __post_init__(self) -> None:
        rows = self.district.links(self.mapping.source, "student")
        known = self.district.students_by_row
        self.linked = {external: known[row] for external, row in rows.items() if row in known}

    def write_students(self, into: PartWriter) -> None:
        cells = {user.id: self._cells(user) for user in self.export.students}
        notes = {user.id: self._identify(user, cells[user.id]) for user in self.export.students}
        persons = self._persons(cells)
        for user in self.export.students:
            own = notes[user.id]
            state_id = self.state_ids.get(user.id, "")
            if not own and state_id and (person := persons[state_id]) is None:
                own = [
                    RosterNote(
                        MIX_UP,
                        "Student State ID",
                        state_id,
                        f"Two people in the export have State ID {state_id}: they differ in last"
                        " name and birth date",
                    )
                ]
                del self.state_ids[user.id]
                self.doubtful.add(user.id)
                into.write(user.line, cells[user.id], own)
            elif not own and state_id and person is not None:
                into.write(user.line, person.cells, self._without_place(user, person))
            else:
                into.write(user.line, cells[user.id], own)

    def state_id_of(self, user: str) -> str:
        """The State ID that a user has, by this export or an earlier one; empty where it is not
        known, or held.
        """
        if state_id := self.state_ids.get(user):
            return state_id
        linked = self.linked.get(user)
        return linked.state_id if linked and user not in self.doubtful else ""

    def _cells(self, user: StudentUser) -> dict[str, str]:
        birth = self.export.births.get(user.id)
        local_id = value_at(self.mapping.local_id_place, user)
        return {
            "state_id": value_at(self.mapping.state_id_place, user),
            "local_id": local_id if len(local_id) <= 15 else "",
            "last_name": user.last_name,
            "first_name": user.first_name,
            "middle_name": user.middle_name,
            "birth_date": us_date(birth.date) if birth else "",
            "gender": _SEXES.get(birth.sex.lower(), "") if birth else "",
        }

    def _identify(self, user: StudentUser, cells: dict[str, str]) -> list[RosterNote]:
        """What keeps the user from being a known State ID's; else the user is remembered as its."""
        linked, state_id = self.linked.get(user.id), cells["state_id"]
        if not state_id and (known := linked or self.same_persons.recognized(user.line, cells)):
            state_id = cells["state_id"] = known.state_id  # blank never erases
        note = None
        if user.is_gone:
            known = self.district.students.get(state_id)
            note = RosterNote(
                MARKED_GONE,
                "status",
                "",
                "The export marks this student for deletion",
                known.row if known else None,
            )
        elif not state_id:
            note = self.same_persons.note(
                cells, f"There is no State ID in {self.mapping.state_id_place}"
            )
        elif not is_state_id(state_id):
            note = RosterNote(
                UNMATCHED,
                "Student State ID",
                printable(state_id)[:60],
                f"A State ID has 9 digits. {self.mapping.state_id_place} has something else",
            )
        elif linked and linked.state_id != state_id:
            records = self.district.record_count(linked.row)
            known = self.district.students.get(state_id)
            note = RosterNote(
                OTHER_STATE_ID,
                "Student State ID",
                state_id,
                f"This student had State ID {linked.state_id} in the last export"
                f" ({linked.last_name}, {linked.first_name}; CTE records: {records})"
                + (
                    f"; {state_id} is {known.last_name}, {known.first_name}"
                    f" (CTE records: {self.district.record_count(known.row)})"
                    if known
                    else ""
                ),
            )
        if note is None:
            self.state_ids[user.id] = state_id
            return []
        if not user.is_gone:
            self.doubtful.add(user.id)
        elif is_state_id(state_id):
            self.state_ids[user.id] = state_id
        return [note]

    def _persons(self, cells: dict[str, dict[str, str]]) -> dict[str, ExportedStudent | None]:
        """Students by State ID; None where the export gives it to different people."""
        persons: dict[str, ExportedStudent | None] = {}
        for user in sorted(self.export.students, key=lambda user: user.id):
            state_id = self.state_ids.get(user.id)
            if state_id is None or user.is_gone:
                continue
            own = cells[user.id]
            if state_id not in persons:
                persons[state_id] = ExportedStudent(dict(own), user.id)
            elif (person := persons[state_id]) is not None:
                if _is_other(person.cells, own):
                    persons[state_id] = None
                else:
                    for name, value in own.items():
                        person.cells[name] = person.cells[name] or value
        return persons

    def _without_place(self, user: StudentUser, person: ExportedStudent) -> Iterable[RosterNote]:
        birth = self.export.births.get(user.id)
        if birth and birth.sex and not person.cells["gender"]:
            sex = printable(birth.sex)[:20]
            yield RosterNote(NO_PLACE, "Gender", sex, f"“{sex}” is not F or M")
        local_id = value_at(self.mapping.local_id_place, user)
        if len(local_id) > 15:
            yield RosterNote(
                NO_PLACE,
                "Local ID",
                printable(local_id)[:40],
                f"Local ID has {len(local_id)} characters. It can have up to 15",
            )


def us_date(text: str) -> str:
    """An ISO date as the portal's files write it; anything else as it stands, for its row to
    answer.
    """
    iso = _ISO.fullmatch(text[:10])
    return f"{iso[2]}/{iso[3]}/{iso[1]}" if iso else text


def _is_other(person: dict[str, str], second: dict[str, str]) -> bool:
    """Whether both last name and birth date speak for two people."""
    return all(
        person[name] and second[name] and person[name].casefold() != second[name].casefold()
        for name in ("last_name", "birth_date")
    )
