"""The shape of a record that the ledger writes, once: its tables, its key and its typed columns.

Staging, plan, history, canonical text, form, file reader, extract and figures are derived from
here. What must be declared elsewhere, as the models must, is compared with it by
tests/pathways/ledger/test_shape.py. Another kind of record is another `RecordShape` and a
migration.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

from django.db import models

from pathways.models import Change, CollectionLock, Participation, StagedParticipation


class Holds(Enum):
    """What a column holds; the value is the column's SQL type while it is staged.

    Amounts have no scale there: a third decimal is for a rule to refuse, not for the database to
    round away.
    """

    ANSWER = "boolean"
    DAY = "date"
    AMOUNT = "numeric"


@dataclass(frozen=True)
class RecordColumn:
    """One column of a record. A computed one is the database's work: nobody types it."""

    name: str
    holds: Holds
    computed: bool = False


@dataclass(frozen=True)
class RecordShape:
    """One kind of record.

    `staged` is the model of the temporary table, `change` that of the history. `key` holds the
    columns that name a record and never change; the first is the student. `columns` are in the
    order of the screen, of the history and of the canonical text. `collection` is the one whose
    lock closes these records.
    """

    model: type[models.Model]
    staged: type[models.Model]
    change: type[models.Model]
    collection: CollectionLock.Collection
    key: tuple[str, ...]
    columns: tuple[RecordColumn, ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def rows_in(self) -> str:
        """The temporary table of what came in."""
        return self.staged._meta.db_table

    @property
    def history(self) -> str:
        return self.change._meta.db_table

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def typed(self) -> tuple[str, ...]:
        """What a person types on the screen."""
        return tuple(column.name for column in self.columns if not column.computed)

    @cached_property
    def amounts(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.holds is Holds.AMOUNT)

    @cached_property
    def holds(self) -> dict[str, Holds]:
        return {column.name: column.holds for column in self.columns}

    @cached_property
    def fields(self) -> dict[str, models.Field[Any, Any]]:
        """The fields of the stored record, by column."""
        stored = {field.name: field for field in self.model._meta.concrete_fields}
        return {name: stored[name] for name in self.names}

    @cached_property
    def labels(self) -> dict[str, str]:
        """What the screen calls each column."""
        return {name: str(field.verbose_name) for name, field in self.fields.items()}


PARTICIPATION = RecordShape(
    model=Participation,
    staged=StagedParticipation,
    change=Change,
    collection=CollectionLock.Collection.END_OF_YEAR,
    key=("student_id", "pathway_id"),
    columns=(
        RecordColumn("concentrator", Holds.ANSWER),
        RecordColumn("single_parent", Holds.ANSWER),
        RecordColumn("start_date", Holds.DAY),
        RecordColumn("in_district_credits", Holds.AMOUNT),
        RecordColumn("out_of_district_credits", Holds.AMOUNT),
        RecordColumn("total_credits", Holds.AMOUNT, computed=True),
        RecordColumn("dual_enrollment_credits", Holds.AMOUNT),
        RecordColumn("work_based_learning_credits", Holds.AMOUNT),
    ),
)

SHAPES = (PARTICIPATION,)

TYPED, LABELS = PARTICIPATION.typed, PARTICIPATION.labels
CREDITS = tuple(name for name in PARTICIPATION.amounts if name in TYPED)
"""The credits that a person types, without their total."""
PARTS_OF_THE_TOTAL = ("in_district_credits", "out_of_district_credits")
"""The other credits are within it, and are not added."""


@dataclass(frozen=True)
class Row:
    """One participation to stage. None is *missing*: whether that matters is for a rule to say.

    `version` is the version the person saw: 0 for a new record, None to write over whatever is
    there. The `modified_…` values are for the demo alone; the ledger sets them for everyone else.
    """

    student_id: int | None
    pathway_id: int | None
    concentrator: bool | None = None
    single_parent: bool | None = None
    start_date: datetime.date | None = None
    in_district_credits: Decimal | None = None
    out_of_district_credits: Decimal | None = None
    dual_enrollment_credits: Decimal | None = None
    work_based_learning_credits: Decimal | None = None
    version: int | None = None
    delete_row: bool = False
    modified_at: datetime.datetime | None = None
    modified_date: datetime.date | None = None
    modified_by: str | None = None
    modified_end_year: int | None = None

    @classmethod
    def of(cls, record: Participation | Change, **values: object) -> Row:
        """The row that a record, or the image in its history, would be staged as; `values` replace
        its own.
        """
        own = {name: getattr(record, name) for name in (*PARTICIPATION.key, *TYPED)}
        return cls(**{**own, **values})
