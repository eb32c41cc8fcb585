"""The CTE Concentrator screen: a student's summary, and one record to enter or update (guide, Step Two A and B)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.capabilities import Capability
from cte_portal.accounts.scoped import ScopedView
from cte_portal.editions import school_year_label
from pathways import entry, ledger, undo
from pathways.conflict import Conflict
from pathways.forms import ParticipationForm
from pathways.models import Change, CollectionLock, Participation, Pathway, Student
from pathways.search import ResultList, Search
from pathways.staging import TYPED, Row
from pathways.tables import SummaryRow, SummaryTable

# Said beside the fields already, each time the record is shown.
SAID_BESIDE_THE_FIELD = {"CTE-131", "CTE-132", "CTE-301"}


class StudentPage(ScopedView, TemplateView):
    """A student with summary and detail. Without a pathway in the address the record changed last is open, or a new one begun."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.EDIT_RECORDS
    http_method_names = ["get", "head", "options"]
    template_name = "pathways/student.html"

    @cached_property
    def search(self) -> Search:
        return Search.of(self.request)

    @cached_property
    def results(self) -> ResultList:
        return self.search.around(self.scope, self.kwargs["student"])

    @cached_property
    def student(self) -> Student:
        students = Student.objects.in_scope(self.scope).listed(self.scope.end_year)
        return get_object_or_404(students, pk=self.kwargs["student"])

    @cached_property
    def records(self) -> list[Participation]:
        records = Participation.objects.of_district(self.scope).filter(student_id=self.student.pk)
        return list(records.select_related("pathway").order_by("pathway__name"))

    @cached_property
    def record(self) -> Participation | None:
        """The record that is open in the detail."""
        return max(self.records, key=lambda record: (record.modified_date, record.pk), default=None)

    @cached_property
    def changes(self) -> list[Change]:
        """The open record's history, newest first."""
        if self.record is None:
            return []
        return list(Change.objects.of_record(self.student.pk, self.record.pathway_id).order_by("-version"))

    @cached_property
    def lock(self) -> CollectionLock | None:
        return CollectionLock.objects.on_participations(self.scope.district, self.scope.end_year).first() if self.in_active_year else None

    @cached_property
    def may_edit(self) -> bool:
        return self.can_edit and self.lock is None

    @cached_property
    def offered(self) -> list[Pathway]:
        """Approved pathways that the student does not have yet."""
        entered = {record.pathway_id for record in self.records}
        approved = Pathway.objects.approved_for(self.scope.district, self.scope.end_year)
        return [pathway for pathway in approved if pathway.pk not in entered]

    def address(self, name: str, *arguments: object) -> str:
        student = () if name == "cte-concentrator" else (self.student.pk,)
        return reverse(name, args=[self.scope.district, self.scope.end_year, *student, *arguments]) + self.search.query

    def others(self) -> list[Participation]:
        """The student's records apart from the open one."""
        return [record for record in self.records if record is not self.record]

    def make_form(self, data: QueryDict | None = None) -> ParticipationForm:
        others = len(self.others())
        if self.record is not None:
            return ParticipationForm(data, initial=ParticipationForm.initial_of(self.record), others=others)
        answered_yes = any(record.single_parent for record in self.records)
        return ParticipationForm(data, choices=self.choices(data), initial=ParticipationForm.proposed(answered_yes), others=others)

    def show_last_year(self, form: ParticipationForm) -> None:
        """The record's image at the end of the last school year, if it had one then."""
        image = next((change for change in self.changes if change.end_year < self.scope.end_year), None)
        if image and image.operation != Change.Operation.DELETE:
            form.show_before(image, school_year_label(self.scope.end_year - 1))

    def choices(self, data: QueryDict | None) -> list[Pathway]:
        """The pathways to choose from; one that was chosen and is offered no longer stays in sight, with the reason beside it."""
        chosen = data.get("pathway", "") if data else ""
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 and int(chosen) not in {pathway.pk for pathway in self.offered}:
            return [*self.offered, *Pathway.objects.filter(pk=int(chosen))]
        return self.offered

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = None
        kept = self.kept_form() if self.may_edit else None
        if self.may_edit and (self.record is not None or self.offered):
            form = self.make_form(kept)
        return self.render_to_response(self.get_context_data(form=form, is_kept=kept is not None))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = self.record
        if form := kwargs.get("form"):
            self.show_last_year(form)
        rows = [SummaryRow(one, self.address("cte-record", one.pathway_id), one is record) for one in self.records]
        answers = {one.single_parent for one in self.records}
        found = {
            "student": self.student,
            "records": self.records,
            "record": record,
            "summary": SummaryTable(rows),
            "results": self.results,
            "search": self.search,
            "list_query": self.search.query,
            "history_count": len(self.changes),
            "deleted_records": Change.objects.deleted_of_student(self.student),
            "undo": undo.offered(self.request),
            "lock": self.lock,
            "may_edit": self.may_edit,
            "in_active_year": self.in_active_year,
            "single_parent_differs": len(answers) > 1,
        }
        return super().get_context_data(**{**found, **kwargs})


class NewRecord(StudentPage):
    """A record in a pathway that the student does not have yet (Step Two A)."""

    http_method_names = ["get", "post", "head", "options"]

    @cached_property
    def record(self) -> Participation | None:
        return None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form(request.POST)
        if not self.in_active_year:
            return self.refused(form, "Records are changed in the active school year only. Nothing was saved.")
        form.is_valid()
        pathway_id = self.record.pathway_id if self.record else form.cleaned_data.get("pathway")
        rows = [form.row(self.student.pk, pathway_id), *self.rows_of_others(form)]
        try:
            if form.errors:
                form.show(entry.findings(self.scope, rows))
                return self.refused(form)
            saved = entry.save(self.scope, rows, by=self.by)
        except ledger.Refused as refusal:
            return self.already_done(rows[0]) or self.show_refusal(form, refusal)
        except ledger.Stale:
            return self.already_done(rows[0]) or self.stale(form, rows[0])
        except ledger.NotApplied as refusal:
            return self.refused(form, refusal.sentence)
        return self.done(rows, saved)

    @property
    def by(self) -> str:
        return str(self.request.user.record_name)  # type: ignore[union-attr]

    def rows_of_others(self, form: ParticipationForm) -> list[Row]:
        """*Apply to all*: the other records as they stand now, with the single parent answer of this one."""
        answer = form.cleaned_data.get("single_parent")
        if answer is None or not form.cleaned_data.get("apply_to_all"):
            return []
        return [Row.of(other, single_parent=answer, version=other.version) for other in self.others() if other.single_parent != answer]

    def show_refusal(self, form: ParticipationForm, refusal: ledger.Refused) -> HttpResponse:
        form.show(refusal.findings)
        return self.refused(form)

    def refused(self, form: ParticipationForm, sentence: str = "") -> HttpResponse:
        """The page again with everything that was typed."""
        if sentence:
            form.add_error(None, sentence)
        self.may_edit = True
        return self.render_to_response(self.get_context_data(form=form))

    def stale(self, form: ParticipationForm, row: Row) -> HttpResponse:
        """Somebody entered the same pathway in the same moment."""
        del self.__dict__["records"]
        form.add_error("pathway", "This student already has this pathway. Open that record to change it")
        return self.refused(form)

    def already_done(self, row: Row) -> HttpResponse | None:
        """The second click of a double click finds its work done."""
        standing = Participation.objects.of_district(self.scope).filter(student=self.student, pathway_id=row.pathway_id or 0).first()
        if standing is None or standing.version != (row.version or 0) + 1 or standing.modified_by != self.by:
            return None
        if any(getattr(standing, name) != getattr(row, name) for name in TYPED):
            return None
        return self.onward(standing.pathway_id)

    def done(self, rows: list[Row], saved: entry.Saved) -> HttpResponse:
        """Say what was saved, offer the way back, and go where the button says."""
        self.drop_kept_form()
        pathway_id = rows[0].pathway_id
        written = Participation.objects.of_district(self.scope).filter(student_id=self.student.pk).select_related("pathway")
        standing = {record.pathway_id: record for record in written}
        record = standing[pathway_id]  # type: ignore[index]
        if not saved.applied.written:
            undo.offer(self.request, student=self.student.pk, title="Nothing was changed.", words="So nothing was saved.", steps=[])
            return self.onward(record.pathway_id)
        changed = [row for row in rows if row.version is not None and standing[row.pathway_id].version > row.version]  # type: ignore[index]
        others = "" if len(changed) < 2 else f" Student Single Parent was set on {len(rows)} pathways."
        words = f"{self.student.name}, {record.pathway.name}, {record.total_credits:.2f} credits, {timezone.localtime():%I:%M:%S %p} MT.{others}"
        steps = [undo.Step(row.pathway_id, row.version, standing[row.pathway_id].version) for row in changed]  # type: ignore[arg-type, index]
        undo.offer(self.request, student=self.student.pk, words=words, steps=steps)
        for finding in saved.warnings:
            if finding.key == 1 and finding.rule.id not in SAID_BESIDE_THE_FIELD:
                messages.warning(self.request, finding.message)
        return self.onward(record.pathway_id)

    def onward(self, pathway_id: int) -> HttpResponse:
        then = self.request.POST.get("then", "")
        if then == "next" and self.results.next:
            return HttpResponseRedirect(
                reverse("cte-student", args=[self.scope.district, self.scope.end_year, self.results.next]) + self.search.query
            )
        if then == "add":
            return HttpResponseRedirect(self.address("cte-record-new"))
        return HttpResponseRedirect(self.address("cte-record", pathway_id))


class Record(NewRecord):
    """A record that stands (Step Two B). Its pathway is its key and is not changed."""

    @cached_property
    def record(self) -> Participation | None:
        return next((record for record in self.records if record.pathway_id == self.kwargs["pathway"]), None)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.record is None:
            return self._gone()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.record is None:
            return self._gone()
        if "resolve" in request.POST:
            conflict = Conflict.answered(request.POST, self.record, self._history())
            if conflict.unanswered or request.POST.get("version") != str(self.record.version):
                return self._compare(conflict)
            request.POST = conflict.chosen()  # type: ignore[assignment]
        return super().post(request, *args, **kwargs)

    def stale(self, form: ParticipationForm, row: Row) -> HttpResponse:
        """Somebody saved the record since it was opened: theirs and yours side by side, nothing overwritten until chosen."""
        for name in ("records", "record", "changes"):
            self.__dict__.pop(name, None)
        if self.record is None:
            return self._gone()
        conflict = Conflict.between(row, self.record, self._history(), apply_to_all=bool(form.cleaned_data.get("apply_to_all")))
        if not conflict.fields:  # they saved the very same, or another pathway of the student moved
            return self.refused(
                self.make_form(conflict.yours_again()), "Another pathway of this student was saved in the same moment. Save again."
            )
        return self._compare(conflict)

    def _history(self) -> dict[int, Change]:
        return {change.version: change for change in self.changes}

    def _compare(self, conflict: Conflict) -> HttpResponse:
        self.template_name = "pathways/record_conflict.html"
        return self.render_to_response(self.get_context_data(conflict=conflict, then=self.request.POST.get("then", "")))

    def _gone(self) -> HttpResponse:
        """Deleted since it was opened: told so, not made again; what was typed can be entered as a new record."""
        changes = Change.objects.of_record(self.student.pk, self.kwargs["pathway"]).order_by("-version")
        last = changes.first()
        if last is None:
            raise Http404("There is no such record.")
        pathway = get_object_or_404(Pathway, pk=self.kwargs["pathway"])
        typed = {name: self.request.POST.get(name, "")[:500] for name in TYPED} if self.request.method == "POST" else {}
        self.template_name = "pathways/record_gone.html"
        return self.render_to_response(self.get_context_data(pathway=pathway, last=last, typed=typed), status=200 if typed else 404)
