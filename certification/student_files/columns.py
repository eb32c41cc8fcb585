"""The columns of OPI's file of sealed rows, and their dictionary: both come from the fields in
which a collection is sealed, so neither can say what the other does not (R-OUT-02).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models

from certification.collections.collection import Collection
from certification.models import SealedCopy
from cte_portal.words import text

DICTIONARY_TITLES = ("Column", "Kind", "Longest", "May be empty", "Meaning of codes")


@dataclass(frozen=True)
class Column:
    """`longest` is the number of characters that a value has at most, 0 where it has no limit."""

    title: str
    kind: str
    longest: int
    may_be_empty: bool = False
    codes: str = ""

    @property
    def line(self) -> tuple[str, ...]:
        """Of the dictionary."""
        longest = str(self.longest) if self.longest else ""
        return self.title, self.kind, longest, text(self.may_be_empty), self.codes


OF_COPY = (
    Column("District Number", "Text", 4),
    Column("District", "Text", 100),
    Column("Receipt", "Text", 24),
    Column("Round", "Whole number", 0),
)
"""What each row says of the sealed copy that it is from."""


def of_copy(copy: SealedCopy) -> tuple[str, ...]:
    """The values of `OF_COPY`."""
    return copy.round.district, copy.district_name, copy.receipt, str(copy.round.number)


def columns_of(collection: Collection) -> list[Column]:
    """In the order of the file."""
    fields = (collection.sealed._meta.get_field(name) for name in collection.columns)
    return [
        *OF_COPY,
        *(_column(field, collection.labels[field.name]) for field in fields),
    ]


def _column(field: Any, title: str) -> Column:
    codes = "; ".join(f"{code} = {meaning}" for code, meaning in field.flatchoices)
    kind, longest = _kind(field)
    return Column(title, kind, longest, bool(field.blank or field.null), codes)


def _kind(field: models.Field[Any, Any]) -> tuple[str, int]:
    match field:
        case models.BooleanField():
            return "Y or N", 1
        case models.DateField():
            return "Date, MM/DD/YYYY", 10
        case models.DecimalField():
            return "Number with two decimals", 0
        case models.IntegerField():
            return "Whole number", 0
        case models.TextField():
            return "Text, parts divided by semicolons", 0
    return "Text", field.max_length or 0


def cells_of(row: Iterable[Any]) -> Iterator[str]:
    """The values of a sealed row as the file has them: codes are text, with their zeros."""
    for value in row:
        if isinstance(value, bool):
            yield "Y" if value else "N"
        elif isinstance(value, datetime.date | Decimal):
            yield text(value)
        else:
            yield "" if value is None else "; ".join(str(value).splitlines())
