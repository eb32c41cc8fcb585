"""Updating a record that stands (guide, Step Two B): saved beside others who save it too."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from pathways.elements.entry_form import PREFIX
from pathways.findings.views.from_finding import FromFinding
from pathways.ledger.shape import LABELS, TYPED, Row
from pathways.models import Change, Participation, Pathway
from pathways.models.author import told_apart
from pathways.records import undo
from pathways.records.conflict import Conflict
from pathways.records.forms import ParticipationForm
from pathways.records.history import modified_by
from pathways.records.views.new_record import NewRecord


class Record(NewRecord):
    """A record that stands (Step Two B). Its pathway is its key and is not changed."""

    @cached_property
    def from_finding(self) -> FromFinding | None:
        """Also of a record that somebody has deleted meanwhile: the way back to the findings
        stays.
        """
        pathway = (
            self.record.pathway
            if self.record
            else Pathway.objects.filter(pk=self.kwargs["pathway"]).first()
        )
        return FromFinding.of(self.request, self.scope, self.student, pathway)

    @cached_property
    def record(self) -> Participation | None:
        return next(
            (record for record in self.records if record.pathway_id == self.kwargs["pathway"]), None
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.record is None:
            return self._gone()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.record is None:
            return self._gone()
        if "drop" in request.POST:
            return HttpResponseRedirect(self.address_of_record(self.record.pathway_id))
        if "resolve" in request.POST:
            conflict = Conflict.answered(request.POST, self.record, self._history())
            if conflict.unanswered or request.POST.get("version") != str(self.record.version):
                return self._compare(conflict)
            request.POST = conflict.chosen(request.POST)  # type: ignore[assignment]
        return super().post(request, *args, **kwargs)

    def stale(self, form: ParticipationForm, row: Row) -> HttpResponse:
        """Somebody saved the record since it was opened: theirs and yours side by side, nothing
        overwritten until chosen.
        """
        for name in ("entered", "record", "changes", "changes_of_student", "stored_elements"):
            self.__dict__.pop(name, None)
        if self.record is None:
            return self._gone()
        conflict = Conflict.between(
            row,
            self.record,
            self._history(),
            apply_to_all=bool(form.cleaned_data.get("apply_to_all")),
        )
        if conflict.fields:
            return self._compare(conflict)
        if row.version != self.record.version and not conflict.apply_to_all:
            same = (
                f"{modified_by(self.record, self.changes)} saved the same values in the meantime."
            )
            undo.offer(
                self.request,
                student=self.student.pk,
                title="No changes to save.",
                words=same,
                steps=[],
            )
            return self.onward(self.record.pathway_id)
        again = (
            "Another pathway of this student was saved at the same time. Nothing was saved yet."
            " Save again."
        )
        return self.refused(self.make_form(conflict.yours_again()), again)

    def _history(self) -> dict[int, Change]:
        return {change.version: change for change in self.changes}

    def _compare(self, conflict: Conflict) -> HttpResponse:
        self.template_name = "pathways/records/record_conflict.html"
        last = next(iter(self.changes), None)
        return self.render_to_response(
            self.get_context_data(
                conflict=conflict,
                last_change=last,
                then=self.request.POST.get("then", ""),
                elements_typed={
                    name: value[:500]
                    for name, value in self.request.POST.items()
                    if name.startswith(PREFIX)
                },
            )
        )

    def _gone(self) -> HttpResponse:
        """Deleted since it was opened: told so, not made again; what was typed can be entered as a
        new record.
        """
        last = next(
            iter(
                told_apart(
                    Change.objects.of_record(self.student.pk, self.kwargs["pathway"]).order_by(
                        "-version"
                    )[:1]
                )
            ),
            None,
        )
        if last is None:
            raise Http404("There is no such record.")
        pathway = get_object_or_404(Pathway, pk=self.kwargs["pathway"])
        sent = self.request.POST if self.request.method == "POST" else self.kept_form()
        typed, by_label = {}, {}
        if sent is not None:
            typed = {name: sent.get(name, "")[:500] for name in TYPED}
            by_label = {LABELS[name]: value for name, value in typed.items()}
            for element in self.elements:
                if value := sent.get(f"{PREFIX}{element.pk}", "")[:500]:
                    typed[f"{PREFIX}{element.pk}"] = by_label[element.name] = value
        self.template_name = "pathways/records/record_gone.html"
        return self.render_to_response(
            self.get_context_data(pathway=pathway, last=last, typed=typed, typed_by_label=by_label),
            status=200 if typed else 404,
        )
