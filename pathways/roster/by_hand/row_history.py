"""The history of one row of roster data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal import words
from cte_portal.accounts.access.capabilities import Capability
from pathways.models import RowChange
from pathways.models.author import told_apart
from pathways.records.history import FieldChange
from pathways.roster.by_hand.views import KindPage
from pathways.roster.shape import Shape
from pathways.roster.shapes import STUDENT


@dataclass(frozen=True)
class RowEntry:
    """One change of a row, with what it changed."""

    change: Any
    differences: list[FieldChange]


class RowHistory(KindPage, TemplateView):
    """Who changed a row, when, and from what; also of a row that is gone."""

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/roster/row_history.html"

    @property
    def student_shown(self) -> int:
        """Also of a row that is gone: its history still shows what it said."""
        if self.stored_row is not None:
            return super().student_shown
        if self.kind.shape is STUDENT:
            return int(self.kwargs["row"])
        return int(getattr(self.history.last(), "student_id", 0))

    @cached_property
    def history(self) -> Any:
        changes = self.kind.shape.change._default_manager
        row = {"district": self.scope.district, "row": self.kwargs["row"]}
        return changes.filter(**row).order_by("version")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shape = self.kind.shape
        changes = told_apart(self.history)
        row = self.stored_row
        if not changes and row is None:
            raise Http404("There is no such row.")
        entries = [
            RowEntry(change, _differences(shape, before, change))
            for before, change in zip([None, *changes], changes, strict=False)
        ]
        latest = changes[-1] if changes else None
        own = {
            "kind": self.kind,
            "row": row,
            "entries": entries[::-1],
            "back": self.kind.list_page(self.scope, row),
            "undo": latest.batch
            if latest and latest.source == RowChange.Source.SCREEN and self.can_edit
            else None,
        }
        return super().get_context_data(**{**kwargs, **own})


def _differences(shape: Shape, before: Any, change: Any) -> list[FieldChange]:
    if change.operation in (RowChange.Operation.FOUND, RowChange.Operation.DELETE):
        return []
    changed = []
    for column in shape.image:
        if column == "district_id":
            continue
        old = getattr(before, column) if before is not None else None
        new = getattr(change, column)
        if old != new and not (old is None and new == ""):
            field = shape.fields[column]
            changed.append(
                FieldChange(
                    _label(field),
                    _text(field, old),
                    _text(field, new) or "–",
                )
            )
    return changed


def _label(field: Any) -> str:
    """The field's name in the capitals of a form's labels; State ID has them already."""
    name = str(field.verbose_name)
    return name.title() if name.islower() else name


def _text(field: Any, value: Any) -> str:
    if value is None:
        return ""
    if field.is_relation:
        row = field.related_model._default_manager.filter(pk=value).first()
        return str(row) if row is not None else "removed"
    return str(dict(field.flatchoices).get(value) or words.text(value))
