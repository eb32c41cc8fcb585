"""What the CTE Concentrator screen calls a field: a column of a file is often called otherwise."""

from __future__ import annotations

from pathways.files.layout import CTE_END_OF_YEAR
from pathways.models import Participation
from pathways.staging import TYPED

_COLUMNS = {column.field: column.name for column in CTE_END_OF_YEAR.columns}
_FIELDS = {name: str(Participation._meta.get_field(name).verbose_name) for name in (*TYPED, "total_credits")}


def screen_name(field: str) -> str:
    """The screen's word, else the column's, else none: a finding about a whole line has no field."""
    return _FIELDS.get(field) or _COLUMNS.get(field, "")
