"""An export in the portal's own columns: files that are read like any other roster file, whose
lines are still named as the export names them.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pathways.files.text import Encoding
from pathways.roster.imports.layout import BY_SLUG
from pathways.roster.imports.recognizing import RosterNote, RosterPart, RosterRow
from pathways.roster.problems import PROBLEMS


@dataclass
class OneRosterPart(RosterPart):
    """What one file of the export holds of one kind of row."""

    def rows(self) -> Iterator[RosterRow]:
        self.file.seek(0)
        text = io.TextIOWrapper(self.file, encoding="utf-8", newline="")
        try:
            for line, notes, *cells in csv.reader(text):
                yield RosterRow(int(line), cells, False, _notes(notes) if notes else ())
        finally:
            text.detach()  # the file is read once more for the rows to correct


def _notes(text: str) -> tuple[RosterNote, ...]:
    return tuple(RosterNote(PROBLEMS[problem], *about) for problem, *about in json.loads(text))


class PartWriter:
    """Collects the rows of one kind that one file of the export becomes."""

    def __init__(self, name: str, slug: str) -> None:
        self.name, self.layout = name, BY_SLUG[slug]
        self.number = 0
        self._columns = [column.name for column in self.layout.columns]
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - read until the job ends
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", newline="", write_through=True)
        self._writer = csv.writer(self._text)

    def write(self, line: int, values: dict[str, Any], notes: Iterable[RosterNote] = ()) -> None:
        named = [(note.problem.id, *note[1:]) for note in notes]
        self.number += 1
        self._writer.writerow(
            (
                line,
                json.dumps(named) if named else "",
                *[values.get(column, "") for column in self._columns],
            )
        )

    def part(self) -> OneRosterPart:
        self._text.flush()
        self._text.detach()
        columns = self.layout.columns
        return OneRosterPart(
            self.name,
            self._file,
            Encoding("utf-8", 0),
            ",",
            self.layout,
            {column.name: place for place, column in enumerate(columns)},
            1,
            width=len(columns),
        )
