"""The students and pathways that a file may name, as the portal knows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple


class KnownStudent(NamedTuple):
    """A tuple, as a district may have tens of thousands and they are made for each file."""

    pk: int
    local_id: str
    last_name: str
    first_name: str

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
