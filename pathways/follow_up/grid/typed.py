"""What a person typed into the rows of the grid: for each line of the call list an attempt."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import QueryDict

from cte_portal.pages.typed import number
from pathways.files import values
from pathways.follow_up.attempts import Try
from pathways.follow_up.workbench.forms import MOST_NOTE, tidied
from pathways.models import Attempt
from pathways.roster.grid.typed import packed_rows

HEADS = {"result": "Result", "means": "Means", "date": "Date", "note": "Note"}
NO_ANSWER = "No answer"
MOST_TYPED = 500
"""Characters of a cell that are read: more than a note may have, so that one too long is refused.
"""
_ROW = re.compile(r"([0-9]{1,18})-seen", re.ASCII)
MEANS = {label.lower(): value for value, label in Attempt.Means.choices}


@dataclass(frozen=True)
class TypedAttempt:
    """One row as it came in. `seen` is the last attempt that the page showed, 0 for none."""

    entry: int
    seen: int
    cells: Mapping[str, str]

    @property
    def is_entered(self) -> bool:
        """Day and means alone are no attempt: the page proposes them."""
        return bool(values.tidy(self.cells["result"]) or values.tidy(self.cells["note"]))

    def read(self, codes: Mapping[str, str]) -> ReadAttempt:
        """`codes` are those of the statuses by their names in small letters."""
        problems: dict[str, str] = {}
        result = values.tidy(self.cells["result"]).lower()
        status = "" if result == NO_ANSWER.lower() else codes.get(result)
        if status is None:
            problems["result"] = "Select a result from the list" if result else "Select the result"
        means = MEANS.get(values.tidy(self.cells["means"]).lower())
        if means is None:
            problems["means"] = "Select how the student was tried"
        day, note = self._day(problems), self._note(problems)
        if problems or status is None or means is None or day is None:
            return ReadAttempt(problems)
        return ReadAttempt({}, Try(day, means, status, note, seen=self.seen))

    def _day(self, problems: dict[str, str]) -> datetime.date | None:
        try:
            day = values.date(self.cells["date"], "Date")
        except values.Unreadable as wrong:
            problems["date"] = wrong.message
            return None
        if day is None:
            problems["date"] = "Enter the date"
        return day

    def _note(self, problems: dict[str, str]) -> str:
        try:
            note = tidied(self.cells["note"])
        except ValidationError as wrong:
            problems["note"] = wrong.messages[0]
            return ""
        if len(note) > MOST_NOTE:
            problems["note"] = f"Note can have up to {MOST_NOTE} characters"
        return note


@dataclass(frozen=True)
class ReadAttempt:
    """What a row says, or by the names of its cells what is wrong with it."""

    problems: Mapping[str, str]
    attempt: Try | None = None


@dataclass(frozen=True)
class _Sent:
    row: str
    seen: str
    cells: Mapping[str, str]


def typed_rows(data: QueryDict) -> list[TypedAttempt]:
    """The rows of a form in which an attempt was entered, each line once; whatever else the form
    holds is passed over.

    Without script every cell is a field of its own; with it changed rows come in one field, as the
    roster's grid packs them.
    """
    rows = {}
    for sent in (*_fields(data), *_packed(data)):
        cells = {name: sent.cells.get(name, "") for name in HEADS}
        texts = {name: cell.replace("\x00", "")[:MOST_TYPED] for name, cell in cells.items()}
        row = TypedAttempt(int(sent.row), number(sent.seen, digits=18) or 0, texts)
        if row.is_entered:
            rows[row.entry] = row
    return list(rows.values())


def _fields(data: QueryDict) -> Iterator[_Sent]:
    for name in data:
        if match := _ROW.fullmatch(name):
            cells = {cell: data.get(f"{match[1]}-{cell}", "") for cell in HEADS}
            yield _Sent(match[1], data.get(name, ""), cells)


def _packed(data: QueryDict) -> Iterator[_Sent]:
    for row, seen, *parts in packed_rows(data):
        if _ROW.fullmatch(f"{row}-seen"):
            yield _Sent(row, seen, dict(part.split("=", 1) for part in parts if "=" in part))
