"""What is kept of a roster file that was sent: what the portal reads, and nothing else. Passwords,
race, guardians and contacts reach neither the store nor a worker (R-IMP-24).

Lines and columns stay where they are, so that every message names them, and what is kept reads as
what was sent. Where a line does not fit its layout, nobody can say which cell is which: nothing of
it is kept that may stand in another column's place.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from typing import IO

from cte_portal.batches.models import Batch
from pathways.files.text import LONGEST_LINE, FileRefused, Lines
from pathways.roster.imports.aim import BY_RECORD_TYPE
from pathways.roster.imports.archive import Archive, is_zip, write_archive, write_text
from pathways.roster.imports.excel.workbook import is_workbook
from pathways.roster.imports.layout import STATE_ID_COLUMN
from pathways.roster.imports.oneroster.cleaning import write_cleaned
from pathways.roster.imports.oneroster.package import package_in
from pathways.roster.imports.recognizing import LINE_BEFORE, RosterPart, cells_of, parts_of

REFUSED, NOTICES = "refused", "notices"
"""Options of a batch: why nothing was kept of its file; what the file that is kept no longer says.
"""
OPEN = '"'
"""A line in which a quotation mark is left open."""
OF_A_HEADER = 4  # HD, date, time, version
OF_A_STRANGER = 2  # record type and district, which every line of AIM begins with
LONGEST_TYPE = 10
_LOOKS = {
    "gender": re.compile("f|m|female|male", re.IGNORECASE),
    "date": re.compile("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"),
    "state_id": re.compile("[0-9]{9}"),
}
"""Kinds of columns whose values nothing else looks like."""


def keep(file: IO[bytes], batch: Batch) -> IO[bytes] | None:
    """What is stored of a roster file; nothing of one that the portal does not recognize."""
    try:
        kept, notices = cleaned(file, batch.subject)
    except FileRefused as refused:
        batch.options[REFUSED] = refused.sentence
        return None
    if notices:
        batch.options[NOTICES] = [*batch.options.get(NOTICES, ()), *notices]
    return kept


def cleaned(file: IO[bytes], name: str) -> tuple[IO[bytes], list[str]]:
    """The file itself, where it holds only what is read, or another, with what is to be said of it.
    Raises FileRefused.
    """
    aside = tempfile.TemporaryFile()  # noqa: SIM115 - read until it is stored
    if package := package_in(file):
        write_cleaned(aside, package, set())
        return aside, []
    parts = [CleanedPart(part) for part in parts_of(file, name)]
    is_archive = is_zip(file)
    if is_archive and not is_workbook(Archive(file).names):
        write_archive(aside, [(part.part.name, part.lines) for part in parts])
    else:
        (part,) = parts
        write_text(aside, part.lines())
        if not (part.dropped or is_archive):
            return file, []
    return aside, [notice for part in parts for notice in part.notices()]


class CleanedPart:
    """One text file of what was sent, as it is kept. `dropped` says whether anything was left out,
    and by record type of AIM which columns.
    """

    def __init__(self, part: RosterPart) -> None:
        self.part = part
        self.dropped = False
        self._columns: dict[str, set[int]] = {}

    def lines(self) -> Iterator[str]:
        return self._aim() if self.part.is_aim else self._titled()

    def notices(self) -> list[str]:
        """What the reading of the text that was written cannot say."""
        part, notices = self.part, []
        if part.encoding.note:
            notices.append(f"{part.name}: {part.encoding.note}")
        for record_type, places in self._columns.items():
            layout = BY_RECORD_TYPE[record_type]
            titles = ", ".join(layout.columns[place].title for place in sorted(places))
            notices.append(f"{part.name}, {layout.title}: these columns were not kept: {titles}")
        return notices

    def _titled(self) -> Iterator[str]:
        part = self.part
        width, delimiter = part.width, part.delimiter
        unread = sorted(set(range(width)) - set(part.places.values()))
        for number, line, cut in Lines(part.file, part.encoding):
            text = line.rstrip("\x1a")
            if number < part.first_line or not text.strip():
                yield f"{text}\n"
                continue
            cells = cells_of(part, text)
            if cells is None:
                yield self._open(text)
            elif cut or len(cells) != width:
                kept = 0 if unread else width + self._is_of_the_last(cells)
                yield self._unfit(cells, text, cut=cut, kept=kept)
            elif unread and any(cells[place] for place in unread):
                for place in unread:
                    cells[place] = ""
                self.dropped = True
                yield _line(cells, delimiter)
            else:
                yield f"{text}\n"

    def _aim(self) -> Iterator[str]:
        part = self.part
        unread = {
            layout.record_type: [
                place for place, column in enumerate(layout.columns) if column.kind == "unread"
            ]
            for layout in BY_RECORD_TYPE.values()
        }
        for number, line, cut in Lines(part.file, part.encoding):
            text = line.rstrip("\x1a")
            if not text.strip():
                yield f"{text}\n"
                continue
            cells = cells_of(part, text)
            if cells is None:
                yield self._open(text)
                continue
            if number < part.first_line:
                yield self._shortened(cells, text, OF_A_HEADER)
                continue
            layout = BY_RECORD_TYPE.get(cells[0].strip().upper())
            if layout is None:
                own = cells[:1] if len(cells[0]) <= LONGEST_TYPE else ["?"]
                self.dropped |= own != cells
                yield _line(own, "\t")
                continue
            end = next(
                (place for place, cell in enumerate(cells) if cell.startswith(LINE_BEFORE)),
                len(cells),
            )
            if cut or any(cell.strip() for cell in cells[len(layout.columns) : end]):
                yield self._unfit(cells[:end], text, cut=cut, kept=OF_A_STRANGER)
                continue
            filled = [place for place in unread[layout.record_type] if place < end and cells[place]]
            if filled:
                self._columns.setdefault(layout.record_type, set()).update(filled)
                for place in filled:
                    cells[place] = ""
            if not filled and end == len(cells):
                yield f"{text}\n"
                continue
            self.dropped = True
            yield _line(cells[:end], "\t")

    def _is_of_the_last(self, cells: list[str]) -> bool:
        """Whether the cell behind the last column is that column's own, moved by a comma too many:
        among rows of students, whatever else may stand there, only what nothing else looks like.
        """
        layout, width = self.part.layout, self.part.width
        if layout is None or len(cells) != width + 1:
            return False
        if STATE_ID_COLUMN not in layout.columns:
            return True
        last = next(
            (column for column, at in self.part.columns_of(layout) if at == width - 1), None
        )
        looks = _LOOKS.get(last.kind) if last else None
        return bool(looks and looks.fullmatch(cells[width].strip()))

    def _open(self, text: str) -> str:
        self.dropped |= text != OPEN
        return f"{OPEN}\n"

    def _shortened(self, cells: list[str], text: str, most: int) -> str:
        if len(cells) <= most:
            return f"{text}\n"
        self.dropped = True
        return _line(cells[:most], "\t")

    def _unfit(self, cells: list[str], text: str, *, cut: bool, kept: int) -> str:
        """A line that does not fit, as wide and as long as it must be to be refused as it was."""
        own = [*cells[:kept], *("" for _ in cells[kept:])]
        if cut:
            own[-1] = "-" * (LONGEST_LINE + 1)
        elif self.part.is_aim:
            own[-1] = "-"
        self.dropped |= own != cells
        return _line(own, self.part.delimiter) if own != cells else f"{text}\n"


def _line(cells: list[str], delimiter: str) -> str:
    """A line of which no reader says that it is empty."""
    plain = delimiter.join(cells)
    if not plain.strip():
        return f'""{plain}\n'
    if '"' not in plain and plain.count(delimiter) == len(cells) - 1:
        return f"{plain}\n"
    into = io.StringIO()
    csv.writer(into, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return into.getvalue()
