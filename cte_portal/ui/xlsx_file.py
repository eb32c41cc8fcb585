"""Every workbook that leaves the portal is written here: text cells alone, so that leading zeros
stay and nothing is a formula (O-03).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_000  # a program's sheet has few more


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
        page = book.add_worksheet(name)
        page.set_column(0, max(len(heading) - 1, 0), 18, text)
        page.freeze_panes(titles, 0)
        page.write_row(0, 0, list(heading), bold)
        number = 0
        for number, row in enumerate(rows, 1):
            if number > most:
                page.write_string(number, 0, "The other formats have all rows.", bold)
                break
            for at, cell in enumerate(row):
                page.write_string(number, at, cell[:32_000], bold if number < titles else text)
        numbers.append(number)
    if notes:
        second = book.add_worksheet("Notes")
        second.set_column(0, 0, 110)
        for at, note in enumerate(notes):
            second.write_string(at, 0, note)
    book.close()
    return numbers
