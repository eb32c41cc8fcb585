"""Many cells of the grid changed at once, without script, as grid.js does it with script (D-36):
what comes of it is shown first, and can be taken back. Nothing is saved by it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.elements.entry_form import PREFIX
from pathways.files import values
from pathways.ledger.shape import CREDITS
from pathways.roster.grid.elements import ElementColumns, column_of
from pathways.roster.grid.rows import advice_of, amount_of
from pathways.roster.grid.typed import COLUMNS, TypedRow, label

MOST_KEPT = 100_000  # characters of what *Undo* brings back


@dataclass(frozen=True)
class Acted:
    """The rows as they are now, what was done in words, and by its name what each changed cell held
    before.
    """

    rows: Sequence[TypedRow]
    words: str
    before: dict[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> str:
        """What the form carries for *Undo*; empty where nothing can be taken back."""
        return json.dumps(self.before) if self.before else ""


def columns_of_grid(elements: ElementColumns) -> list[tuple[str, str]]:
    """What can be chosen: the name of a column and its words."""
    own = [(column_of(element.pk), element.name) for element in elements.shown]
    return [*((name, label(name)) for name in COLUMNS), *own]


def act(data: QueryDict, rows: Sequence[TypedRow], elements: ElementColumns) -> Acted:
    """Do what the form asks for with the rows that it sent."""
    columns = dict(columns_of_grid(elements))
    name, column = data.get("act", ""), data.get("act_column", "")
    if name == "back":
        return _take_back(rows, data.get("act_before", ""))
    if name == "answers":
        return _answer(rows)
    if column not in columns or name not in _ACTS:
        return Acted(rows, "Choose a column.")
    return _ACTS[name](rows, column, values.tidy(data.get("act_value", "")), columns[column])


def _add(rows: Sequence[TypedRow], column: str, value: str, words: str) -> Acted:
    amount = amount_of(value)
    if column not in CREDITS or not amount:
        return Acted(rows, "Choose a column of credits, and enter the credits to add, like 0.50.")
    sums = {row.pair: amount_of(row.cells[column]) for row in rows}
    after = {pair: text(sum_ + amount) for pair, sum_ in sums.items() if sum_ is not None}
    unreadable = len(sums) - len(after)
    done = f"{text(amount)} added to {words} in {number_of(len(after), 'row')}."
    if unreadable:
        done += f" {number_of(unreadable, 'row')} left: not a number."
    return _put(rows, column, lambda row: after.get(row.pair), done)


def _fill(rows: Sequence[TypedRow], column: str, value: str, words: str) -> Acted:
    """The first value of the column goes into the rows below it."""
    at = next((at for at, row in enumerate(rows) if _cell(row, column)), None)
    if at is None:
        return Acted(rows, f"No row has a value for {words}.")
    filled, below = _cell(rows[at], column), {row.pair for row in rows[at + 1 :]}
    acted = _put(rows, column, lambda row: filled if row.pair in below else None)
    number = len(acted.before)
    done = f"{filled} filled down into {number_of(number, 'row')}."
    return replace(acted, words=done if number else "Every row below has this value.")


def _set_blank(rows: Sequence[TypedRow], column: str, value: str, words: str) -> Acted:
    acted = _put(rows, column, lambda row: None if _cell(row, column) else value)
    number = len(acted.before)
    done = f"{value} set for {words} in {number_of(number, 'row')}."
    return replace(acted, words=done if number else "No cell of this column is blank.")


def _answer(rows: Sequence[TypedRow]) -> Acted:
    """CTE Concentrator as the totals say it."""
    answers = {row.pair: "Yes" if advice_of(row.cells) == "Yes from 2.00" else "No" for row in rows}
    differ = {row.pair for row in rows if advice_of(row.cells)}
    acted = _put(
        rows, "concentrator", lambda row: answers[row.pair] if row.pair in differ else None
    )
    done = f"CTE Concentrator set in {number_of(len(acted.before), 'row')}."
    return replace(acted, words=done if differ else "Every answer agrees with its total.")


def _take_back(rows: Sequence[TypedRow], kept: str) -> Acted:
    """What the form carried comes from a browser, and goes into cells of the form alone."""
    try:
        before = json.loads(kept[:MOST_KEPT])
    except (ValueError, RecursionError):
        before = {}
    if not isinstance(before, dict):
        before = {}
    number, after = 0, []
    for row in rows:
        put = row
        for column in (*COLUMNS, *(column_of(key) for key in row.elements)):
            name = _name(row, column)
            if isinstance(words := before.get(name), str):
                put, number = _with(put, column, _readable(words)), number + 1
        after.append(put)
    return Acted(after, f"{number_of(number, 'cell')} as before.")


def _readable(words: str) -> str:
    """JSON can hold half a character, which no page can; a form's field cannot."""
    return words.encode(errors="replace").decode()


_ACTS: dict[str, Callable[[Sequence[TypedRow], str, str, str], Acted]] = {
    "add": _add,
    "fill": _fill,
    "blank": _set_blank,
}


def _put(
    rows: Sequence[TypedRow],
    column: str,
    value_of: Callable[[TypedRow], str | None],
    words: str = "",
) -> Acted:
    """Put a value into a column; None leaves a row as it is."""
    after, before = [], {}
    for row in rows:
        value = value_of(row)
        if value is None or value == _cell(row, column) or not _has(row, column):
            after.append(row)
        else:
            before[_name(row, column)] = _cell(row, column)
            after.append(_with(row, column, value))
    return Acted(after, words, before)


def _name(row: TypedRow, column: str) -> str:
    return f"{row.pair[0]}-{row.pair[1]}-{column}"


def _key(column: str) -> int:
    return int(column.removeprefix(PREFIX))


def _has(row: TypedRow, column: str) -> bool:
    return column in row.cells or _key(column) in row.elements


def _cell(row: TypedRow, column: str) -> str:
    if column in row.cells:
        return row.cells[column].strip()
    typed = row.elements.get(_key(column))
    return typed.text.strip() if typed else ""


def _with(row: TypedRow, column: str, value: str) -> TypedRow:
    if column in row.cells:
        return replace(row, cells={**row.cells, column: value})
    key = _key(column)
    return replace(row, elements={**row.elements, key: row.elements[key]._replace(text=value)})
