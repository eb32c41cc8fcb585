"""A column for each year, drawn on the server; `certification/years/charts.html` shows it. The
table beside it says the same in figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from certification.years.years import Year

STEP, BAR, HEIGHT, TOP = 56, 32, 64, 18
"""Units of the drawing: from year to year, a column's width, the longest column, room for its
value.
"""


@dataclass(frozen=True)
class YearColumn:
    label: str
    value: str
    x: int
    height: int
    is_sealed: bool
    words: str

    @property
    def y(self) -> int:
        return TOP + HEIGHT - self.height

    @property
    def middle(self) -> int:
        return self.x + BAR // 2

    @property
    def above(self) -> int:
        """Where the value stands."""
        return self.y - 5


@dataclass(frozen=True)
class Chart:
    title: str
    columns: tuple[YearColumn, ...]

    @property
    def width(self) -> int:
        return STEP * len(self.columns)

    @property
    def foot(self) -> int:
        return TOP + HEIGHT

    @property
    def summary(self) -> str:
        """Concentrators: 2023-24 41, certified 06/20/2024; 2024-25 74, in progress, not certified."""
        parts = "; ".join(
            f"{column.label} {column.value}, {column.words[0].lower()}{column.words[1:]}"
            for column in self.columns
        )
        return f"{self.title}: {parts}."


Value = tuple[Year, Decimal | int | None, str]
"""A year, its number (None where it has nothing), and the number as the page writes it."""


def chart(title: str, values: Sequence[Value], scale: Decimal | int | None = None) -> Chart:
    """`scale` is what the longest column stands for, where several charts stand beside each
    other; left out, the largest of these values.
    """
    if scale is None:
        scale = max((number for _, number, _ in values if number), default=0)
    return Chart(
        title,
        tuple(
            YearColumn(
                year.label,
                text,
                STEP * place + (STEP - BAR) // 2,
                max(1, round(number * HEIGHT / scale)) if number else 0,
                year.copy is not None,
                year.words,
            )
            for place, (year, number, text) in enumerate(values)
        ),
    )
