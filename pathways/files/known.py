"""The students and pathways that a file may name, as the portal knows them."""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

STATE_ID_DIGITS = 9


class KnownStudent(NamedTuple):
    """A student, as a line of a file names one."""

    pk: int
    local_id: str
    last_name: str
    first_name: str

    def written(self) -> str:
        cells = (str(self.pk), self.local_id, self.last_name, self.first_name)
        text = "\t".join(cells)
        if text.count("\t") == len(cells) - 1:
            return text
        return "\t".join([cell.replace("\t", " ") for cell in cells])

    @classmethod
    def read(cls, written: str) -> KnownStudent:
        pk, local_id, last_name, first_name = written.split("\t")
        return cls(int(pk), local_id, last_name, first_name)

    def is_named(self, last: str, first: str) -> bool:
        """True when the names are the student's, as two systems may write them; an empty name says
        nothing.
        """
        return (not last or _name(last) == _name(self.last_name)) and (
            not first or _name(first) == _name(self.first_name)
        )


class KnownStudents:
    """A district's students by State ID. A large district has tens of thousands, so their texts
    stand one behind the other: in a dictionary they would take six times the room.
    """

    def __init__(self, students: Iterable[tuple[str, KnownStudent]]) -> None:
        """In the order of their State IDs."""
        self._ids, self._ends, self._texts = array("I"), array("I"), bytearray()
        for state_id, student in students:
            self._ids.append(int(state_id))
            self._texts += student.written().encode()
            self._ends.append(len(self._texts))

    def student(self, state_id: str) -> KnownStudent | None:
        if not (len(state_id) == STATE_ID_DIGITS and state_id.isascii() and state_id.isdigit()):
            return None
        number = int(state_id)
        at = bisect_left(self._ids, number)
        if at == len(self._ids) or self._ids[at] != number:
            return None
        begins = self._ends[at - 1] if at else 0
        return KnownStudent.read(self._texts[begins : self._ends[at]].decode())


@dataclass(frozen=True)
class Known:
    """The district's students and OPI's pathways, for looking up identities."""

    district: str
    end_year: int
    student: Callable[[str], KnownStudent | None]
    pathways: dict[str, int]
    """Primary keys by code, and by name as `plain` writes it."""
    names: dict[int, str]
    numbers: dict[int, int] = field(default_factory=dict)
    """Primary keys by the code's number, of codes that are digits: a code that has lost its zeros
    is found here.
    """


def _name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("’", "'").upper().split())
