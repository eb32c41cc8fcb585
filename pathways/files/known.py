"""The students and pathways that a file may name, as the portal knows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple


class KnownStudent(NamedTuple):
    """Kept in one text each, as a district may have tens of thousands: a third of the room."""

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
