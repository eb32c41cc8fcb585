"""Every workbook that leaves the portal is written here: text cells alone, so that leading zeros
stay and nothing is a formula (O-03).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_000  # a program's sheet has few more
LONGEST_CELL = 32_000
_MARKED = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
"""What XML or the workbook's own escapes would take for something else."""


class TextSheet(Worksheet):
    """A sheet whose rows are text, each written at once: cell by cell, as the library writes what
    may be of any kind, they take many times as long. And the library takes a cell that begins and
    ends with the marks of a formatted run for one, whatever stands between.
    """

    def write_texts(self, row: int, cells: Sequence[str], form: Format) -> None:
        """Into the first columns of a row that is below all rows before."""
        self._check_dimensions(row, 0)
        self._check_dimensions(row, len(cells) - 1)
        self._write_single_row(row)  # the row before, where it was written cell by cell
        number, style = row + 1, form._get_xf_index()
        written = [
            f'<c r="{column}{number}" s="{style}" t="inlineStr"><is>{self._text(cell)}</is></c>'
            for column, cell in zip(self._names(len(cells)), cells, strict=True)
        ]
        self.fh.write(f'<row r="{number}">{"".join(written)}</row>')

    def _text(self, cell: str) -> str:
        cell = cell[:LONGEST_CELL]
        if _MARKED.search(cell):
            cell = self._escape_data(self._escape_control_characters(cell))
        if cell[:1].isspace() or cell[-1:].isspace():
            return f'<t xml:space="preserve">{cell}</t>'
        return f"<t>{cell}</t>"

    @staticmethod
    @cache
    def _names(columns: int) -> list[str]:
        return [xl_col_to_name(at) for at in range(columns)]


def write_xlsx(
    into: IO[bytes],
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    sheet: str,
    notes: Sequence[str] = (),
    made_at: datetime.datetime | None = None,
    most: int = MOST_ROWS,
) -> int:
    """One sheet. `notes` become a second one. Returns the number of rows, of which `most` are
    written.
    """
    return write_book(into, [(sheet, titles, rows)], notes, made_at=made_at, most=most)[0]


def write_book(
    into: IO[bytes],
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[str]]]],
    notes: Sequence[str] = (),
    *,
    made_at: datetime.datetime | None = None,
    titles: int = 1,
    most: int = MOST_ROWS,
) -> list[int]:
    """Several sheets, each of name, titles and rows. Returns the number of rows of each, up to the
    one after `most`, where a sheet ends and says so; `titles` rows stay in view.

    A workbook says when it was made: `made_at` makes the same content the same bytes.
    """
    book = xlsxwriter.Workbook(
        into,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "in_memory": False,
        },
    )
    if made_at:
        book.set_properties({"created": made_at.astimezone(datetime.UTC)})
    text, bold = (
        book.add_format({"num_format": 49}),
        book.add_format({"bold": True, "num_format": 49}),
    )
    numbers = []
    for name, heading, rows in sheets:
        page = book.add_worksheet(name, TextSheet)
        page.set_column(0, max(len(heading) - 1, 0), 18, text)
        page.freeze_panes(titles, 0)
        page.write_row(0, 0, list(heading), bold)
        number = 0
        for number, row in enumerate(rows, 1):
            if number > most:
                page.write_string(number, 0, "The other formats have all rows.", bold)
                break
            page.write_texts(number, row, bold if number < titles else text)
        numbers.append(number)
    if notes:
        second = book.add_worksheet("Notes")
        second.set_column(0, 0, 110)
        for at, note in enumerate(notes):
            second.write_string(at, 0, note)
    book.close()
    return numbers
