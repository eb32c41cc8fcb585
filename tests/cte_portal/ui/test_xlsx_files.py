"""A workbook holds every text as it is, and nothing that is not text."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import unescape
from zipfile import ZipFile

import xlsxwriter

from cte_portal.ui.xlsx_file import LONGEST_CELL, write_book, write_xlsx

TEXTS = [
    "0020",
    "=1+1",
    "",
    "a & b <c> \"d\" 'e'",
    " before",
    "after\u2003",
    "tab\tline\nend",
    "\n",
    "_x0041_",
    "bell\x07\x1f\r",
    "\ufffe\uffff",
    "Peña 🎓",
    "https://example.org",
]
RUN = "<r>a & b</r>"


def page(content: io.BytesIO) -> bytes:
    with ZipFile(content) as book:
        return book.read("xl/worksheets/sheet1.xml")


def rows(content: io.BytesIO) -> list[list[str]]:
    lines = re.findall("<row .*?</row>", page(content).decode())
    return [[unescape(text) for text in re.findall("<t[^>]*>(.*?)</t>", row)] for row in lines]


def cell_by_cell(lines: Sequence[Sequence[str]]) -> io.BytesIO:
    """The same sheet as the library writes it."""
    content = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        text = book.add_format({"num_format": 49})
        bold = book.add_format({"bold": True, "num_format": 49})
        sheet = book.add_worksheet("Sheet")
        sheet.set_column(0, 1, 18, text)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, ["First", "Second"], bold)
        for number, cells in enumerate(lines, 1):
            for at, cell in enumerate(cells):
                sheet.write_string(number, at, cell, text)
    return content


def test_a_row_is_written_as_the_library_writes_its_cells() -> None:
    lines = [[text, f"x{text}x", text] for text in TEXTS]
    content = io.BytesIO()
    assert write_xlsx(content, ["First", "Second"], lines, sheet="Sheet") == len(TEXTS)
    assert page(content) == page(cell_by_cell(lines))


def test_a_text_with_the_marks_of_a_formatted_run_stays_text() -> None:
    content = io.BytesIO()
    write_xlsx(content, ["First"], [[RUN], ["after"]], sheet="Sheet")
    assert rows(content) == [["First"], [RUN], ["after"]]


def test_a_sheet_that_ends_early_says_so_and_a_cell_that_is_too_long_is_cut() -> None:
    content = io.BytesIO()
    lines = [["x" * 40_000, "y"], ["second"], ["third"]]
    assert write_book(content, [("Sheet", ["First"], lines)], ["A note"], most=2) == [3]
    assert rows(content) == [
        ["First"],
        ["x" * LONGEST_CELL, "y"],
        ["second"],
        ["The other formats have all rows."],
    ]
