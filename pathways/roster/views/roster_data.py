"""Roster Data: what a district has and lacks, and the courses with their pathways."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.pages.typed import KEY_DIGITS, number, paged
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.files import values
from pathways.models import Course, Pathway, School
from pathways.models.participation import MOST_CREDITS
from pathways.roster.by_hand import undoing
from pathways.roster.courses import CourseChoice, courses_of, save
from pathways.roster.standing import steps_of

PAGE = 50


class RosterData(ScopedView, TemplateView):
    """The six steps from an empty district to its first records, with what is there and what is
    missing.
    """

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/roster/data.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            steps=steps_of(self.scope),
            may_upload=self.can_edit,
            undo=undoing.offered(self.request),
            **kwargs,
        )


class CoursesForm(forms.Form):
    """A pathway and credits for each course of the page; `seen` is what stood there when it was
    shown.
    """

    use_required_attribute = False

    def __init__(
        self, *args: Any, courses: list[Course], pathways: list[Pathway], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.courses = courses
        choices = [("", "No pathway"), *((str(pathway.pk), pathway.name) for pathway in pathways)]
        for course in courses:
            own = list(choices)
            if course.pathway and str(course.pathway_id) not in dict(choices):
                own.append(
                    (str(course.pathway_id), f"{course.pathway.name} (not offered this year)")
                )
            self.fields[f"pathway_{course.pk}"] = forms.ChoiceField(
                label=f"CTE Pathway of {course.number}",
                choices=own,
                required=False,
                initial=str(course.pathway_id or ""),
            )
            self.fields[f"credits_{course.pk}"] = forms.CharField(
                label=f"Credits of {course.number}",
                max_length=20,
                required=False,
                initial=f"{course.credits:.2f}",
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}
                ),
            )
            self.fields[f"seen_{course.pk}"] = forms.CharField(
                widget=forms.HiddenInput,
                required=False,
                max_length=40,
                initial=f"{course.pathway_id or ''}|{course.credits:.2f}",
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for course in self.courses:
            name = f"credits_{course.pk}"
            try:
                amount = values.credits(cleaned.get(name, ""), "Credits")
            except values.Unreadable as unreadable:
                self.add_error(name, unreadable.message)
                continue
            if amount is None or not 0 <= amount <= MOST_CREDITS:
                self.add_error(name, f"Credits must be between 0 and {MOST_CREDITS}")
            cleaned[name] = amount
        return cleaned

    def rows(self) -> list[dict[str, Any]]:
        """The courses with their fields, for the table."""
        return [
            {
                "course": course,
                "pathway": self[f"pathway_{course.pk}"],
                "credits": self[f"credits_{course.pk}"],
                "seen": self[f"seen_{course.pk}"],
            }
            for course in self.courses
        ]

    def choices(self) -> list[CourseChoice]:
        return [
            CourseChoice(
                course=course,
                pathway=int(self.cleaned_data[f"pathway_{course.pk}"] or 0) or None,
                credits=self.cleaned_data[f"credits_{course.pk}"],
                seen=seen,
            )
            for course in self.courses
            if (seen := self._seen(course)) is not None
        ]

    def _seen(self, course: Course) -> tuple[int | None, Decimal] | None:
        """What the page showed of a course, or None where it did not show it."""
        pathway, bar, credits = self.cleaned_data.get(f"seen_{course.pk}", "").partition("|")
        if not bar:
            return None
        try:
            return (int(pathway) if pathway else None), values.credits(
                credits, "Credits"
            ) or Decimal(0)
        except ValueError:
            raise Refusal(
                "Part of this page did not arrive. Open it again and re-enter your changes."
            ) from None


class RosterCourses(ActionView):
    """Which course belongs to which pathway, and what completing it earns; many at once."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.EDIT_RECORDS
    form_class = CoursesForm
    template_name = "pathways/roster/courses.html"

    @cached_property
    def filters(self) -> dict[str, Any]:
        school = self.request.GET.get("school", "")[:4]
        return {
            "school": school if school.isascii() and school.isdigit() else "",
            "undecided": self.request.GET.get("show") == "undecided",
        }

    @cached_property
    def paged(self) -> tuple[Page[Any], str]:
        return paged(self.request, courses_of(self.scope, **self.filters), PAGE)

    def get_form_kwargs(self) -> dict[str, Any]:
        pathways = list(Pathway.objects.offered_in(self.scope.end_year).order_by("name"))
        return {**super().get_form_kwargs(), "courses": self._courses(), "pathways": pathways}

    def _courses(self) -> list[Course]:
        """The courses of the page; on the way in those that were shown, whatever the filter finds
        by now.
        """
        if self.request.method != "POST":
            return list(self.paged[0])
        keys = [
            name.removeprefix("seen_") for name in self.request.POST if name.startswith("seen_")
        ][: PAGE * 2]
        keys_shown = [key for text in keys if (key := number(text, digits=KEY_DIGITS)) is not None]
        return list(courses_of(self.scope).filter(pk__in=keys_shown))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, query = self.paged
        own = {
            "page": page,
            "query": query,
            "filters": self.filters,
            "schools": School.objects.filter(district=self.scope.district).order_by("number"),
            "may_edit": self.can_edit,
            "undo": undoing.offered(self.request),
        }
        return super().get_context_data(**own, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Courses can be changed only in the current school year.")
        return super().post(request, *args, **kwargs)

    def act(self, form: forms.Form) -> HttpResponse:
        assert isinstance(form, CoursesForm)  # noqa: S101 - `form_class`
        written = save(self.scope, form.choices(), by=self.person.record_name, by_id=self.person.pk)
        if written:
            messages.success(self.request, f"{number_of(written, 'course')} saved.")
        else:
            messages.info(self.request, "No changes to save.")
        return redirect(self.request.get_full_path())
