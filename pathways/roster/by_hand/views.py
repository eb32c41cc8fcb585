"""Add, change, remove a row of roster data, and take an act back."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.pages.own_address import own_address
from cte_portal.pages.typed import KEY_DIGITS, number
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.models import Participation, Student
from pathways.roster import editing
from pathways.roster.by_hand import merge, undoing
from pathways.roster.by_hand.forms import ADDED_ON
from pathways.roster.by_hand.kinds import BY_SLUG, HandKind
from pathways.roster.editing import RowEdit
from pathways.roster.shape import Shape
from pathways.roster.shapes import SHAPES


class KindPage(ScopedView):
    """A page at `…/roster-data/rows/<kind>/…`. A row of another district answers 404."""

    @cached_property
    def kind(self) -> HandKind:
        kind = BY_SLUG.get(self.kwargs["kind"])
        if kind is None:
            raise Http404("There is no such page.")
        return kind

    @cached_property
    def stored_row(self) -> Any:
        """None where the page is about none, or it is gone."""
        key = self.kwargs.get("row")
        return self.kind.rows(self.scope).filter(pk=key).first() if key else None

    @property
    def row(self) -> Any:
        if self.stored_row is None:
            raise Http404("There is no such row.")
        return self.stored_row

    @property
    def student_shown(self) -> int:
        """The student whose row it is, or on whom the row stands."""
        row = self.stored_row
        return int(row.pk if isinstance(row, Student) else getattr(row, "student_id", 0))

    def in_year(self) -> None:
        if not self.in_active_year:
            raise PermissionDenied("Roster data can be changed only in the current school year.")

    def saved(self, sentence: str, edited: editing.Edited) -> None:
        undoing.offer(self.request, sentence, edited.batch if edited.rows else None)


class RowPage(KindPage, ActionView):
    """The form of one row, new or stored."""

    capability = Capability.EDIT_RECORDS
    template_name = "pathways/roster/row.html"

    def get_form_class(self) -> type[forms.BaseForm]:
        return self.kind.form

    def stored(self) -> Any:
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "scope": self.scope, "instance": self.stored()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.stored()
        own = {"kind": self.kind, "row": row, "back": self.kind.list_page(self.scope, row)}
        context = super().get_context_data(**{**kwargs, **own})
        lacks = context["form"].lacks
        return {
            **context,
            "to_add_first": " and ".join(f"a {noun}" for noun in lacks),
            "pages_to_add_first": dict(ADDED_ON[noun] for noun in lacks),
        }

    def act(self, form: Any) -> HttpResponse:
        self.in_year()
        row = form.instance
        records = _in_scope(self, row)
        edit = RowEdit(
            editing.image_of(self.kind.shape, row), row.pk, form.cleaned_data["seen"] or 0
        )
        edited = editing.write(
            self.scope,
            [(self.kind.shape, edit)],
            by=self.person.record_name,
            by_id=self.person.pk,
        )
        verb = "saved" if edit.row else "added"
        sentence = f"The {self.kind.noun} was {verb}." if edited.rows else "No changes to save."
        crossed = _in_scope(self, row) - records
        if crossed:
            sentence += (
                f" {number_of(abs(crossed), 'CTE record')}"
                f" {'entered' if crossed > 0 else 'left'} the collection."
            )
        self.saved(sentence, edited)
        if edit.row is None:
            same = {
                name: editing.image_of(self.kind.shape, row)[name]
                for name in self.kind.shape.unique
            }
            row = self.kind.rows(self.scope).filter(**_by_field(self.kind.shape, same)).first()
        return redirect(self.kind.list_page(self.scope, row))


def _by_field(shape: Shape, values: dict[str, Any]) -> dict[str, Any]:
    return {shape.fields[column].attname: value for column, value in values.items()}


def _in_scope(page: ScopedView, row: Model) -> int:
    """How many of the student's records the collection has, for a row that is about a student."""
    student = getattr(row, "student_id", None)
    if student is None:
        return 0
    return Participation.objects.in_scope(page.scope).filter(student=student).count()


class AddRow(RowPage):
    """A new row; the address may name the row it belongs to."""

    def get_initial(self) -> dict[str, Any]:
        key = number(self.request.GET.get("in", ""), digits=KEY_DIGITS)
        return {self.kind.parent: key} if self.kind.parent and key else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the row that the new one belongs to, where the form does not show it."""
        context = super().get_context_data(**kwargs)
        parent = context["form"].fields.get(self.kind.parent)
        if parent is not None and parent.widget.is_hidden:
            key = number(str(context["form"][self.kind.parent].value() or ""), digits=KEY_DIGITS)
            context["about"] = parent.queryset.filter(pk=key).first()
            context["back"] = self.kind.list_page(self.scope, context["about"])
        return context


class ChangeRow(RowPage):
    def stored(self) -> Any:
        return self.row

    def get_initial(self) -> dict[str, Any]:
        return {"seen": editing.version_of(self.kind.shape, self.row.pk)}


class RemoveRow(KindPage, ActionView):
    """Takes a row away on which nothing stands; says first what it is."""

    class Form(forms.Form):
        seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    capability = Capability.EDIT_RECORDS
    form_class = Form
    template_name = "pathways/roster/row_remove.html"

    def get_initial(self) -> dict[str, Any]:
        return {"seen": editing.version_of(self.kind.shape, self.row.pk)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "kind": self.kind,
            "row": self.row,
            "back": self.kind.list_page(self.scope, self.row),
        }
        return super().get_context_data(**{**kwargs, **own})

    def act(self, form: forms.BaseForm) -> HttpResponse:
        self.in_year()
        seen = form.cleaned_data["seen"]
        edit = RowEdit(row=self.row.pk, seen=seen, is_removed=True)
        edited = editing.write(
            self.scope,
            [(self.kind.shape, edit)],
            by=self.person.record_name,
            by_id=self.person.pk,
        )
        self.saved(f"The {self.kind.noun} was removed.", edited)
        gone = None if self.kind.slug in ("students", "sections") else self.row
        return redirect(self.kind.list_page(self.scope, gone))


class TakeBackAct(ScopedView):
    """Undo an act of a screen. Other people's later work stays."""

    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, act: uuid.UUID, **kwargs: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Roster data can be changed only in the current school year.")
        own = {"batch": act, "district": self.scope.district}
        if not any(shape.change._default_manager.filter(**own).exists() for shape in SHAPES):
            raise Http404("There is nothing to undo.")
        try:
            whole = merge.is_merge(self.scope, act)
            take_back = merge.take_back if whole else editing.take_back
            kinds = take_back(self.scope, act, by=self.person.record_name, by_id=self.person.pk)
        except Refusal as refusal:
            undoing.offer(request, refusal.sentence)
        else:
            restored = sum(kind.restored for kind in kinds)
            reasons = [reason for kind in kinds for reason in kind.remaining]
            stay = f" Not everything could be undone: {', '.join(reasons)}." if reasons else ""
            undoing.offer(request, f"Undone: {number_of(restored, 'row')}.{stay}")
        back = own_address(request.POST.get("back", ""))
        return redirect(
            back or reverse("roster-data", args=[self.scope.district, self.scope.end_year])
        )
