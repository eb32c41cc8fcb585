"""Rows of a layout as State Format (TSV), CSV and XLSX. The first uploads back; the others are for
spreadsheets, and safe in them.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

from cte_portal.ui import csv_file
from pathways.files.layout import Layout

TSV, CSV = "text/tab-separated-values; charset=utf-8", csv_file.CONTENT_TYPE
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_XLSX_ROWS = 1_048_000
_BREAKS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


def header(layout: Layout, at: datetime.datetime, *more: str) -> str:
    return "\t".join([*header_cells(layout, at), *more]) + "\n"


def header_cells(layout: Layout, at: datetime.datetime) -> list[str]:
    return ["HD", f"{at:%m/%d/%Y}", f"{at:%H:%M:%S}", layout.version]


def tsv_line(cells: Sequence[str]) -> str:
    """A line of State Format: values as they are, but no value can shift a column (O-02)."""
    line = "\t".join(cells)
    if line.count("\t") == len(cells) - 1 and "\n" not in line and "\r" not in line:
        return line + "\n"
    return "\t".join([cell.translate(_BREAKS) for cell in cells]) + "\n"


def write_tsv(
    into: IO[bytes], layout: Layout, rows: Iterable[Sequence[str]], at: datetime.datetime
) -> int:
    """State Format. Returns the number of rows."""
    into.write(header(layout, at).encode())
    number, lines = 0, []
    for row in rows:
        number += 1
        lines.append(tsv_line(row))
        if len(lines) == 2000:
            into.write("".join(lines).encode())
            lines.clear()
    into.write("".join(lines).encode())
    return number


def write_xlsx(
    into: IO[bytes],
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    sheet: str,
    notes: Sequence[str] = (),
    created: datetime.datetime | None = None,
) -> int:
    """A workbook of text cells: leading zeros stay, nothing is a formula (O-03). `notes` become a
    second sheet.
    """
    return write_book(into, [(sheet, titles, rows)], notes, created=created)[0]


def write_layout_xlsx(
    into: IO[bytes],
    layout: Layout,
    rows: Iterable[Sequence[str]],
    at: datetime.datetime,
    *,
    notes: Sequence[str] = (),
) -> int:
    """A workbook that, saved as tab-delimited text, can be uploaded: the header record, the titles,
    the rows. Returns the number of rows.
    """
    lines = itertools.chain([layout.names], rows)
    return (
        write_book(
            into, [(layout.title, header_cells(layout, at), lines)], notes, created=at, titles=2
        )[0]
        - 1
    )


def write_book(
    into: IO[bytes],
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[str]]]],
    notes: Sequence[str] = (),
    *,
    created: datetime.datetime | None = None,
    titles: int = 1,
) -> list[int]:
    """The same with several sheets of name, titles and rows. Returns the number of rows of each;
    `titles` rows stay in view.

    A workbook says when it was made: `created` makes the same content the same bytes.
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
    if created:
        book.set_properties({"created": created.astimezone(datetime.UTC)})
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
            if number > _MOST_XLSX_ROWS:
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
