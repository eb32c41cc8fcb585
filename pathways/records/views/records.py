"""Entering a record and updating one: the CTE Participant Detail (guide, Step Two A and B)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.pages.typed import KEY_DIGITS, number
from pathways.findings.views.from_finding import SAID_BESIDE_THE_FIELD, FromFinding
from pathways.ledger import ledger
from pathways.ledger.shape import LABELS, TYPED, Row
from pathways.models import Change, Participation, Pathway
from pathways.models.author import told_apart
from pathways.records import entry, undo
from pathways.records.conflict import Conflict
from pathways.records.forms import ParticipationForm
from pathways.records.history import differences, modified_by
from pathways.records.views.student_page import StudentPage


class NewRecord(StudentPage):
    """A record in a pathway that the student does not have yet (Step Two A)."""

    @cached_property
    def record(self) -> Participation | None:
        return None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form(request.POST)
        if not self.in_active_year:
            return self.refused(
                form, "Records can be changed only in the current school year. Nothing was saved."
            )
        form.is_valid()
        pathway_id = self.record.pathway_id if self.record else form.cleaned_data.get("pathway")
        rows = [form.row(self.student.pk, pathway_id), *self.rows_of_others(form)]
        try:
            if form.errors:
                form.show(entry.findings(self.scope, rows))
                return self.refused(form)
            saved = entry.save(self.scope, rows, by=self.by, by_id=self.request.user.pk)
        except ledger.Refused as refusal:
            return self.already_done(rows[0]) or self.show_refusal(form, refusal)
        except ledger.Stale:
            return self.already_done(rows[0]) or self.stale(form, rows[0])
        except ledger.NotApplied as refusal:
            return self.refused(form, refusal.sentence)
        return self.done(rows, saved)

    @property
    def by(self) -> str:
        return self.person.record_name

    def rows_of_others(self, form: ParticipationForm) -> list[Row]:
        """*Apply to all*: the other records as they stand now, with the single parent answer of
        this one.
        """
        answer = form.cleaned_data.get("single_parent")
        if answer is None or not form.cleaned_data.get("apply_to_all"):
            return []
        return [
            Row.of(record, single_parent=answer, version=record.version)
            for record in self.other_records()
            if record.single_parent != answer
        ]

    def show_refusal(self, form: ParticipationForm, refusal: ledger.Refused) -> HttpResponse:
        form.show(refusal.findings)
        return self.refused(form)

    def refused(self, form: ParticipationForm, sentence: str = "") -> HttpResponse:
        """The page again with everything that was typed, and what somebody else has saved since."""
        if sentence:
            form.add_error(None, sentence)
        self.may_edit = True
        seen = next(
            (
                change
                for change in self.changes
                if change.version == form.cleaned_data.get("version")
            ),
            None,
        )
        meanwhile = differences(seen, self.record) if seen and self.record else ()
        return self.render_to_response(
            self.get_context_data(
                form=form, meanwhile=meanwhile, last_change=next(iter(self.changes), None)
            )
        )

    def stale(self, form: ParticipationForm, row: Row) -> HttpResponse:
        """Somebody entered the same pathway in the same moment."""
        del self.__dict__["records"]
        form.add_error(
            "pathway", "This student already has this pathway. Open that record to change it"
        )
        return self.refused(form)

    def already_done(self, row: Row) -> HttpResponse | None:
        """The second click of a double click finds its work done."""
        standing = (
            Participation.objects.of_district(self.scope)
            .filter(student=self.student, pathway_id=row.pathway_id or 0)
            .first()
        )
        if standing is None or standing.version != (row.version or 0) + 1:
            return None
        own_change = Change.objects.of_record(standing.student_id, standing.pathway_id).filter(
            version=standing.version, by_id=self.request.user.pk
        )
        if not own_change.exists():
            return None
        if any(getattr(standing, name) != getattr(row, name) for name in TYPED):
            return None
        return self.onward(standing.pathway_id)

    def done(self, rows: list[Row], saved: entry.Saved) -> HttpResponse:
        """Say what was saved, offer the way back, and go where the button says."""
        pathway_id = rows[0].pathway_id
        written = (
            Participation.objects.of_district(self.scope)
            .filter(student_id=self.student.pk)
            .select_related("pathway")
        )
        standing: dict[int | None, Participation] = {
            record.pathway_id: record for record in written
        }
        record = standing[pathway_id]
        if not saved.applied.written:
            undo.offer(
                self.request,
                student=self.student.pk,
                title="No changes to save.",
                words="",
                steps=[],
            )
            return self.onward(record.pathway_id)
        changed = [
            (row, standing[row.pathway_id])
            for row in rows
            if row.version is not None and standing[row.pathway_id].version > row.version
        ]
        on_others = (
            "" if len(changed) < 2 else f" Student Single Parent was set on {len(rows)} pathways."
        )
        words = (
            f"{self.student.name}, {record.pathway.name}, {record.total_credits:.2f} credits,"
            f" {timezone.localtime():%I:%M:%S %p} MT.{on_others}"
        )
        steps = [
            undo.Step(after.pathway_id, row.version or 0, after.version) for row, after in changed
        ]
        undo.offer(self.request, student=self.student.pk, words=words, steps=steps)
        onward = self.onward(record.pathway_id)
        leaves = onward["Location"] not in (
            self.address("cte-record", record.pathway_id),
            self.address_of_record(record.pathway_id),
        )
        warnings = [
            finding
            for finding in saved.warnings
            if finding.key == 1 and (leaves or finding.rule.id not in SAID_BESIDE_THE_FIELD)
        ]
        if warnings:
            sentences = " ".join(f"{finding.message}." for finding in warnings)
            messages.warning(
                self.request,
                f"{self.student.name}, {record.pathway.name}: {sentences}" if leaves else sentences,
            )
        return onward

    def address_of_record(self, pathway_id: int | None) -> str:
        return self.address("cte-record", pathway_id).partition("?")[0] + self.form_query

    def onward(self, pathway_id: int) -> HttpResponseRedirect:
        """Where the button leads that was pressed. The page has named the next student of its list;
        an address of the district does no harm.
        """
        then, following = (
            self.request.POST.get("then", ""),
            number(self.request.POST.get("next", ""), digits=KEY_DIGITS),
        )
        if then == "next" and following is not None:
            address = reverse(
                "cte-student", args=[self.scope.district, self.scope.end_year, following]
            )
            return HttpResponseRedirect(address + self.search.query)
        if self.from_finding:
            here = self.address_of_record(pathway_id)
            return HttpResponseRedirect(
                self.from_finding.next_address(self.request) if then == "finding" else here
            )
        return HttpResponseRedirect(
            self.address("cte-record-new")
            if then == "add"
            else self.address("cte-record", pathway_id)
        )


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
        for name in ("records", "record", "changes", "changes_of_student"):
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
                conflict=conflict, last_change=last, then=self.request.POST.get("then", "")
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
        typed = {name: sent.get(name, "")[:500] for name in TYPED} if sent is not None else {}
        self.template_name = "pathways/records/record_gone.html"
        return self.render_to_response(
            self.get_context_data(
                pathway=pathway,
                last=last,
                typed=typed,
                typed_by_label={LABELS[name]: value for name, value in typed.items()},
            ),
            status=200 if typed else 404,
        )
