"""A Fall CTE file, read line by line: a row is a student with post-program status and date."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from pathways.files import damage, values
from pathways.files.answers import NO_VALUE
from pathways.files.cells import plain
from pathways.files.identity import DIGITS, POINT
from pathways.files.reader import LayoutReader
from pathways.files.summary import Problem
from pathways.files.values import Unreadable

_CODE = re.compile(r"[0-9A-Z]{2}", re.ASCII)
_ZERO = "status read with its leading zero|statuses read with their leading zero"
_DAY = "date read as MM/DD/YYYY|dates read as MM/DD/YYYY"

MOST_KEPT = 50_000
NOTHING: frozenset[str] = frozenset()
STATUS_READ, DATE_READ = 1, 2

_Cells = tuple[str, str | None, datetime.date | None, int]
FallRow = tuple[int, int | None, str, str | None, datetime.date | None, int]
"""Line, student, school number, status, date contacted, and which of the last two could be read: the
sum of `STATUS_READ` and `DATE_READ`.
"""


class FallReader(LayoutReader):
    """`statuses` are OPI's names by their codes."""

    def __init__(self, *arguments: Any, statuses: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._codes = {plain(name): code for code, name in statuses.items()}
        self._codes |= {code: code for code in statuses}
        at = self.layout.position
        self._at = at("school"), at("status"), at("date_contacted")
        self._alike: dict[tuple[str, str, str], _Cells] = {}

    def _staged(
        self,
        number: int,
        cells: list[str],
        problems: list[Problem],
        wrong: Callable[..., None],
        *,
        is_elsewhere: bool,
    ) -> FallRow | None:
        school_at, status_at, day_at = self._at
        texts = cells[school_at], cells[status_at], cells[day_at]
        read = self._alike.get(texts)
        if read is None:
            read = self._read(*texts, problems, wrong, is_elsewhere=is_elsewhere)
        if is_elsewhere:
            return None
        spoiled = {problem.field for problem in problems} if problems else NOTHING
        student = self.identity.student(cells, spoiled, wrong)
        if problems:
            self.summary.count_unreadable(problems)
        return number, student, *read

    def _read(
        self,
        school: str,
        status: str,
        day: str,
        problems: list[Problem],
        wrong: Callable[..., None],
        *,
        is_elsewhere: bool,
    ) -> _Cells:
        """The typed cells. Those that need nothing said stand alike in many rows and are read once."""
        before, adjusted = len(problems), self.summary.adjusted.total()
        code = self._status(status, wrong)
        cells_read = STATUS_READ if len(problems) == before else 0
        of_status = len(problems)
        date = self._day(day, wrong)
        cells_read += DATE_READ if len(problems) == of_status else 0
        if is_elsewhere:
            return "", code, date, cells_read
        is_spoiled = any(problem.field == "school" for problem in problems)
        number = "" if is_spoiled else self._school(school, wrong)
        typed_cells = number, code, date, cells_read
        is_clean = len(problems) == before and self.summary.adjusted.total() == adjusted
        if is_clean and len(self._alike) < MOST_KEPT:
            self._alike[school, status, day] = typed_cells
        return typed_cells

    def _school(self, text: str, wrong: Callable[..., None]) -> str:
        """Empty where it has been said what is wrong with it."""
        number = damage.without_point(text)
        if number != text:
            self.summary.adjusted[POINT] += 1
        if not number:
            wrong("school", "CTE-431", "Enter the School Number")
        elif DIGITS.fullmatch(number) and len(number) < 4:
            wrong("school", "CTE-431", f"School Number has 4 digits. Enter {number.zfill(4)}")
        elif len(number) > 4:
            wrong("school", "CTE-431", "School Number has 4 digits")
        else:
            return number
        return ""

    def _status(self, text: str, wrong: Callable[..., None]) -> str | None:
        """A code without its zero is read where OPI's list has it with one."""
        if not text:
            return None
        if text.upper() in damage.EMPTY:
            self.summary.adjusted[NO_VALUE] += 1
            return None
        code = damage.without_point(text).upper()
        if _CODE.fullmatch(code):
            return code
        if DIGITS.fullmatch(code) and code.zfill(2) in self._codes:
            self.summary.adjusted[_ZERO] += 1
            return code.zfill(2)
        named = self._codes.get(plain(text))
        remedy = (
            f"Enter the code {named}" if named else "Enter a code of 2 characters from the list"
        )
        wrong("status", "CTE-432", f"OPI's list has no such post-program status. {remedy}")
        return None

    def _day(self, text: str, wrong: Callable[..., None]) -> datetime.date | None:
        if text.upper() in damage.EMPTY:
            self.summary.adjusted[NO_VALUE] += 1
            return None
        try:
            day = values.date(text, "Date Contacted")
        except Unreadable as error:
            damaged = damage.of("date_contacted", text, "Date Contacted")
            message = damaged.message if damaged else error.message
            wrong("date_contacted", error.rule, message, text, damaged)
            return None
        if day and text != f"{day:%m/%d}/{day.year}":
            self.summary.adjusted[_DAY] += 1
        return day
