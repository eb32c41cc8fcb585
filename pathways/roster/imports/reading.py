"""From files to typed rows of each kind, with every problem named by file, line and column."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from pathways.files.text import FileRefused, printable
from pathways.roster import problems
from pathways.roster.imports.aim import BY_RECORD_TYPE
from pathways.roster.imports.cells import (
    DayOrder,
    ImportingDistrict,
    Known,
    KnownCells,
    Unfit,
    read_cell,
)
from pathways.roster.imports.layout import STATE_ID_COLUMN, RosterLayout
from pathways.roster.imports.recognizing import RosterFinding, RosterNote, RosterPart, RosterRow
from pathways.roster.problems import Becomes, RosterProblem
from pathways.roster.shapes import BY_NAME, SHAPES
from pathways.roster.shapes.unread import UnreadRow
from pathways.roster.staging import Line

MOST_VALUES = 50_000


@dataclass
class Reading:
    """What the files hold: rows of each kind by its name, and what was met on the way."""

    format: str = "csv"
    rows: dict[str, list[tuple[Line, tuple[Any, ...]]]] = field(
        default_factory=lambda: {shape.name: [] for shape in SHAPES}
    )
    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    on_hold: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    other_years: Counter[int] = field(default_factory=Counter)
    unread: dict[str, list[UnreadRow]] = field(default_factory=lambda: defaultdict(list))
    """By kind, the refused rows some of whose cells could be read."""
    values: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    """By kind and name of the column, what its cells say: most say what one before has said. Dates
    stand by file too, because each file has its own order of day and month.
    """
    number_of_values: int = 0
    findings: list[RosterFinding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    day_order: DayOrder = field(default_factory=DayOrder)
    _columns: dict[tuple[int, str], list[Known]] = field(default_factory=dict)
    brought: set[str] = field(default_factory=set)
    """The kinds of rows that the files are about; what else is in the portal is no business of
    theirs.
    """

    def of_problem(self, problem: RosterProblem) -> list[RosterFinding]:
        return [finding for finding in self.findings if finding.problem is problem]

    def columns_of(self, place: int, part: RosterPart, layout: RosterLayout) -> list[Known]:
        """The columns of a line's layout, each with what its cells have said."""
        key = (place, layout.slug)
        if key not in self._columns:
            self._columns[key] = [
                (
                    *(column, at),
                    self.values.setdefault(
                        (column.kind, column.name, place if column.kind == "date" else None), {}
                    ),
                )
                for column, at in part.columns_of(layout)
            ]
        return self._columns[key]

    @property
    def outcomes(self) -> tuple[tuple[Becomes, Counter[str]], ...]:
        """The counters of rows that go no further, what is worst first."""
        return (
            (Becomes.REFUSED, self.refused),
            (Becomes.HELD, self.on_hold),
            (Becomes.SET_ASIDE, self.set_aside),
        )


def read_parts(parts: list[RosterPart], district: ImportingDistrict) -> Reading:
    """Read all files to their end. Raises FileRefused where a whole file is of no use."""
    reading = Reading(format="aim" if any(part.is_aim for part in parts) else "csv")
    total = 0
    for place, part in enumerate(parts):
        before, known = total, _known_cells(reading, place, part, district)
        for row in part.rows():
            total += 1
            if settings.UPLOAD_MOST_ROWS and total > settings.UPLOAD_MOST_ROWS:
                raise FileRefused(
                    f"The files have more than {settings.UPLOAD_MOST_ROWS:,} rows, the most that"
                    " this portal's built-in database accepts. Split the files, or ask for a"
                    " portal with PostgreSQL"
                )
            if not _is_known(reading, known, place, part, row):
                _read_row(reading, place, part, row, district)
        if total == before:
            raise FileRefused(f"{part.name} has column titles but no rows. Nothing was read")
        if part.encoding.note:
            reading.notices.append(f"{part.name}: {part.encoding.note}")
        if part.unknown:
            reading.notices.append(
                f"{part.name}: these columns were not read or kept: {', '.join(part.unknown[:20])}"
            )
        if part.spellings:
            pairs = ", ".join(f"{title} as {exact}" for title, exact in part.spellings)
            reading.notices.append(f"{part.name}: these columns were read: {pairs}")
        reading.day_order.refuse_day_first(place, part.name)
    whole = sum(reading.other_years.values())
    if whole and whole == total:
        year = reading.other_years.most_common(1)[0][0]
        raise FileRefused(
            f"Every row belongs to End Year {year}. The current school year ends in"
            f" {district.end_year}"
        )
    return reading


def _known_cells(
    reading: Reading, place: int, part: RosterPart, district: ImportingDistrict
) -> dict[str, KnownCells]:
    """By what a line begins with where that names its layout (AIM); else one for all lines."""
    layouts = {"": part.layout} if part.layout else BY_RECORD_TYPE
    return {
        begins: KnownCells(
            reading.columns_of(place, part, layout),
            layout.fills,
            range(part.width, part.width + 1) if part.layout else range(len(layout.columns) + 1),
            district.end_year,
        )
        for begins, layout in layouts.items()
    }


def _is_known(
    reading: Reading, known: dict[str, KnownCells], place: int, part: RosterPart, row: RosterRow
) -> bool:
    """Whether nothing of the row had to be read anew: then it is taken."""
    cells = row.cells
    if not cells or row.cut or row.notes:
        return False
    of_line = known.get("" if part.layout else cells[0])
    values = of_line.values(cells) if of_line else None
    if of_line is None or values is None:
        return False
    for name, pick in of_line.kinds:
        reading.brought.add(name)
        reading.read[name] += 1
        reading.rows[name].append(((place, row.line), pick(values)))
    return True


def _read_row(
    reading: Reading, place: int, part: RosterPart, row: RosterRow, district: ImportingDistrict
) -> None:
    line, cells = row.line, row.cells
    layout = part.layout or BY_RECORD_TYPE.get((cells or [""])[0].strip().upper())
    names = list(layout.fills) if layout else ["Student"]
    for name in names:
        reading.read[name] += 1
    reading.brought.update(names)

    def refuse(problem: RosterProblem, column: str, value: str, message: str) -> None:
        reading.findings.append(RosterFinding(place, line, column, problem, value, message))

    if _noted(reading, place, line, names, row.notes):
        return
    if cells is None:
        refuse(problems.QUOTE, "", "", "A quotation mark in this line is not closed")
    elif layout is None:
        refuse(
            problems.UNREADABLE,
            "Record Type",
            cells[0][:40],
            "Record Type must be SC, SD, EN, CU, SU, or RU",
        )
    elif row.cut or not part.fits(layout, cells):
        width = part.width or len(layout.columns)
        behind = "" if part.is_aim or row.cut else ", ".join(filter(None, cells[width:]))
        more = f". Behind the last of them stands {printable(behind)[:60]}" if behind else ""
        refuse(
            problems.COLUMNS,
            "",
            "",
            f"This line has {len(cells)} columns; {layout.title} has {width}{more}",
        )
    else:
        typed, unread = _typed(reading, place, part, layout, row, district, refuse)
        end_year = typed.setdefault("end_year", district.end_year)
        if unread:
            if STATE_ID_COLUMN in layout.columns and "state_id" not in typed.keys() | unread:
                refuse(problems.UNMATCHED, STATE_ID_COLUMN.title, "", "This row has no State ID")
                unread.add("state_id")
            if "district" not in unread and end_year == district.end_year:
                for name, names_of in layout.fills.items():
                    rest = UnreadRow.of(BY_NAME[name], names_of, (place, line), typed, unread)
                    reading.unread[name].append(rest)
        else:
            if end_year != district.end_year:
                reading.set_aside.update(names)
                reading.other_years[end_year] += 1
                return
            if "state_id" not in typed and STATE_ID_COLUMN in layout.columns:
                note = _identified(place, line, names, typed, district)
                if note:
                    _noted(reading, place, line, names, (note,))
                    return
            for name, columns in layout.fills.items():
                reading.rows[name].append(((place, line), tuple(map(typed.get, columns))))
            return
    reading.refused.update(names)


def _noted(
    reading: Reading, place: int, line: int, names: list[str], notes: tuple[RosterNote, ...]
) -> bool:
    """Keep what was found of a row. Returns whether that keeps it out."""
    if not notes:
        return False
    reading.findings += [
        RosterFinding(
            place,
            line,
            note.column,
            note.problem,
            note.value,
            note.message,
            names[0] if note.row else "",
            note.row,
        )
        for note in notes
    ]
    becomes = {note.problem.becomes for note in notes}
    for outcome, counter in reading.outcomes:
        if outcome in becomes:
            counter.update(names)
            return True
    return False


def _identified(
    place: int, line: int, names: list[str], typed: dict[str, Any], district: ImportingDistrict
) -> RosterNote | None:
    """Give a row without a State ID that of the student whom a person has recognized in it; else
    returns what is to be said of it.
    """
    born = typed.get("birth_date")
    cells = {name: typed.get(name, "") for name in ("last_name", "first_name")}
    cells["birth_date"] = f"{born:%m/%d/%Y}" if born and "Student" in names else ""
    known = district.same_persons.recognized(line, cells, place)
    if known is None:
        return district.same_persons.note(cells, "This row has no State ID")
    typed["state_id"] = known.state_id
    return None


def _typed(
    reading: Reading,
    place: int,
    part: RosterPart,
    layout: RosterLayout,
    row: RosterRow,
    district: ImportingDistrict,
    refuse: Any,
) -> tuple[dict[str, Any], set[str]]:
    """What the line says, by column, and the columns that could not be read or are missing."""
    cells, typed, unread = row.cells or [], dict[str, Any](), set[str]()
    last = len(cells)
    for column, at, known in reading.columns_of(place, part, layout):
        cell = cells[at] if at < last else ""
        if not cell:
            value = None
        elif cell in known:
            value = known[cell]
        else:
            if column.kind == "date":
                reading.day_order.note(place, row.line, column.title, cell)
            try:
                value = read_cell(column, cell, district)
            except Unfit as unfit:
                refuse(unfit.problem, column.title, cell.strip()[:60], str(unfit))
                unread.add(column.name)
                continue
            if reading.number_of_values < MOST_VALUES:
                known[cell] = value
                reading.number_of_values += 1
        if value is not None:
            typed[column.name] = value
        elif column.required and column is not STATE_ID_COLUMN:
            refuse(problems.MISSING, column.title, "", f"{column.title} is missing")
            unread.add(column.name)
    return typed, unread
