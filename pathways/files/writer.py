"""Rows of a layout as State Format (TSV), CSV and XLSX. The first uploads back; the others are for
spreadsheets, and safe in them.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import IO

from cte_portal.ui import csv_file
from cte_portal.ui.xlsx_file import write_book
from pathways.files.layout import Layout

TSV, CSV = "text/tab-separated-values; charset=utf-8", csv_file.CONTENT_TYPE
_BREAKS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})
AT_ONCE = 1 << 16  # bytes


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


def write_copied_tsv(
    into: IO[bytes],
    layout: Layout,
    lines: Iterable[bytes | bytearray | memoryview],
    at: datetime.datetime,
) -> int:
    """State Format of rows that PostgreSQL has written as COPY does, whose values are text already.
    Returns the number of rows.
    """
    into.write(header(layout, at).encode())
    number, block = 0, bytearray()
    for line in lines:
        number += 1
        block += line  # kept one by one, they would have to be looked after by the collector
        if len(block) > AT_ONCE:
            into.write(_unescaped(block))
            block.clear()
    into.write(_unescaped(block))
    return number


def _unescaped(block: bytearray) -> bytes | bytearray:
    return _ESCAPE.sub(_of_escape, block) if b"\\" in block else block


_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPED = {b"b": b"\b", b"f": b"\f", b"v": b"\v", b"t": b" ", b"n": b" ", b"r": b" "}
"""COPY's escapes, as `tsv_line` writes what they stand for; any other is the character itself."""


def _of_escape(escape: re.Match[bytes]) -> bytes:
    return _ESCAPED.get(escape[1], escape[1])


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
