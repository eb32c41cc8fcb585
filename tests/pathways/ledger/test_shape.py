"""A record's shape is declared once; what Django needs declared beside it agrees with it."""

from __future__ import annotations

import dataclasses
import re

import pytest
from django.conf import settings
from django.db import models

from certification.models import SealedRecord
from pathways.files.layout import CTE_END_OF_YEAR, Layout
from pathways.ledger import canonical
from pathways.ledger.shape import PARTICIPATION, SHAPES, Holds, RecordShape, Row
from tests.house.test_rooms import modules

FIELDS: dict[Holds, type[models.Field]] = {
    Holds.ANSWER: models.BooleanField,
    Holds.DAY: models.DateField,
    Holds.AMOUNT: models.DecimalField,
}
AROUND = ["version", "delete_row", "modified_at", "modified_date", "modified_by"]


def columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_models_of_a_record_have_its_columns(shape: RecordShape) -> None:
    ours = {*shape.key, *shape.names}
    of_record = [name for name in columns(shape.model) if name in ours]
    assert of_record == [*shape.key, *shape.names]
    assert [name for name in columns(shape.staged) if name in ours] == [*shape.key, *shape.names]
    assert [name for name in columns(shape.change) if name in ours] == [*shape.key, *shape.typed]
    for column in shape.columns:
        field = shape.fields[column.name]
        stored = field.output_field if isinstance(field, models.GeneratedField) else field
        assert isinstance(stored, FIELDS[column.holds])
        assert column.computed == isinstance(field, models.GeneratedField)


def test_a_row_to_stage_has_the_columns_of_its_table() -> None:
    names = [field.name for field in dataclasses.fields(Row)]
    assert names == [*PARTICIPATION.key, *PARTICIPATION.typed, *AROUND, "modified_end_year"]
    computed = {column.name for column in PARTICIPATION.columns if column.computed}
    assert names == [name for name in columns(PARTICIPATION.staged)[1:] if name not in computed]


def test_the_sealed_copy_and_the_canonical_text_have_every_column() -> None:
    of_record = tuple(name for name in canonical.COLUMNS if name in PARTICIPATION.names)
    assert of_record == PARTICIPATION.names
    sealed = [name for name in columns(SealedRecord) if name in canonical.COLUMNS]
    assert sealed == list(canonical.COLUMNS)


@pytest.mark.parametrize("layout", [CTE_END_OF_YEAR])
def test_a_published_layout_has_every_column_in_one_run_and_only_amounts_may_be_empty(
    layout: Layout,
) -> None:
    places = [layout.position(name) for name in PARTICIPATION.names]
    assert sorted(places) == list(range(min(places), max(places) + 1))
    may_be_empty = {column.field for column in layout.columns if not column.required}
    assert may_be_empty & {*PARTICIPATION.names} <= {*PARTICIPATION.amounts}


def test_few_modules_spell_a_column_of_the_record() -> None:
    """Who adds a column looks at these, besides models, migrations, tests and the demo."""
    spelled = re.compile(r"\bwork_based_learning_credits\b")
    spelling = {
        str(path)
        for path in modules()
        if path.parts[0] != "tests"
        and not {"models", "demo", "demo.py"} & {*path.parts}
        and spelled.search((settings.BASE_DIR / path).read_text())
    }
    assert spelling == {
        "pathways/files/layout.py",
        "pathways/ledger/canonical.py",
        "pathways/ledger/shape.py",
        "pathways/roster/decisions.py",
        "pathways/roster/worklist/line.py",
        "pathways/rules/credits.py",
    }
