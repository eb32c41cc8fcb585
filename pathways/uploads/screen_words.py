"""What the CTE Concentrator screen calls a field: a column of a file is often called otherwise."""

from __future__ import annotations

from pathways.files.layout import LAYOUTS
from pathways.ledger.shape import LABELS

_COLUMNS = {column.field: column.name for layout in LAYOUTS.values() for column in layout.columns}


def screen_name(field: str) -> str:
    """The screen's word, else the column's, else none: a finding about a whole line has no
    field.
    """
    return LABELS.get(field) or _COLUMNS.get(field, "")
