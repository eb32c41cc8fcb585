"""What was sent: one text file or a zip of some, and which layout each of them has. The content
decides, never the name.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, takewhile
from typing import IO, NamedTuple

from pathways.files.text import Encoding, FileRefused, Lines, encoding_of, printable
from pathways.roster.imports.aim import BY_RECORD_TYPE
from pathways.roster.imports.archive import Archive, is_zip
from pathways.roster.imports.excel import workbook
from pathways.roster.imports.layout import CSV_LAYOUTS, RosterColumn, RosterLayout
from pathways.roster.problems import RosterProblem

LINE_BEFORE = "Line in your file"
"""Title of the first column behind the cells of a row that comes back to be corrected; a line of
AIM has the title in the cell. What stands there and behind it is not read.
"""
_NOWHERE = 1_000_000
_DELIMITERS = (",", "\t", ";", "|")
# Titles by which other systems name the same thing, without spaces and in lower case.
_SYNONYMS = {
    "stateid": "studentstateid",
    "statestudentid": "studentstateid",
    "schoolyear": "endyear",
    "studentlocalid": "localid",
}
_CLEVER = "This is a Clever file. Use the portal's own columns or the AIM files"
_FOREIGN = {
    "sisid": (
        "This is a Microsoft School Data Sync file. Export OneRoster or use the portal's own"
        " columns"
    ),
    "sourcedid": (
        "This is one file of a OneRoster export. Choose the whole .zip, which says in manifest.csv"
        " what it holds"
    ),
    "teacherid": _CLEVER,
}


class RosterNote(NamedTuple):
    """What was found of a row before it is read as the layout's."""

    problem: RosterProblem
    column: str
    value: str
    message: str
    row: int | None = None
    """The portal's row that it is about."""


@dataclass(frozen=True)
class RosterFinding:
    """One problem of one line. `value` is what stands in the file; `message` says what is wrong
    with it.
    """

    part: int
    line: int
    column: str
    problem: RosterProblem
    value: str
    message: str
    name: str = ""
    row: int | None = None
    """The portal's row that it is about, and the kind of that row."""


class RosterRow(NamedTuple):
    """A line in cells; None where a quotation mark is left open."""

    line: int
    cells: list[str] | None
    cut: bool = False
    notes: tuple[RosterNote, ...] = ()


@dataclass
class RosterPart:
    """One text file of what was sent. `layout` is None where each line names its own (AIM)."""

    name: str
    file: IO[bytes]
    encoding: Encoding
    delimiter: str
    layout: RosterLayout | None
    places: dict[str, int]
    """Where each column of the layout stands."""
    first_line: int
    """The first line with data."""
    unknown: tuple[str, ...] = ()
    width: int = 0
    spellings: tuple[tuple[str, str], ...] = ()
    """Titles as the file has them, where they are not the layout's own, with those."""
    _columns: dict[str, list[tuple[RosterColumn, int]]] = field(default_factory=dict)

    def columns_of(self, layout: RosterLayout) -> list[tuple[RosterColumn, int]]:
        """The columns of a line's layout, each with its place in the line; behind the last cell
        where the file does not have it.
        """
        if layout.slug not in self._columns:
            self._columns[layout.slug] = [
                (column, self.places.get(column.name, _NOWHERE) if self.layout else place)
                for place, column in enumerate(layout.columns)
            ]
        return self._columns[layout.slug]

    def fits(self, layout: RosterLayout, cells: list[str]) -> bool:
        """Whether a line has as many cells as its layout asks for."""
        if not self.is_aim:
            return len(cells) == self.width
        needed = max(place for place, column in enumerate(layout.columns) if column.required) + 1
        return needed <= len(cells) <= len(layout.columns) or not any(
            cell.strip() for cell in cells[len(layout.columns) :]
        )

    @property
    def is_aim(self) -> bool:
        return self.layout is None

    def lines(self) -> Iterator[tuple[int, str, bool]]:
        first = self.first_line
        for number, text, cut in Lines(self.file, self.encoding):
            if number >= first and text.strip():
                yield number, text.rstrip("\x1a"), cut

    def rows(self) -> Iterator[RosterRow]:
        is_aim, delimiter = self.is_aim, self.delimiter
        for number, text, cut in self.lines():
            cells = cells_of(self, text) if '"' in text else text.split(delimiter)
            if is_aim and cells and LINE_BEFORE in text:
                cells = list(takewhile(lambda cell: not cell.startswith(LINE_BEFORE), cells))
            yield RosterRow(number, cells, cut)


def parts_of(file: IO[bytes], name: str) -> list[RosterPart]:
    """The text files in what was sent, with what each of them is. Raises FileRefused."""
    if not is_zip(file):
        file.seek(0)
        workbook.require_no_other_spreadsheet(file.read(4), [])
        return [_part(file, name)]
    archive = Archive(file)
    if workbook.is_workbook(archive.names):
        return [_part(workbook.text_of(file), name)]
    workbook.require_no_other_spreadsheet(b"", archive.names)
    if "manifest.csv" in archive.names:
        raise FileRefused("A OneRoster export is uploaded by one district at a time")
    archive.require_harmless()
    parts = []
    for title, pieces in archive.unpacked():
        aside = tempfile.TemporaryFile()  # noqa: SIM115 - read until the job ends
        for chunk in pieces:
            aside.write(chunk)
        parts.append(_part(aside, title))
    return parts


def _part(file: IO[bytes], name: str) -> RosterPart:
    encoding = encoding_of(file)
    first = [
        (number, text) for number, text, _ in islice(Lines(file, encoding), 20) if text.strip()
    ]
    if not first:
        raise FileRefused(f"{name} is empty")
    if first[0][1].lstrip()[:1] in ("{", "["):
        raise FileRefused(
            "This is JSON, which is not read. Export OneRoster as CSV (a .zip), or use the portal's"
            " own columns"
        )
    aim = _record_type(first)
    if aim == "CE":
        raise FileRefused(
            "This is a CTE End of Year file. Choose CTE End of Year as the Import Type"
        )
    if aim is not None:
        start = first[1 if _first_cell(first[0][1]) == "HD" else 0][0]
        return RosterPart(name, file, encoding, "\t", None, {}, start)
    return _titled(file, name, encoding, *first[0])


def _record_type(first: list[tuple[int, str]]) -> str | None:
    """The record type of the first AIM line, or None where the file is no AIM file."""
    cells = [_first_cell(text) for _, text in first]
    types = [cell for cell in cells if cell in BY_RECORD_TYPE or cell == "CE"]
    if cells[0] == "HD":
        if not types:
            raise FileRefused(
                "The file has a header record, but no line of type SC, SD, EN, CU, SU, or RU"
                " follows it"
            )
        return types[0]
    return types[0] if types and types[0] == cells[0] else None


def _first_cell(text: str) -> str:
    return text.split("\t", 1)[0].strip().strip('"').upper()


def _titled(file: IO[bytes], name: str, encoding: Encoding, number: int, text: str) -> RosterPart:
    """A file whose first line holds titles: the layout whose required titles are all there, the
    most specific first.
    """
    best: tuple[int, str, list[str]] = (-1, ",", [])
    known = {_plain(column.title) for layout in CSV_LAYOUTS for column in layout.columns}
    for delimiter in _DELIMITERS:
        titles = _cells(text, delimiter)
        if titles is not None:
            best = max(
                best,
                (sum(_plain(title) in known for title in titles), delimiter, titles),
                key=lambda candidate: candidate[0],
            )
    _, delimiter, titles = best
    plain = [_plain(title) for title in titles]
    for title in plain:
        if title in _FOREIGN:
            raise FileRefused(_FOREIGN[title])
    fits = [
        layout
        for layout in CSV_LAYOUTS
        if {_plain(title) for title in layout.required} <= set(plain)
    ]
    # Clever's students have a State_id and names; its other files have nothing but its own ids.
    if "schoolid" in plain and ("studentid" in plain or not fits):
        raise FileRefused(_CLEVER)
    if not fits:
        near = max(
            CSV_LAYOUTS,
            key=lambda layout: sum(_plain(column.title) in plain for column in layout.columns),
        )
        missing = sorted(title for title in near.required if _plain(title) not in plain)
        if not any(_plain(column.title) in plain for column in near.columns):
            raise FileRefused(
                f"{name}: the first line does not have the column titles of a roster file. Download"
                " a template to see them"
            )
        raise FileRefused(
            f"{name} looks like {near.title}, but these columns are missing: {', '.join(missing)}"
        )
    layout = max(
        fits,
        key=lambda candidate: (
            len(candidate.required),
            sum(_plain(column.title) in plain for column in candidate.columns),
        ),
    )
    doubled = [
        title for title in titles if plain.count(_plain(title)) > 1 and _plain(title) in known
    ]
    if doubled:
        raise FileRefused(f"{name}: the column {printable(doubled[0]).strip()[:60]} appears twice")
    own = {_plain(column.title): column.name for column in layout.columns}
    places = {own[title]: place for place, title in enumerate(plain) if title in own}
    unknown = tuple(
        printable(title).strip()[:60] or "a column without a title"
        for title, key in zip(titles, plain, strict=True)
        if key not in own
    )
    exact = {column.name: column.title for column in layout.columns}
    spellings = tuple(
        (printable(titles[place]).strip()[:60], exact[column])
        for column, place in places.items()
        if titles[place].strip() != exact[column]
    )
    return RosterPart(
        name, file, encoding, delimiter, layout, places, number + 1, unknown, len(titles), spellings
    )


@lru_cache(maxsize=1024)
def _plain(title: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", title.lower())
    return _SYNONYMS.get(plain, plain)


def _cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of one line, or None where a quotation mark has no partner."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def cells_of(part: RosterPart, text: str) -> list[str] | None:
    """The cells of one line of a part: quoted as CSV quotes them, or plain between tabs. None where
    a quotation mark is left open.
    """
    return _cells(text, part.delimiter) if '"' in text else text.split(part.delimiter)
