"""The file by which OPI adds districts and their first administrators: its columns, and what its
rows hold.

A row is a district with one District Administrator; several rows of a district are several
administrators. Names and addresses are held to the same rules as when they are typed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from cte_portal.accounts.models.names import check_alphabet
from cte_portal.accounts.people.forms import NewcomerForm
from cte_portal.ui.csv_file import FORMULA
from pathways.files import damage
from pathways.files.layout import Column
from pathways.files.summary import OVER_HALF_OF
from pathways.files.table import Table, TableRow
from pathways.files.text import FileRefused, printable

MOST_BYTES = 500_000
MOST_ROWS = 900
NUMBER = "District Number"

COLUMNS = (
    Column(
        NUMBER,
        "number",
        4,
        "the School System code, 4 digits with leading zeros",
        "0965",
        provisional=False,
    ),
    Column(
        "District Name",
        "name",
        100,
        "the name as districts and e-mails show it",
        "Cottonwood Bend K-12 Schools",
        provisional=False,
    ),
    Column(
        "First Name",
        "first_name",
        50,
        "of the District Administrator; empty with the next two to add the district alone",
        "Dana",
        provisional=False,
    ),
    Column(
        "Last Name", "last_name", 50, "of the District Administrator", "Ashford", provisional=False
    ),
    Column(
        "E-mail Address",
        "email",
        254,
        "where the invitation goes; each person has one address",
        "dana@cbend.k12.mt.us",
        provisional=False,
    ),
    Column(
        "User Name",
        "username",
        60,
        "to sign in with; the e-mail address if empty",
        "dashford",
        required=False,
        provisional=False,
    ),
)
TITLES = tuple(column.name for column in COLUMNS)
ALSO_CALLED = {
    "District Name": ("District",),
    "E-mail Address": ("Email Address", "E-mail", "Email"),
    "User Name": ("Username",),
}
PERSON = ("first_name", "last_name", "email", "username")


@dataclass(frozen=True)
class Written:
    """A line as it is written, by the columns in their order, and why it could not be taken
    apart.
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class DistrictRow:
    """A line that can be read: a district, and perhaps a person."""

    line: int
    number: str
    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    username: str = ""


@dataclass
class DistrictsRead:
    rows: list[Written]
    notes: list[str] = field(default_factory=list)
    """How the file was read."""


def read(content: bytes) -> DistrictsRead:
    """The lines of a file. Raises FileRefused for what is no such file."""
    columns = [
        title for column in COLUMNS for title in (column.name, *ALSO_CALLED.get(column.name, ()))
    ]
    needed = [
        "|".join((column.name, *ALSO_CALLED.get(column.name, ())))
        for column in COLUMNS
        if column.required
    ]
    table = Table(io.BytesIO(content), columns, needed)
    rows: list[Written] = []
    for row in table:
        if len(rows) == MOST_ROWS:
            raise FileRefused(
                f"The file has more than {MOST_ROWS} rows. Split it and import the parts one after"
                " another"
            )
        rows.append(_written(row))
    if not rows:
        raise FileRefused("The file has column titles but no rows")
    _judge(rows)
    return DistrictsRead(rows, table.notes)


def _written(row: TableRow) -> Written:
    values = []
    for column in COLUMNS:
        titles = (column.name, *ALSO_CALLED.get(column.name, ()))
        values.append(next((row.values[title] for title in titles if row.values.get(title)), ""))
    number = damage.bare(damage.without_point(values[0]))
    return Written(row.line, tuple(map(printable, (number, *values[1:]))), row.problem)


def _judge(rows: list[Written]) -> None:
    """A damage of nearly every District Number is reported once, of the column."""
    lost = [(row, zeros) for row in rows if (zeros := damage.lost_zeros(row.cells[0], NUMBER, 4))]
    if len(rows) >= OVER_HALF_OF and len(lost) * 2 > len(rows):
        first, zeros = lost[0]
        raise FileRefused(zeros.of_column(NUMBER, first.cells[0], first.line, len(lost), len(rows)))


def typed(written: Written) -> DistrictRow:
    """The row; raises ValueError with what is wrong with it."""
    if written.problem:
        raise ValueError(written.problem)
    values = dict(zip((column.field for column in COLUMNS), written.cells, strict=True))
    for column, value in zip(COLUMNS, written.cells, strict=True):
        if value.startswith(FORMULA):
            raise ValueError(
                f"{column.name} begins with {value[0]}, as a formula does. Enter the value itself"
            )
    district = _number(values["number"]), _name(values["name"])
    if not any(values[name] for name in PERSON):
        return DistrictRow(written.line, *district)
    form = NewcomerForm({name: values[name] for name in PERSON})
    if not form.is_valid():
        raise ValueError(
            ". ".join(
                dict.fromkeys(str(message) for errors in form.errors.values() for message in errors)
            )
        )
    return DistrictRow(
        written.line, *district, **{name: form.cleaned_data[name] for name in PERSON}
    )


def _number(text: str) -> str:
    if lost := damage.lost_zeros(text, NUMBER, 4):
        raise ValueError(lost.message)
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise ValueError(
            f"A District Number has 4 digits, not “{text[:20]}”"
            if text
            else "Enter the District Number"
        )
    return text


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise ValueError("Enter the District Name")
    if len(name) > 100:
        raise ValueError(f"District Name has {len(name)} characters, and at most 100 are kept")
    try:
        check_alphabet(name)
    except ValidationError as refusal:
        raise ValueError(f"District Name: {refusal.messages[0]}") from refusal
    return name
