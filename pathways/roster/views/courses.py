"""The pathway board: which course belongs to which pathway or is not CTE, and what it earns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.pages.typed import KEY_DIGITS, number, paged
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.files import values
from pathways.models import Course, Pathway, School
from pathways.models.participation import MOST_CREDITS
from pathways.roster.by_hand import undoing
from pathways.roster.courses import CourseChoice, CourseShow, courses_of, save
from pathways.roster.proposals import Proposal, proposals_of

PAGE = 50
AS_PROPOSED = "proposed"
SHOWS = {show.key: show for show in CourseShow}


class CoursesForm(forms.Form):
    """An answer and credits for each course of the page; `seen` is what stood there when it was
    shown. `together` is one answer for all the courses that are chosen.
    """

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        courses: list[Course],
        pathways: list[Pathway],
        proposals: dict[int, Proposal],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.courses, self.proposals = courses, proposals
        answers = [
            (Course.Answer.NOT_CTE.value, Course.Answer.NOT_CTE.label),
            *((str(pathway.pk), pathway.name) for pathway in pathways),
        ]
        choices = [("", "Not answered"), *answers]
        self.fields["together"] = forms.ChoiceField(
            label="CTE Pathway of the chosen courses",
            choices=[("", "Choose an answer"), (AS_PROPOSED, "As proposed"), *answers],
            required=False,
        )
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
                initial=course.choice,
            )
            if course.pk in proposals:
                widget = self.fields[f"pathway_{course.pk}"].widget
                widget.attrs["aria-describedby"] = f"proposal-{course.pk}"
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
                initial=f"{course.choice}|{course.credits:.2f}",
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
        if self.is_together:
            if not cleaned.get("together"):
                self.add_error("together", "Choose an answer for the chosen courses")
            elif not self.chosen:
                self.add_error("together", "Choose at least one course")
        return cleaned

    @property
    def is_together(self) -> bool:
        return self.data.get("do") == "together"

    @cached_property
    def chosen(self) -> set[str]:
        """The keys of the courses that are ticked."""
        return set(self.data.getlist("chosen")) if isinstance(self.data, QueryDict) else set()

    def rows(self) -> list[dict[str, Any]]:
        """The courses with their fields, for the table."""
        return [
            {
                "course": course,
                "proposal": self.proposals.get(course.pk),
                "is_chosen": str(course.pk) in self.chosen,
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
                choice=self._answer(course),
                credits=self.cleaned_data[f"credits_{course.pk}"],
                seen=seen,
            )
            for course in self.courses
            if (seen := self._seen(course)) is not None
        ]

    def _answer(self, course: Course) -> str:
        """What is chosen for a course by itself, or for all that are ticked. Where nothing is
        proposed, *as proposed* leaves it as it is.
        """
        own: str = self.cleaned_data[f"pathway_{course.pk}"]
        if not self.is_together or str(course.pk) not in self.chosen:
            return own
        together: str = self.cleaned_data["together"]
        if together != AS_PROPOSED:
            return together
        proposal = self.proposals.get(course.pk)
        return proposal.choice if proposal and proposal.choice else own

    def _seen(self, course: Course) -> tuple[str, Decimal] | None:
        """What the page showed of a course, or None where it did not show it."""
        answer, bar, credits = self.cleaned_data.get(f"seen_{course.pk}", "").partition("|")
        if not bar:
            return None
        try:
            return answer, values.credits(credits, "Credits") or Decimal(0)
        except ValueError:
            raise Refusal(
                "Part of this page did not arrive. Open it again and re-enter your changes."
            ) from None


class RosterCourses(ActionView):
    """Which course belongs to which pathway or is not CTE, and what completing it earns; many at
    once.
    """

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.EDIT_RECORDS
    form_class = CoursesForm
    template_name = "pathways/roster/courses.html"

    @cached_property
    def filters(self) -> dict[str, Any]:
        school = self.request.GET.get("school", "")[:4]
        return {
            "school": school if school.isascii() and school.isdigit() else "",
            "show": SHOWS.get(self.request.GET.get("show", ""), CourseShow.ALL),
        }

    @cached_property
    def paged(self) -> tuple[Page[Any], str]:
        return paged(self.request, courses_of(self.scope, **self.filters), PAGE)

    def get_form_kwargs(self) -> dict[str, Any]:
        pathways = list(Pathway.objects.offered_in(self.scope.end_year).order_by("name"))
        courses = self._courses()
        return {
            **super().get_form_kwargs(),
            "courses": courses,
            "pathways": pathways,
            "proposals": proposals_of(self.scope, courses, pathways) if self.can_edit else {},
        }

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
            "shows": list(CourseShow),
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
