"""The first sheet of an Excel workbook as the text of a CSV file, row by row.

A workbook is a zip of XML from a stranger: no more is read of it than a file may be large, nor
written of it, as its cells may all point to one long text; a document type is refused, and nothing of it is resolved, calculated or fetched. A line of the text
is a row of the sheet, so that what is said of a line is found in Excel under its number.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from django.conf import settings

from cte_portal.ui.unavailable import is_full
from pathways.files.text import OLD_WORKBOOK, FileRefused
from pathways.roster.imports.archive import DAMAGED

CHUNK = 1 << 16
MOST_COLUMNS = 200
MOST_ROWS = 1_048_576
MOST_TEXTS = 2_000_000
"""Different texts of a workbook, which Excel keeps in one list."""
LONGEST_TEXT = 32_767
"""Characters of a cell, as Excel has it."""
_DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?=T|$)")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

_START = datetime.date(1899, 12, 30)
_START_1904 = datetime.date(1904, 1, 1)


def is_workbook(names: list[str]) -> bool:
    """Whether a zip with these files is a workbook."""
    return "[content_types].xml" in names and "workbook.xml" in names


def require_no_other_spreadsheet(start: bytes, names: list[str]) -> None:
    """Of a file that is no zip its start says what it is, of a zip the names of its files. Raises
    FileRefused.
    """
    if start == OLD_WORKBOOK:
        raise FileRefused(
            "This is an old Excel workbook (.xls), or one with a password. In Excel choose Save As,"
            " then Excel Workbook (.xlsx) without a password, and choose that file"
        )
    if {"mimetype", "content.xml"} <= set(names):
        raise FileRefused(
            "This is an OpenDocument file, such as .ods. Save it as an Excel workbook (.xlsx) or as CSV,"
            " and choose that file"
        )


def text_of(file: IO[bytes]) -> IO[bytes]:
    """The first sheet that is not hidden. Raises FileRefused."""
    into = tempfile.TemporaryFile()  # noqa: SIM115 - read until the job ends
    try:
        with zipfile.ZipFile(file) as archive:
            book = _Book(archive)
            text = io.TextIOWrapper(into, encoding="utf-8", newline="", write_through=True)
            writer = csv.writer(text, lineterminator="\n")
            titles, room = list[str](), _most_bytes()
            for cells in book.rows():
                titles = titles or cells
                # Excel does not keep the cells behind the last with a value.
                full = [*cells, *[""] * (len(titles) - len(cells))]
                room -= writer.writerow(full) if cells else text.write("\n")
                if room < 0:
                    raise _too_large()
            text.detach()
    except (*DAMAGED, LookupError, expat.ExpatError, OverflowError) as bad:
        if is_full(bad):
            raise
        raise FileRefused(
            "This Excel workbook cannot be read. In Excel choose Save As, then CSV UTF-8, and"
            " choose that file"
        ) from bad
    into.seek(0)
    return into


class _Book:
    """A workbook's parts, each read once from its beginning to its end."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.bytes_left = _most_bytes()
        self.day_styles: set[int] = set()
        self.texts: list[str] = []
        self.starts = _START
        self.sheet = self._sheet()
        self._read_styles()
        self._read_texts()

    def _parse(
        self,
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Read a part in pieces; names of elements come without their namespace."""
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def refuse(*about: object) -> None:
            raise ValueError

        parser.StartDoctypeDeclHandler = refuse
        parser.StartElementHandler = lambda tag, own: start(tag.rsplit(":", 1)[-1], own)
        if end is not None:
            ends = end
            parser.EndElementHandler = lambda tag: ends(tag.rsplit(":", 1)[-1])
        if text is not None:
            parser.CharacterDataHandler = text
        with self.archive.open(name) as part:
            while chunk := part.read(CHUNK):
                self.bytes_left -= len(chunk)
                if self.bytes_left < 0:
                    raise _too_large()
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield

    def _whole(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        for _ in self._parse(name, start):
            pass

    def _sheet(self) -> str:
        """The part of the first sheet that people see."""
        sheets: list[str] = []
        targets: dict[str, str] = {}

        def book(tag: str, own: dict[str, str]) -> None:
            if tag == "sheet" and own.get("state", "visible") == "visible":
                sheets.extend(value for key, value in own.items() if key.endswith(":id"))
            elif tag == "workbookPr" and own.get("date1904") in ("1", "true"):
                self.starts = _START_1904

        def relations(tag: str, own: dict[str, str]) -> None:
            if tag == "Relationship":
                targets[own["Id"]] = own["Target"]

        self._whole("xl/workbook.xml", book)
        self._whole("xl/_rels/workbook.xml.rels", relations)
        target = targets[sheets[0]] if sheets else ""
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _read_styles(self) -> None:
        """Which styles write a number as a day."""
        if "xl/styles.xml" not in self.archive.namelist():
            return
        formats: set[int] = set(_DAYS)
        styles: list[int] = []
        places: list[str] = []

        def start(tag: str, own: dict[str, str]) -> None:
            if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
                places.append(tag)
            elif tag == "numFmt":
                code = _QUOTED.sub("", own.get("formatCode", "")).lower()
                if "y" in code or "d" in code:
                    formats.add(int(own["numFmtId"]))
            elif tag == "xf" and places[-1:] == ["cellXfs"]:
                styles.append(int(own.get("numFmtId", "0")))

        self._whole("xl/styles.xml", start)
        self.day_styles = {place for place, style in enumerate(styles) if style in formats}

    def _read_texts(self) -> None:
        """The list of texts, to which cells point."""
        name = "xl/sharedStrings.xml"
        if name not in self.archive.namelist():
            return
        letters: list[str] = []
        within: list[str] = []

        def start(tag: str, own: dict[str, str]) -> None:
            within.append(tag)
            if tag == "si":
                letters.clear()

        def end(tag: str) -> None:
            within.pop()
            if tag == "si":
                if len(self.texts) >= MOST_TEXTS:
                    raise ValueError
                self.texts.append(_whole_text(letters))

        def text(piece: str) -> None:
            if within[-1] == "t" and "rPh" not in within:
                letters.append(piece)

        for _ in self._parse(name, start, end, text):
            pass

    def rows(self) -> Iterator[list[str]]:
        """The cells of each row; an empty row is an empty list."""
        ready: list[list[str]] = []
        cells: dict[int, str] = {}
        letters: list[str] = []
        within: list[str] = []
        own_cell: dict[str, str] = {}
        place, number, last = 0, 0, 0

        def start(tag: str, own: dict[str, str]) -> None:
            nonlocal place, number
            within.append(tag)
            if tag == "row":
                cells.clear()
                place, number = 0, int(own.get("r", last + 1))
                if not last < number <= MOST_ROWS:
                    raise ValueError
            elif tag == "c":
                letters.clear()
                own_cell.clear()
                own_cell.update(own)
                place = _column(own["r"]) if "r" in own else place + 1

        def end(tag: str) -> None:
            nonlocal last
            within.pop()
            if tag == "c" and place <= MOST_COLUMNS:
                cells[place] = self._cell(own_cell, _whole_text(letters))
            elif tag == "row":
                ready.extend([] for _ in range(number - last - 1))
                width = max((at for at, cell in cells.items() if cell), default=0)
                ready.append([cells.get(at, "") for at in range(1, width + 1)])
                last = number

        def text(piece: str) -> None:
            if within[-1] in ("v", "t") and "c" in within:
                letters.append(piece)

        for _ in self._parse(self.sheet, start, end, text):
            yield from ready
            ready.clear()

    def _cell(self, own: dict[str, str], value: str) -> str:
        """What a person sees in the cell, as the portal's columns write it."""
        kind = own.get("t", "n")
        if kind == "s" and value:
            if not (value.isascii() and value.isdigit()):
                raise ValueError
            value = self.texts[int(value)]
        elif kind == "d" and (iso := _ISO_DAY.match(value)):
            return f"{iso[2]}/{iso[3]}/{iso[1]}"
        elif kind == "b":
            value = "TRUE" if value == "1" else "FALSE"
        elif kind == "n" and value:
            if not _NUMBER.fullmatch(value):  # Python reads more as a number than Excel writes
                raise ValueError
            amount = float(value)
            if int(own.get("s", "0")) in self.day_styles:
                day = self.starts + datetime.timedelta(days=int(amount))
                return f"{day:%m/%d/%Y}"
            return f"{amount:.15g}"
        return " ".join(value.split("\n")).replace("\r", " ").strip()


def _most_bytes() -> int:
    """How much is read of a workbook, and written of it: XML takes more room than its text."""
    return int(settings.UPLOAD_MAX_MB) * 1024 * 1024 * 4


def _too_large() -> FileRefused:
    return FileRefused(
        "This Excel workbook is too large. In Excel choose Save As, then CSV UTF-8, and choose that"
        " file"
    )


def _whole_text(letters: list[str]) -> str:
    """What other programs write behind it is cut: no column takes a hundredth of so much."""
    return "".join(letters)[:LONGEST_TEXT]


def _column(reference: str) -> int:
    """A is 1, AA is 27."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return number
