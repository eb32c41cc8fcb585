"""Entering a record: the CTE Participant Detail (guide, Step Two A)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.pages.typed import KEY_DIGITS, number
from pathways.elements import values
from pathways.elements.values import ValueMoved
from pathways.findings.views.from_finding import SAID_BESIDE_THE_FIELD
from pathways.ledger import ledger
from pathways.ledger.shape import TYPED, Row
from pathways.models import Change, Participation
from pathways.records import entry, undo
from pathways.records.forms import ParticipationForm
from pathways.records.history import differences
from pathways.records.views import lookups
from pathways.records.views.student_page import StudentPage


class NewRecord(StudentPage):
    """A record in a pathway that the student does not have yet (Step Two A)."""

    elements_batch: UUID | None = None

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
        elements = self.elements_form
        try:
            if form.errors or (elements and elements.errors):
                form.show(entry.findings(self.scope, rows))
                return self.refused(form)
            with transaction.atomic() if elements else nullcontext():
                saved = entry.save(self.scope, rows, by=self.by, by_id=self.person.pk)
                self.save_elements(pathway_id)
        except ledger.Refused as refusal:
            return self.already_done(rows[0]) or self.show_refusal(form, refusal)
        except ledger.Stale:
            return self.already_done(rows[0]) or self.stale(form, rows[0])
        except ValueMoved as refusal:
            return self.elements_moved(form, refusal)
        except ledger.NotApplied as refusal:
            return self.refused(form, refusal.sentence)
        return self.done(rows, saved, form.additions)

    def save_elements(self, pathway_id: int | None = None) -> None:
        """Write the District Defined Elements; `elements_batch` is the id of what was written. The
        new record is the one in this pathway.
        """
        form = self.elements_form
        if form is None:
            return
        record, edits = self.record, form.edits
        if record is None:
            record = self.student.participations.get(pathway_id=pathway_id or 0)
            edits = values.edits_of_new(record, edits)
        self.elements_batch = values.save(
            self.scope, record, edits, by=self.by, by_id=self.person.pk
        )

    def elements_moved(self, form: ParticipationForm, refusal: ValueMoved) -> HttpResponse:
        """The page again, with what somebody else entered beside what was typed."""
        if self.elements_form and self.record:
            self.__dict__.pop("stored_elements", None)
            self.elements_form.stored = self.stored_elements
            self.elements_form.replace_moved()
        return self.refused(form, refusal.sentence)

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
        del self.__dict__["entered"]
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

    def done(
        self, rows: list[Row], saved: entry.Saved, additions: Sequence[str] = ()
    ) -> HttpResponse:
        """Say what was saved, offer the way back, and go where the button says."""
        pathway_id = rows[0].pathway_id
        written = lookups.entered(self.scope, self.student.pk).records
        standing: dict[int | None, Participation] = {
            record.pathway_id: record for record in written
        }
        record = standing[pathway_id]
        if not saved.applied.written and not self.elements_batch:
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
        words = " ".join([words, *additions])
        steps = [
            undo.Step(after.pathway_id, row.version or 0, after.version) for row, after in changed
        ]
        undo.offer(
            self.request,
            student=self.student.pk,
            words=words,
            steps=steps,
            elements=(record.pathway_id, self.elements_batch) if self.elements_batch else None,
        )
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

    def address_of_record(self, pathway_id: int) -> str:
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
