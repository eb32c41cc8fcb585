"""The lists that pages by hand start from: schools with their calendars, students, and sections
with who sits in them.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.pages.offered import offer_rows
from cte_portal.pages.typed import RowsField, paged
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.models import Calendar, Enrollment, Roster, School, Section, Student
from pathways.models.student import by_name_of
from pathways.roster import editing
from pathways.roster.by_hand import undoing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import ROSTER

PAGE = 50
MOST_STUDENTS = 100
"""Students that one form may add to a section."""


class ListPage(ScopedView, TemplateView):
    """A list of roster data, with the offer to undo what was just done."""

    capability = Capability.VIEW_RECORDS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"may_edit": self.can_edit, "undo": undoing.offered(self.request)}
        return super().get_context_data(**{**kwargs, **own})


class RosterSchools(ListPage):
    template_name = "pathways/roster/schools.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        of_year = Calendar.objects.filter(school_year=self.scope.end_year).order_by("number")
        schools = School.objects.filter(district=self.scope.district).prefetch_related(
            Prefetch("calendars", queryset=of_year, to_attr="of_year")
        )
        return super().get_context_data(schools=schools.order_by("number"), **kwargs)


class RosterStudents(ListPage):
    """All students of the district, also those who are not enrolled in the year. The search is sent
    by POST, so that no name stands in an address.
    """

    template_name = "pathways/roster/students.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        term = self.request.POST.get("q", "").replace("\x00", "").strip()[:100]
        own = Enrollment.objects.filter(student=OuterRef("pk"))
        of_year = own.filter(calendar__school_year=self.scope.end_year)
        students = Student.objects.of_district(self.scope)
        which = self.request.GET.get("show", "")
        if which == "not-enrolled":
            students = students.filter(~Exists(of_year))
        if term:
            students = students.matching(term)
        page, query = paged(self.request, students.placed(self.scope.end_year).by_name(), PAGE)
        own_context = {"page": page, "query": query, "term": term, "which": which}
        return super().get_context_data(**{**kwargs, **own_context})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs))


class RosterStudent(ListPage):
    """A student with the enrollments and classes of the year."""

    template_name = "pathways/roster/student.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        students = Student.objects.of_district(self.scope)
        student = get_object_or_404(students, pk=self.kwargs["student"])
        enrollments = student.enrollments.filter(calendar__school_year=self.scope.end_year)
        enrollments = enrollments.with_end_status_name()
        rosters = Roster.objects.filter(
            enrollment__student=student, section__calendar__school_year=self.scope.end_year
        )
        own = {
            "student": student,
            "enrollments": enrollments.select_related("calendar__school").order_by("start_date"),
            "rosters": rosters.select_related("section__course__pathway").order_by(
                "section__course__number"
            ),
            "is_listed": Student.objects.in_scope(self.scope).filter(pk=student.pk).exists(),
        }
        return super().get_context_data(**{**kwargs, **own})


class RosterSections(ListPage):
    template_name = "pathways/roster/sections.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.request.GET.get("school", "")[:4]
        school = number if number.isascii() and number.isdigit() else ""
        only_cte = self.request.GET.get("show") == "cte"
        sections = (
            Section.objects.filter(
                course__school__district=self.scope.district,
                calendar__school_year=self.scope.end_year,
            )
            .select_related("course__school", "course__pathway", "calendar")
            .annotate(students=Count("rosters"))
            .order_by("course__school__number", "course__number", "number")
        )
        if school:
            sections = sections.filter(course__school__number=school)
        if only_cte:
            sections = sections.filter(course__pathway__isnull=False)
        page, query = paged(self.request, sections, PAGE)
        own = {
            "page": page,
            "query": query,
            "schools": School.objects.filter(district=self.scope.district).order_by("number"),
            "school": school,
            "only_cte": only_cte,
        }
        return super().get_context_data(**{**kwargs, **own})


class SeatsForm(forms.Form):
    """Students to add by their State IDs, or roster lines to drop; `versions` is what the page
    showed of these.
    """

    use_required_attribute = False
    add = forms.CharField(
        label="Add students by State ID",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="One or more, separated by spaces or lines.",
    )
    drop = RowsField(queryset=Roster.objects.none(), required=False)

    def __init__(self, *args: Any, lines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "drop", lines)

    def clean_add(self) -> list[str]:
        numbers = self.cleaned_data["add"].replace(",", " ").split()
        for number in numbers:
            if not (number.isascii() and number.isdigit() and len(number) == 9):
                raise forms.ValidationError(f"A State ID has 9 digits. Check {number[:20]}")
        if len(numbers) > MOST_STUDENTS:
            raise forms.ValidationError(f"Add up to {MOST_STUDENTS} students at once")
        return list(dict.fromkeys(numbers))


class RosterSection(ActionView):
    """A section and its students: add some, drop some."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.EDIT_RECORDS
    form_class = SeatsForm
    template_name = "pathways/roster/section.html"

    @cached_property
    def section(self) -> Section:
        sections = Section.objects.filter(
            course__school__district=self.scope.district, calendar__school_year=self.scope.end_year
        ).select_related("course__school", "course__pathway", "calendar")
        return get_object_or_404(sections, pk=self.kwargs["section"])

    def lines(self) -> Any:
        lines = Roster.objects.filter(section=self.section).select_related("enrollment__student")
        return lines.order_by(*by_name_of("enrollment__student"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "lines": self.lines()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "section": self.section,
            "lines": self.lines(),
            "may_edit": self.can_edit,
            "undo": undoing.offered(self.request),
        }
        return super().get_context_data(**{**kwargs, **own})

    def act(self, form: forms.BaseForm) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Roster data can be changed only in the current school year.")
        added, dropped = form.cleaned_data["add"], list(form.cleaned_data["drop"])
        edits = [(ROSTER, edit) for edit in (*self._additions(added), *self._drops(dropped))]
        edited = editing.write(self.scope, edits, by=self.person.record_name, by_id=self.person.pk)
        sentence = f"{number_of(len(added), 'student')} added, {len(dropped):,} dropped."
        undoing.offer(
            self.request,
            sentence if edited.rows else "No changes to save.",
            edited.batch if edited.rows else None,
        )
        return redirect("roster-section", *self._address())

    def _address(self) -> tuple[Any, ...]:
        return self.scope.district, self.scope.end_year, self.section.pk

    def _additions(self, numbers: list[str]) -> list[RowEdit]:
        """A new line for each student, by the enrollment that decides. A student of another
        district and an unknown one get the same words.
        """
        edits = []
        present = set(self.lines().values_list("enrollment__student__state_id", flat=True))
        for state_id in numbers:
            if state_id in present:
                raise Refusal(f"{state_id} is already in this section.", field="add")
            enrollment = (
                Enrollment.objects.that_decide(self.scope.end_year)
                .filter(
                    student__district=self.scope.district,
                    student__state_id=state_id,
                    calendar=self.section.calendar_id,
                )
                .first()
            )
            if enrollment is None:
                raise Refusal(
                    f"{state_id} is not enrolled in calendar {self.section.calendar.number} of this"
                    " school. Check the State ID, or add the enrollment first.",
                    field="add",
                )
            image = {
                "section_id": self.section.pk,
                "enrollment_id": enrollment.pk,
                "credits_earned": None,
            }
            edits.append(RowEdit(image))
        return edits

    @staticmethod
    def _drops(lines: list[Roster]) -> list[RowEdit]:
        seen = editing.versions_of(ROSTER, [line.pk for line in lines])
        return [RowEdit(row=line.pk, seen=seen.get(line.pk, 0), is_removed=True) for line in lines]
