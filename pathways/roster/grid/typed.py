"""What a person typed into the grid, row by row: read as a form's and a file's values are."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.utils.functional import cached_property

from cte_portal.pages.typed import number
from cte_portal.words import text
from pathways.elements.entry_form import PREFIX
from pathways.files import values
from pathways.ledger.shape import CREDITS, LABELS, Row
from pathways.models import Change
from pathways.roster.worklist.line import Pair, RecordNow, RosterLine

ANSWERS = ("concentrator", "single_parent")
COLUMNS = ("in_district_credits", "out_of_district_credits", *CREDITS[2:], *ANSWERS, "start_date")
Cells = list[Any]
"""What stands in a record, in the order of COLUMNS."""
PACKED = "row"
MOST_TYPED = 100  # characters of a cell
MOST_OF_ELEMENT = 500  # of which a value may have 200: what is too long is said, not cut
UNKNOWN = 2**31 - 1  # a version that nobody has seen
_PAIR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-", re.ASCII)
_SEEN = "seen"
_ELEMENT = re.compile(
    rf"([0-9]{{1,18}}-[0-9]{{1,18}}-){PREFIX}([0-9]{{1,18}})_([0-9]{{1,9}})", re.ASCII
)
_READ: dict[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(CREDITS, values.credits),
    **dict.fromkeys(ANSWERS, values.yes_or_no),
    "start_date": values.date,
}


def label(name: str) -> str:
    return LABELS[name].removesuffix(" Earned")


@lru_cache(maxsize=1000)
def _content(column: str, words: str) -> Any:
    """What a cell says: most cells of a save say 0.00, No, or one day. Raises Unreadable."""
    return _READ[column](words, label(column))


def shown(record: RecordNow) -> dict[str, str]:
    """The cells of a record that stands."""
    return {name: text(getattr(record, name), "") for name in COLUMNS}


@dataclass(frozen=True)
class Beginning:
    """What a row without a record begins with. The credits are for the person to type."""

    single_parent: bool = False
    starts: datetime.date | None = None

    @classmethod
    def of(cls, line: RosterLine) -> Beginning:
        return cls(line.single_parent, line.starts)

    @property
    def cells(self) -> dict[str, str]:
        return {
            **dict.fromkeys(CREDITS, "0.00"),
            CREDITS[0]: "",
            "concentrator": "No",
            "single_parent": text(self.single_parent),
            "start_date": text(self.starts, ""),
        }


class TypedElement(NamedTuple):
    """A cell of a District Defined Element, and the version of its value that the page showed; 0
    where there was none.
    """

    text: str
    seen: int


@dataclass(frozen=True)
class TypedRow:
    """One row as it came in. `seen` names the version that the page showed; for a row without a
    record also what it began with. `elements` has the cells of the elements that were sent.
    `is_changed`: grid.js, which knows what the page showed, sends no other row.
    """

    pair: Pair
    seen: str
    cells: Mapping[str, str]
    elements: Mapping[int, TypedElement] = field(default_factory=dict)
    is_changed: bool = False

    @cached_property
    def version(self) -> int:
        version = number(self.seen.partition("|")[0])
        return UNKNOWN if version is None else version

    @cached_property
    def began(self) -> dict[str, str]:
        """The cells of a new row when the page showed it."""
        _, answer, day = [*self.seen.split("|"), "", ""][:3]
        return {**Beginning().cells, "single_parent": answer, "start_date": day}

    @cached_property
    def _read(self) -> tuple[dict[str, Any], dict[str, str]]:
        cells = self.cells
        try:
            return {name: _content(name, cells[name]) for name in COLUMNS}, {}
        except values.Unreadable:
            return self._read_what_can_be()

    def _read_what_can_be(self) -> tuple[dict[str, Any], dict[str, str]]:
        content, problems = {}, {}
        for name in COLUMNS:
            try:
                content[name] = _content(name, self.cells[name])
            except values.Unreadable as problem:
                problems[name] = problem.message
        return content, problems

    @property
    def problems(self) -> dict[str, str]:
        """What cannot be read, by column."""
        return self._read[1]

    def added_to(self, before: Change | None) -> TypedRow:
        """The row with each +0.50 as the sum with last year's credits, where it can be read."""
        cells = dict(self.cells)
        for name in CREDITS:
            if self.cells[name].strip().startswith("+") and name not in self.problems:
                amount: Decimal = self._read[0][name]
                cells[name] = text(amount + (getattr(before, name) if before else Decimal(0)))
        return replace(self, cells=cells)

    @property
    def adds(self) -> bool:
        return "+" in "".join(self.cells.values()) and any(
            self.cells[name].strip().startswith("+") for name in CREDITS
        )

    @property
    def surely_differs(self) -> bool:
        """Of a record that stood: what it was need not be asked for. Where nothing was changed after
        all, the ledger finds that out.
        """
        return self.is_changed and self.version > 0

    def differs(self, image: Cells | None) -> bool:
        """Whether something was typed that the page did not show: `image` is what stood in the
        version that it showed.
        """
        content, problems = self._read
        if problems:
            return True
        if self.version:
            return image != list(content.values())
        return any(self.cells[name].strip() != self.began[name] for name in COLUMNS)

    def row(self) -> Row:
        return Row(*self.pair, version=self.version, **self._read[0])


def typed_rows(data: QueryDict) -> list[TypedRow]:
    """The rows of a form in its order, each once; what is none is passed over.

    Without script every cell is a field of its own. With it the changed rows come in one field.
    """
    rows = {}
    elements = _elements_by_row(data)
    for name in data:
        prefix = name.removesuffix(_SEEN)
        if prefix != name and _PAIR.fullmatch(prefix):
            cells = [data.get(f"{prefix}{column}", "") for column in COLUMNS]
            row = _typed_row(prefix, data.get(name, ""), cells, elements.get(prefix, {}))
            rows[row.pair] = row
    for key, seen, *cells in packed_rows(data):
        prefix = f"{key}-"
        if len(cells) > len(COLUMNS) and _PAIR.fullmatch(prefix):
            own: dict[int, TypedElement] = {}
            if len(cells) > len(COLUMNS) + 1:
                parts = (part.partition("=") for part in cells[len(COLUMNS) : -1])
                named = {f"{prefix}{name}": words for name, _, words in parts}
                own = _elements_by_row(named).get(prefix, {})
            row = _typed_row(prefix, seen, cells[: len(COLUMNS)], own, is_changed=not own)
            rows[row.pair] = row
    return list(rows.values())


def packed_rows(data: QueryDict) -> Iterator[list[str]]:
    """What grid.js sends: changed rows in one field, each on a line of its own with asterisks
    between its parts, which a form sends as they are; where a part has one itself, with tabs. A
    page's rows stay below the limit of a form, which is that of lines too: each line asks for a
    student, and PostgreSQL is given so many values only. At least two parts are given.

    Raises TooManyFieldsSent.
    """
    lines = [line for packed in data.getlist(PACKED) for line in re.split(r"\r?\n", packed)]
    if len(lines) > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        raise TooManyFieldsSent("More rows were sent than a page has.")
    for line in lines:
        yield [*line.split("\t" if "\t" in line else "*"), ""]


def _elements_by_row(data: Mapping[str, str]) -> dict[str, dict[int, TypedElement]]:
    """The cells of elements, by the beginning of their row's names. A cell's name ends in the
    version that the page showed.
    """
    rows: dict[str, dict[int, TypedElement]] = {}
    for name in data:
        if match := _ELEMENT.fullmatch(name):
            prefix, element, seen = match.groups()
            words = data.get(name, "").replace("\x00", "")[:MOST_OF_ELEMENT]
            rows.setdefault(prefix, {})[int(element)] = TypedElement(words, int(seen))
    return rows


def _typed_row(
    prefix: str,
    seen: str,
    cells: list[str],
    elements: Mapping[int, TypedElement],
    *,
    is_changed: bool = False,
) -> TypedRow:
    student, pathway, _ = prefix.split("-")
    whole = "".join(cells)
    if len(whole) > MOST_TYPED or "\x00" in whole:
        cells = [cell.replace("\x00", "")[:MOST_TYPED] for cell in cells]
    content = dict(zip(COLUMNS, cells, strict=True))
    pair = (int(student), int(pathway))
    return TypedRow(pair, seen[:MOST_TYPED], content, elements, is_changed)
