"""Notes made while a file was read, and the judgment of the file as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pathways.files.damage import Damage, Pattern
from pathways.files.known import Known
from pathways.files.layout import Layout
from pathways.files.text import FileRefused

OVER_HALF_OF = 10  # rows from which on a column that fails in over half of them condemns the file
_UNREADABLE = {"CTE-001", "CTE-002", "CTE-003", "CTE-004", "CTE-005", "CTE-404", "CTE-410"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a line or of one of its values; `damage` where a spreadsheet or a data tool is
    to blame.
    """

    line: int
    rule: str
    field: str
    value: str
    message: str
    damage: Damage | None = None


@dataclass
class Summary:
    """Notes made while reading, complete when the last row has been read."""

    rows: int = 0
    blank: int = 0
    adjusted: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    unreadable: Counter[tuple[str, Pattern | None]] = field(default_factory=Counter)
    first_unreadable: dict[tuple[str, Pattern | None], Problem] = field(default_factory=dict)
    widths: Counter[int] = field(default_factory=Counter)
    districts: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    heading: list[Problem] = field(default_factory=list)

    @property
    def what_we_adjusted(self) -> list[str]:
        sentences = [counted(number, words) for words, number in self.adjusted.items()]
        if self.blank:
            sentences.append(f"{self.blank:,} empty line{'s' if self.blank > 1 else ''} skipped")
        return [*self.notes, *sentences]

    def count_unreadable(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if (problem.rule in _UNREADABLE and problem.value) or problem.damage:
                cause = problem.field, problem.damage.pattern if problem.damage else None
                self.unreadable[cause] += 1
                self.first_unreadable.setdefault(cause, problem)

    def judge(self, known: Known, layout: Layout) -> None:
        """Raises FileRefused: what is wrong with nearly every row is said once, of the file (U-33,
        U-38, U-39, J-11, FR-212).
        """
        rows = self.rows
        for width, number in self.widths.most_common(1):
            if (number == rows > 1) or (rows >= OVER_HALF_OF and number * 2 > rows):
                raise FileRefused(
                    f"The rows have {width} columns. Layout {layout.version} has"
                    f" {len(layout.columns)}. Compare the columns with the template",
                    "CTE-401",
                )
        if sum(self.districts.values()) == rows:
            district = self.districts.most_common(1)[0][0]
            cause = (
                f"The file is for District Number “{district}”. You are working in {known.district}"
            )
            if district.isdecimal() and len(district) < 4 and district.zfill(4) == known.district:
                cause = (
                    f"District Number “{district}” has lost its leading zero. Enter"
                    f" {known.district}, and format the column as text"
                )
            raise FileRefused(cause, "CTE-403")
        if sum(self.years.values()) == rows:
            year = self.years.most_common(1)[0][0]
            raise FileRefused(
                f"The file is for End Year “{year}”. You are working in {known.end_year}", "CTE-412"
            )
        if rows >= OVER_HALF_OF:
            self._judge_columns(layout)

    def _judge_columns(self, layout: Layout) -> None:
        """The column that fails most; a damage that explains it goes before the order of the
        columns.
        """
        columns: Counter[str] = Counter()
        for (name, _), number in self.unreadable.items():
            columns[name] += number
        for name, number in columns.most_common(1):
            if number * 2 <= self.rows:
                return
            of_column = {
                pattern: count
                for (column, pattern), count in self.unreadable.items()
                if column == name
            }
            pattern, most = max(of_column.items(), key=lambda item: item[1])
            if pattern is None and of_column.keys() - {None} and most * 2 <= number:
                pattern, most = max(
                    ((key, count) for key, count in of_column.items() if key),
                    key=lambda item: item[1],
                )
            first = self.first_unreadable[name, pattern]
            title = next(column.name for column in layout.columns if column.field == name)
            if first.damage:
                raise FileRefused(
                    first.damage.of_column(title, first.value, first.line, most, self.rows),
                    first.rule,
                )
            raise FileRefused(
                f"{title} cannot be read in {number:,} of {self.rows:,} rows, first"
                f" “{first.value[:40]}” in line {first.line}. The columns may be in a different"
                " order",
                first.rule,
            )


def counted(number: int, words: str) -> str:
    """`what` is the words for one and, after a bar, for many."""
    singular, _, plural = words.partition("|")
    return f"{number:,} {singular if number == 1 else plural or singular}"
