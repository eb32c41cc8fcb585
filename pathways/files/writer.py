"""Rows of a layout as State Format (TSV), CSV and XLSX. The first uploads back; the others are for
spreadsheets, and safe in them.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Sequence
from typing import IO

from cte_portal.ui import csv_file
from cte_portal.ui.xlsx_file import write_book
from pathways.files.layout import Layout

TSV, CSV = "text/tab-separated-values; charset=utf-8", csv_file.CONTENT_TYPE
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
            into, [(layout.title, header_cells(layout, at), lines)], notes, made_at=at, titles=2
        )[0]
        - 1
    )
