"""Answers, dates and credits of a row: each cell as a typed value, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pathways.files import damage, values
from pathways.files.damage import Damage
from pathways.files.layout import Column, Layout
from pathways.files.summary import Summary
from pathways.files.values import Unreadable
from pathways.ledger.shape import PARTICIPATION, Holds

_READ: dict[Holds, Callable[[str, str], Any]] = {
    Holds.ANSWER: values.yes_or_no,
    Holds.DAY: values.date,
    Holds.AMOUNT: values.credits,
}

NO_VALUE = "value NULL, NA, or \\N read as empty|values NULL, NA, or \\N read as empty"
_ANSWER = "answer TRUE or FALSE read as Yes or No|answers TRUE or FALSE read as Yes or No"
_ZEROS = (
    "amount read without the zeros after its second decimal|amounts read without the zeros after"
    " their second decimal"
)


@dataclass(frozen=True, slots=True)
class Value:
    """One cell as it was read: its value, or why it cannot be read; and how it was repaired."""

    value: Any
    unreadable: Unreadable | None = None
    damage: Damage | None = None
    repaired: str = ""


class Answers:
    """Reads the columns of the record's shape. The same text stands in many rows and is read once."""

    def __init__(self, layout: Layout, summary: Summary) -> None:
        self.summary = summary
        self._columns = {column.field: (at, column) for at, column in enumerate(layout.columns)}
        self._of_record = [
            column.field for column in layout.columns if column.field in PARTICIPATION.names
        ]
        self._from = layout.position(self._of_record[0])
        self._to = layout.position(self._of_record[-1]) + 1
        self._typed: dict[tuple[str, str], Value] = {}
        self._good: dict[str, dict[str, Any]] = {}

    def of(self, cells: list[str], wrong: Callable[..., None]) -> dict[str, Any]:
        """The typed values by field, and `staged`, the same in the order of the staging table."""
        alike = "\t".join(cells[self._from : self._to])
        if alike in self._good:  # the same answers, date and credits stand in many rows
            return self._good[alike]
        typed: dict[str, Any] = {}
        clean = True
        for field in self._of_record:
            at, column = self._columns[field]
            text = cells[at]
            known = self._typed.get((field, text))
            if known is None:
                known = self._read(column, text)
                if len(text) < 30 and len(self._typed) < 100_000:
                    self._typed[field, text] = known
            value = known.value
            if known.repaired:
                clean = False
                self.summary.adjusted[known.repaired] += 1
            if known.unreadable:
                clean = False
                message = known.damage.message if known.damage else known.unreadable.message
                wrong(field, known.unreadable.rule, message, text, known.damage)
            elif field == "start_date" and value and text != f"{value:%m/%d}/{value.year}":
                clean = False
                self.summary.adjusted["date read as MM/DD/YYYY|dates read as MM/DD/YYYY"] += 1
            elif value is None and not column.required:
                value = Decimal(0)
            elif value is None and field == "total_credits":
                clean = False
                wrong(
                    field,
                    "CTE-411",
                    "Enter Pathway Credits: District Credits and Transfer Credits together",
                    text,
                )
            typed[field] = value
        # Rows that are alike share one tuple.
        typed["staged"] = tuple(typed[field] for field in PARTICIPATION.typed)
        if clean and len(alike) < 200 and len(self._good) < 50_000:
            self._good[alike] = typed
        return typed

    @staticmethod
    def _read(column: Column, text: str) -> Value:
        """The cell's value, repaired where that can mean one thing alone. What is not required is
        an amount, and empty means 0.
        """
        holds, repaired, note = PARTICIPATION.holds[column.field], text, ""
        if not column.required and text.upper() in damage.EMPTY:
            repaired, note = "", NO_VALUE
        elif holds is Holds.ANSWER and (answer := damage.answer(text)) != text:
            repaired, note = answer, _ANSWER
        elif holds is Holds.AMOUNT and (amount := damage.short_decimals(text)) != text:
            repaired, note = amount, _ZEROS
        try:
            return Value(_READ[holds](repaired, column.name), repaired=note)
        except Unreadable as error:
            return Value(None, error, damage.of(column.field, text, column.name))


def check_total(typed: dict[str, Any], wrong: Callable[..., None]) -> None:
    """Pathway Credits are the sum of the other two, where all three could be read."""
    total, inside, outside = (
        typed["total_credits"],
        typed["in_district_credits"],
        typed["out_of_district_credits"],
    )
    if (
        total is not None
        and inside is not None
        and outside is not None
        and total != inside + outside
    ):
        wrong(
            "total_credits",
            "CTE-411",
            f"Pathway Credits must be {inside + outside:.2f}: District {inside:.2f} and"
            f" Transfer {outside:.2f}",
        )
