"""A file of a published layout, read line by line into typed rows and problems (reliability: upload
inputs).

The reader knows the layout, not the database: whom a State ID means is told by `Known`. Every
problem has its line, column, value and rule; a row with one is still read to its end, so that all
of it is told at once.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, ClassVar

from pathways.files import values
from pathways.files.answers import Answers, check_total
from pathways.files.cells import hidden_character, plain, unquoted
from pathways.files.damage import Damage
from pathways.files.header import Header
from pathways.files.identity import Endings, Identity
from pathways.files.known import Known
from pathways.files.layout import Layout
from pathways.files.summary import Problem, Summary
from pathways.files.text import FileRefused, Lines, encoding_of

LONGEST_VALUE = 200  # of a value as it is shown


@dataclass(slots=True)
class Read:
    """One row: what can be staged, and what is wrong with it. Without `staged` not even the
    catalogue can judge it.
    """

    line: int
    staged: tuple[Any, ...] | None
    problems: list[Problem]


class LayoutReader:
    """Iterate for the rows; `summary` grows on the way. Raises FileRefused as soon as the whole
    file is known to be wrong. What a layout holds besides identities, its own reader reads.
    """

    wide: ClassVar[tuple[str, ...]] = ("local_id", "last_name", "first_name")
    """The columns whose values are refused where they are too long."""

    def __init__(
        self,
        file: IO[bytes],
        layout: Layout,
        known: Known,
        *,
        today: datetime.date,
        most_rows: int | None = None,
    ) -> None:
        self.layout, self.known, self.today, self.most_rows = layout, known, today, most_rows
        self.lines = Lines(file, encoding_of(file))
        self.summary = Summary()
        self.errors_added = False
        self.header_line = 0
        self.identity = Identity(layout, known, self.summary)
        self._width = len(layout.columns)
        self._wide = [(at, layout.columns[at].width) for at in map(layout.position, self.wide)]
        self._own = layout.record_type, known.district, str(known.end_year)
        self._columns = {column.field: (at, column) for at, column in enumerate(layout.columns)}
        if self.lines.encoding.note:
            self.summary.notes.append(self.lines.encoding.note)

    def __iter__(self) -> Iterator[Read]:
        header_seen = False
        titles = {plain(name) for name in self.layout.names}
        for number, text, cut in self.lines:
            if alike := self._like_another(number, text):
                self._count_row()
                yield alike
                continue
            if not text.strip(values._AROUND):
                self.summary.blank += 1
                continue
            cells = text.split("\t")
            # Nearly all lines are records and say so: they need not be compared with the titles.
            is_record = cells[0] == self.layout.record_type
            if (
                not is_record
                and len({plain(unquoted(cell)) for cell in cells[: self._width]} & titles) >= 4
            ):
                self.summary.notes.append(f"Line {number} contains column titles and was skipped")
                continue
            if not header_seen:
                self._begin(Header(self.layout, number, text, cells))
                header_seen = True
                continue
            if not is_record and unquoted(cells[0]).upper() == "HD":
                raise FileRefused(
                    f"Line {number} is a second header record (HD). A file has one, on its first"
                    " line"
                )
            self._count_row()
            adjusted = self.summary.adjusted.total()
            row = self._row(number, cells, cut)
            if not row.problems and self.summary.adjusted.total() == adjusted:
                self._remember(text, row)
            yield row
        if not header_seen:
            raise FileRefused("The selected file is empty")
        if not self.summary.rows:
            raise FileRefused("The file has no student records, only the header record")
        self.summary.notes += self.lines.notes
        self.summary.judge(self.known, self.layout)

    def _begin(self, header: Header) -> None:
        self.header_line = header.number
        if header.cells[0].upper() != "HD" and header.read_as_hd:
            kind = self.layout.header_type
            self.summary.notes.append(f"Header record of type {kind} read as HD")
        if header.version != self.layout.version:
            self.summary.notes.append(f"Version {header.version} read as {self.layout.version}")
        self.errors_added = header.errors_added
        if sentence := header.strange(self.today):
            self.summary.heading.append(
                Problem(header.number, "CTE-421", "line", header.cells[1][:LONGEST_VALUE], sentence)
            )

    # --- rows

    def _count_row(self) -> None:
        self.summary.rows += 1
        if self.most_rows and self.summary.rows > self.most_rows:
            raise FileRefused(
                f"The file has more than {self.most_rows:,} rows, the most that this portal's"
                " built-in database accepts. Split the file, or ask for a portal with PostgreSQL"
            )

    def _like_another(self, number: int, text: str) -> Read | None:
        """The row, where an earlier line has told all that there is to be told of this one."""
        return None

    def _remember(self, text: str, row: Read) -> None:
        """A line that was read without a remark."""

    def _row(self, number: int, cells: list[str], cut: bool) -> Read:
        problems: list[Problem] = []

        def wrong(
            field: str,
            rule: str,
            message: str,
            value: str | None = None,
            damaged: Damage | None = None,
        ) -> None:
            at = self._columns[field][0] if field in self._columns else 0
            problems.append(
                Problem(
                    number,
                    rule,
                    field,
                    (value if value is not None else cells[at])[:LONGEST_VALUE],
                    message,
                    damaged,
                )
            )

        if cut:
            wrong("line", "CTE-414", "This line is too long to be a record", cells[0])
            return Read(number, None, problems)
        if len(cells) != self._width:
            cells = self._fit(cells)
        if len(cells) != self._width:
            self.summary.widths[len(cells)] += 1
            sentence = f"This line has {len(cells)} columns. The layout has {self._width}"
            wrong("line", "CTE-401", sentence, "\t".join(cells))
            return Read(number, None, problems)
        whole = "".join(cells)
        if (
            not (whole.isascii() and whole.isprintable()) or '"' in whole or " " in whole
        ):  # most rows hold nothing to clean
            for at, cell in enumerate(cells):
                if not (cell.isascii() and cell.isprintable()) or '"' in cell:
                    cells[at] = self._clean(cell, self.layout.columns[at].field, wrong)
                else:
                    cells[at] = cell.strip()
        for at, width in self._wide:
            if len(cells[at]) > width:
                column = self.layout.columns[at]
                wrong(
                    column.field,
                    "CTE-414",
                    f"{column.name} is longer than {width} characters",
                    cells[at],
                )
        is_elsewhere = (cells[0], cells[1], cells[-1]) != self._own and self.identity.is_elsewhere(
            cells, wrong
        )
        staged = self._staged(number, cells, problems, wrong, is_elsewhere=is_elsewhere)
        return Read(number, staged, problems)

    def _staged(
        self,
        number: int,
        cells: list[str],
        problems: list[Problem],
        wrong: Callable[..., None],
        *,
        is_elsewhere: bool,
    ) -> tuple[Any, ...] | None:
        """The typed row as it is staged; none of another district or another year, which the
        catalogue has no say in.
        """
        raise NotImplementedError

    def _fit(self, cells: list[str]) -> list[str]:
        """Without the columns that our own report added, and without empty ones at the end."""
        if len(cells) > self._width:
            if self.errors_added:
                return cells[: self._width]
            if not any(cell.strip() for cell in cells[self._width :]):
                self.summary.adjusted[
                    "row had empty columns at its end|rows had empty columns at their end"
                ] += 1
                return cells[: self._width]
        return cells

    def _clean(self, cell: str, field: str, wrong: Callable[..., None]) -> str:
        """One form of every letter, nothing around the value, nothing that hides in it."""
        text = unquoted(cell)
        if '"' in cell and text != values.tidy(cell):
            self.summary.adjusted[
                "value was in quotation marks|values were in quotation marks"
            ] += 1
        composed = unicodedata.normalize("NFC", text)
        if letter := hidden_character(composed):
            name = self._columns[field][1].name
            wrong(
                field,
                "CTE-413",
                f"{name} contains a character that is not allowed (U+{ord(letter):04X}). Type it"
                " again",
                composed,
            )
        return composed


class Reader(LayoutReader):
    """CTE End of Year: a row is a student in a pathway."""

    wide = (*LayoutReader.wide, "pathway")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.answers = Answers(self.layout, self.summary)
        self.endings = Endings(self.layout, self.known)

    def _like_another(self, number: int, text: str) -> Read | None:
        staged = self.endings.staged(number, text)
        return Read(number, staged, []) if staged else None

    def _remember(self, text: str, row: Read) -> None:
        if row.staged:
            self.endings.remember(text, row.staged)

    def _staged(
        self,
        number: int,
        cells: list[str],
        problems: list[Problem],
        wrong: Callable[..., None],
        *,
        is_elsewhere: bool,
    ) -> tuple[Any, ...] | None:
        typed = self.answers.of(cells, wrong)
        spoiled = {problem.field for problem in problems}
        if not spoiled & {"in_district_credits", "total_credits", "out_of_district_credits"}:
            check_total(typed, wrong)
        if is_elsewhere:
            return None
        student = self.identity.student(cells, spoiled, wrong)
        pathway = self.identity.pathway(cells, spoiled, wrong)
        self.summary.count_unreadable(problems)
        return number, student, pathway, typed["staged"]
