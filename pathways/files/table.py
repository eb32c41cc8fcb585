"""A text file whose first line names its columns, whatever saved it: the lists that OPI brings.
Read line by line, with the promises of every file (reliability 6): any encoding that is told by its
bytes, any line end, quotation marks undone, and no open one that swallows lines.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from pathways.files.cells import hidden_character, plain, unquoted
from pathways.files.text import FileRefused, Lines, encoding_of
from pathways.files.values import tidy


@dataclass(frozen=True)
class TableRow:
    """One line: its values by the names of the columns, or why it cannot be read."""

    line: int
    values: dict[str, str]
    problem: str = ""


@dataclass
class Table:
    """Iterate for the rows. `columns` are those that may be in the file; each of `needed` must be,
    or one of several joined by `|`.

    Raises FileRefused for a file that is no text or does not name its columns.
    """

    file: IO[bytes]
    columns: Sequence[str]
    needed: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)
    """How the file was read, complete at its end."""
    other_names: list[str] = field(default_factory=list)
    """What the first line names beside the columns."""

    def __iter__(self) -> Iterator[TableRow]:
        lines = Lines(self.file, encoding_of(self.file))
        self.notes[:] = [lines.encoding.note] if lines.encoding.note else []
        names: list[str] = []
        delimiter = ""
        for number, text, cut in lines:
            if not tidy(text).strip(",;\t"):
                continue
            if not names:
                delimiter = max("\t;,", key=text.count)
                names = self._names(_cells(text, delimiter) or [])
                continue
            cells = None if cut else _cells(text, delimiter)
            yield self._row(number, names, cells, "This line is too long" if cut else "")
        if not names:
            raise FileRefused("The selected file is empty")
        if lines.closed:
            self.notes.append("The end-of-file character (1A) of an older program was ignored")

    def _names(self, cells: list[str]) -> list[str]:
        known = {plain(name): name for name in self.columns}
        names = [known.get(plain(cell), "") for cell in cells]
        self.other_names[:] = [cell for cell in cells if cell and plain(cell) not in known]
        missing = [
            need.split("|")[0] for need in self.needed if not set(need.split("|")) & set(names)
        ]
        if missing:
            raise FileRefused(
                f"The first line must name the columns. Missing: {', '.join(missing)}"
            )
        return names

    @staticmethod
    def _row(number: int, names: list[str], cells: list[str] | None, problem: str) -> TableRow:
        if cells is None:
            return TableRow(
                number, {}, problem or "This line cannot be read. Check its quotation marks"
            )
        if any(cells[len(names) :]):
            return TableRow(
                number,
                {},
                f"This line has {len(cells)} values. The first line names {len(names)} columns",
            )
        values = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        for name, value in values.items():
            if letter := hidden_character(value):
                return TableRow(
                    number,
                    values,
                    f"{name} contains a character that is not allowed (U+{ord(letter):04X}). Type"
                    " it again",
                )
        return TableRow(number, {**dict.fromkeys(filter(None, names), ""), **values})


def _cells(text: str, delimiter: str) -> list[str] | None:
    """The line's values, or nothing where its quotation marks do not match."""
    if delimiter == "\t":
        return [unicodedata.normalize("NFC", unquoted(cell)) for cell in text.split("\t")]
    try:
        [cells] = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return [unicodedata.normalize("NFC", tidy(cell)) for cell in cells]
