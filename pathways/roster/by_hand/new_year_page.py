"""New school year: where it stands, and what can be done for it from here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.editions import Scope, school_year_label
from cte_portal.pages.offered import offer_rows
from cte_portal.pages.typed import RowsField, paged
from cte_portal.ui.wording import number_of
from pathways.models import School, SchoolYear, Student
from pathways.models.student import BY_NAME
from pathways.roster.by_hand import new_year, undoing
from pathways.roster.by_hand.forms import day

PAGE = 200
CALENDARS, SECTIONS, ENROLL = "calendars", "sections", "enroll"


class NewYearForm(forms.Form):
    """Which step is taken; to enroll, who, from when, and where."""

    use_required_attribute = False
    step = forms.ChoiceField(choices=[(step, step) for step in (CALENDARS, SECTIONS, ENROLL)])
    chosen = RowsField(
        queryset=Student.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": "Someone else has enrolled one of these students. Select again",
        },
    )
    school = forms.ModelChoiceField(
        queryset=School.objects.none(),
        required=False,
        empty_label="The school of last year",
        label="Into",
    )
    start_date = day("Start Date")

    def __init__(self, *args: Any, scope: Scope, before: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "chosen", new_year.to_enroll_again(scope, before))
        schools = School.objects.filter(
            district=scope.district, calendars__school_year=scope.end_year
        )
        offer_rows(self, "school", schools.distinct())
        self.year = SchoolYear.objects.get(end_year=scope.end_year)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("step") in (CALENDARS, SECTIONS):
            self.errors.clear()
            return cleaned
        if not cleaned.get("chosen") and "chosen" not in self.errors:
            self.add_error("chosen", "Select at least one student")
        starts = cleaned.get("start_date")
        if starts and not self.year.starts <= starts <= self.year.ends:
            self.add_error(
                "start_date",
                f"The start date must be from {self.year.starts:%m/%d/%Y} to"
                f" {self.year.ends:%m/%d/%Y}",
            )
        return cleaned


class NewYear(ActionView):
    """What the year needs, what is there, and buttons that bring over what is alike."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.EDIT_RECORDS
    form_class = NewYearForm
    template_name = "pathways/roster/new_year.html"

    @cached_property
    def before(self) -> int:
        before = new_year.year_before(self.scope)
        if before is None:
            raise Http404("There is no earlier school year of this district.")
        return before

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "scope": self.scope, "before": self.before}

    def get_initial(self) -> dict[str, Any]:
        return {"start_date": SchoolYear.objects.get(end_year=self.scope.end_year).starts}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope, before = self.scope, self.before
        students = new_year.to_enroll_again(scope, before).order_by(*BY_NAME)
        page, query = paged(self.request, students, PAGE)
        last = new_year.last_enrollments(list(page.object_list), before)
        lines = [
            (student, last[student.pk], new_year.next_grade(last[student.pk].grade))
            for student in page.object_list
            if student.pk in last
        ]
        own = {
            "needs": new_year.needs_of(scope, before),
            "before": school_year_label(before),
            "calendars": len(new_year.calendars_to_add(scope, before)),
            "sections": len(new_year.sections_to_add(scope, before)),
            "page": page,
            "query": query,
            "lines": lines,
            "chosen": set(self.request.POST.getlist("chosen")),
            "may_edit": self.can_edit,
            "chooses": "Choose" if self.can_edit else "",
            "undo": undoing.offered(self.request),
        }
        return super().get_context_data(**{**kwargs, **own})

    def act(self, form: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Roster data can be changed only in the current school year.")
        choices = form.cleaned_data
        author: dict[str, Any] = {"by": self.person.record_name, "by_id": self.person.pk}
        if choices["step"] == CALENDARS:
            edited, noun = new_year.add_calendars(self.scope, self.before, **author), "calendar"
        elif choices["step"] == SECTIONS:
            edited, noun = new_year.add_sections(self.scope, self.before, **author), "section"
        else:
            edited = new_year.enroll_again(
                self.scope,
                self.before,
                choices["chosen"],
                choices["start_date"],
                choices["school"],
                **author,
            )
            noun = "enrollment"
        undoing.offer(
            self.request,
            f"{number_of(edited.rows, noun)} added."
            if edited.rows
            else "Nothing to add: all of it is already in the portal.",
            edited.batch if edited.rows else None,
        )
        return redirect("roster-new-year", self.scope.district, self.scope.end_year)
