"""A student's page: summary and detail, to read or to begin from (guide, Step Two)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import active_end_year
from cte_portal.editions import Scope, school_year_label
from cte_portal.pages.typed import number
from cte_portal.plugs import plugs
from cte_portal.ui.templatetags.portal import us_date
from pathways.certified import certified
from pathways.elements import values
from pathways.elements.entry_fields import fields_of
from pathways.elements.entry_form import ElementsForm
from pathways.findings.views.from_finding import FromFinding
from pathways.ledger.shape import CREDITS, LABELS
from pathways.models import (
    Change,
    CollectionLock,
    Element,
    ElementValue,
    Participation,
    Pathway,
    Student,
)
from pathways.models.author import told_apart
from pathways.pages.addresses import address_of
from pathways.pages.scoped import RecordsView
from pathways.records import undo
from pathways.records.detail import detail
from pathways.records.forms import ParticipationForm
from pathways.records.history import deleted, modified_by
from pathways.records.search import ResultList, Search, start_of
from pathways.records.tables import SummaryRow, lines, summary
from pathways.records.views import lookups
from pathways.records.views.student_links import address_in, addresses_of_links


class StudentPage(RecordsView, TemplateView):
    """A student with summary and detail. Without a pathway in the address the record changed last
    is open, or a new one begun.
    """

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.EDIT_RECORDS
    template_name = "pathways/records/student.html"
    keeps = ""

    @cached_property
    def search(self) -> Search:
        return Search.of(self.request)

    @cached_property
    def results(self) -> ResultList:
        return self.search.around(
            self.scope, self.known, self.kwargs["student"], start_of(self.request)
        )

    @cached_property
    def student(self) -> Student:
        student = lookups.student(self.scope, self.kwargs["student"])
        if student is None:
            raise Http404("There is no such student in this school year.")
        return student

    @cached_property
    def lock(self) -> CollectionLock | None:
        """The same as of any page; what is sent may meet a lock that came after it was begun."""
        is_read = self.request.method == "GET"
        return None if is_read and not self.student.has_lock else super().lock  # type: ignore[attr-defined]

    @cached_property
    def entered(self) -> lookups.Entered:
        return lookups.entered(self.scope, self.student.pk)

    @property
    def records(self) -> list[Participation]:
        return self.entered.records

    @cached_property
    def record(self) -> Participation | None:
        """The record that is open in the detail."""
        return max(self.records, key=lambda record: (record.modified_date, record.pk), default=None)

    @cached_property
    def changes(self) -> list[Change]:
        """The open record's history, newest first."""
        if self.record is None:
            return []
        return [
            change
            for change in self.changes_of_student
            if change.pathway_id == self.record.pathway_id
        ]

    @cached_property
    def changes_of_student(self) -> list[Change]:
        return told_apart(lookups.changes(self.student.pk))

    @cached_property
    def from_finding(self) -> FromFinding | None:
        """The finding that the open record is looked at for, with the list it stands in."""
        return (
            FromFinding.of(self.request, self.scope, self.student, self.record.pathway)
            if self.record
            else None
        )

    @property
    def form_query(self) -> str:
        """What the record's own form carries on: the result list, and the finding through errors
        and conflicts.
        """
        query, finding = self.search.query, self.from_finding
        return f"{query}{'&' if query else '?'}{finding.query}" if finding else query

    @property
    def offered(self) -> list[Pathway]:
        """Approved pathways that the student does not have yet."""
        return self.entered.offered

    @property
    def more_to_add(self) -> bool:
        """Whether a pathway is left to add once the open record is saved."""
        return len(self.offered) > (0 if self.record else 1)

    @cached_property
    def active_year(self) -> tuple[str, str] | None:
        """School year and address of the same page where records are changed, None on that page
        itself.
        """
        end_year = None if self.in_active_year else active_end_year(self.request)
        if end_year is None:
            return None
        there = Scope(self.scope.district, end_year, self.scope.edition)
        pathway = self.record.pathway_id if self.record else None
        return there.school_year, address_in(there, self.student.pk, pathway) + self.search.query

    def address(self, name: str, *arguments: int) -> str:
        student = () if name == "cte-concentrator" else (self.student.pk,)
        return address_of(self.scope, name, *student, *arguments) + self.search.query

    def other_records(self) -> list[Participation]:
        """The student's records apart from the open one."""
        return [record for record in self.records if record is not self.record]

    def make_form(self, data: QueryDict | None = None) -> ParticipationForm:
        more = len(self.other_records())
        if self.record is not None:
            form = ParticipationForm(
                data, initial=ParticipationForm.initial_of(self.record), more=more
            )
            if self.last_year:
                form.show_before(self.last_year, school_year_label(self.scope.end_year - 1))
            return form
        answered_yes = any(record.single_parent for record in self.records)
        proposed = ParticipationForm.proposed(answered_yes, self.student.enrolled_on)  # type: ignore[attr-defined]
        return ParticipationForm(data, choices=self.choices(data), initial=proposed, more=more)

    @cached_property
    def elements(self) -> list[Element]:
        """What the district asks of a record, the retired ones last."""
        return lookups.elements(self.scope) if self.student.has_elements else []  # type: ignore[attr-defined]

    @cached_property
    def elements_form(self) -> ElementsForm | None:
        """The District Defined Elements of the open record, or of the new one; None where nothing
        is asked, or may be entered. The seal does not close them.
        """
        if not (self.can_edit and self.elements):
            return None
        data = self.request.POST if self.request.method == "POST" else self.kept_form()
        return ElementsForm(data or None, self.elements, self.stored_elements)

    @cached_property
    def stored_elements(self) -> dict[int, ElementValue]:
        """What was entered for them in the open record, by element."""
        return values.values_of(self.record) if self.record else {}

    def elements_to_read(self) -> list[tuple[Element, str]]:
        """Where they are not in a form: what is asked, and retired ones that were answered."""
        if not (self.record and self.elements):
            return []
        form = self.elements_form
        return [
            (element, words)
            for element, words in values.shown(self.elements, self.stored_elements)
            if form is None or element.is_retired
        ]

    @cached_property
    def last_year(self) -> Change | None:
        """The record's image at the end of the last school year, if it stood then. Other years show
        what is current, beside nothing.
        """
        image = next(
            (change for change in self.changes if change.end_year < self.scope.end_year), None
        )
        return (
            image
            if image and self.in_active_year and image.operation != Change.Operation.DELETE
            else None
        )

    def credits_to_read(self) -> list[tuple[str, Decimal | None, Decimal]]:
        """Label, last year's value and the present one of each credit field of the open record."""
        return [
            (LABELS[name], getattr(self.last_year, name, None), getattr(self.record, name))
            for name in CREDITS
            if self.record
        ]

    def choices(self, data: QueryDict | None) -> list[Pathway]:
        """The pathways to choose from; one that was chosen and is offered no longer stays in sight,
        with the reason beside it.
        """
        chosen = number(data.get("pathway", "") if data else "")
        if chosen is not None and chosen not in {pathway.pk for pathway in self.offered}:
            return [*self.offered, *Pathway.objects.filter(pk=chosen)]
        return self.offered

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = None
        kept = self.kept_form() if self.may_edit else None
        if kept is not None and "seen" in kept:  # sent from the conflict page, and asked again
            kept["version"] = str(kept["seen"])
        if self.record is not None and kept is None and self.from_finding is None:
            return self.render_to_response(self.get_context_data(is_first=self.may_edit))
        if self.may_edit and (self.record is not None or self.offered):
            form = self.make_form(kept)
            if self.from_finding and not form.is_bound:
                self.from_finding.open(form)
            elif not form.is_bound:
                form.begin()
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record, elements = self.record, self.elements_form
        last_year = school_year_label(self.scope.end_year - 1)
        rows = [
            SummaryRow(entry, self.address("cte-record", entry.pathway_id), entry is record)
            for entry in self.records
        ]
        answers = {entry.single_parent for entry in self.records}
        students = address_of(self.scope, "cte-concentrator")
        context = {
            "addresses": addresses_of_links(
                self.scope,
                self.student.pk,
                record.pathway_id if record else None,
                self.results,
                self.form_query,
            ),
            "student": self.student,
            "links": [template for plug in plugs() for template in plug.student_links],
            "records": self.records,
            "record": record,
            "modified_by": modified_by(record, self.changes),
            "modified_date": us_date(record.modified_date) if record else "",
            "summary": summary(rows),
            "entered": rows,
            "results": self.results,
            "lines": lines(self.results, students, self.student.pk),
            "search": self.search,
            "list_query": self.search.query,
            "form_query": self.form_query,
            "from_finding": self.from_finding,
            "finding_now": self.from_finding.now if self.from_finding else None,
            "credits_to_read": self.credits_to_read(),
            "before": self.last_year,
            "before_year": last_year if self.last_year else "",
            "elements_form": elements,
            "elements_fields": fields_of(elements) if elements and not elements.is_bound else "",
            "elements_to_read": self.elements_to_read(),
            "history_count": len(self.changes),
            "deleted_records": deleted(self.changes_of_student),
            "undo": undo.offered(self.request),
            "lock": self.lock,
            "lock_links": certified().lock_links(self.lock, self.request.user),
            "may_edit": self.may_edit,
            "may_see_view_events": self.can(Capability.SEE_VIEW_EVENTS),
            "more_to_add": self.may_edit and self.more_to_add,
            "active_year": self.active_year,
            "single_parent_differs": len(answers) > 1,
            "other_answers": sorted(
                {"Yes" if entry.single_parent else "No" for entry in self.other_records()}
            ),
        }
        if record and kwargs.pop("is_first", False):
            facts = {**context, "more": len(self.other_records())}
            kwargs["detail"] = detail(record, self.last_year, last_year, facts)
        return super().get_context_data(**{**context, **kwargs})
