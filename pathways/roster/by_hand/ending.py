"""Ending enrollments: an act of its own, because a row that a file leaves out says nothing."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.batches.models import Batch, BatchFile
from cte_portal.editions import Scope
from cte_portal.pages.offered import offer_rows
from cte_portal.pages.previewed import shown_as
from cte_portal.pages.typed import RowsField, all_of, paged
from cte_portal.ui.wording import number_of
from pathways.models import Enrollment, Participation, School, SchoolYear
from pathways.models.student import by_name_of
from pathways.roster import editing
from pathways.roster.by_hand import undoing
from pathways.roster.by_hand.forms import GRADES, EndStatusField, day
from pathways.roster.editing import RowEdit
from pathways.roster.imports.carrying import is_too_much
from pathways.roster.imports.results.result import kept_for_page
from pathways.roster.shapes import ENROLLMENT

PAGE = 100
_BATCH = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def open_enrollments(
    scope: Scope, *, school: str = "", grade: str = "", file: str = "", absent: str = ""
) -> QuerySet[Enrollment]:
    """The year's enrollments without an end date, by student; `file` is the batch of an export that
    marked some of them for deletion, `absent` one of a file that did not name them.
    """
    rows = Enrollment.objects.filter(
        student__district=scope.district,
        calendar__school_year=scope.end_year,
        end_date=None,
    ).select_related("student", "calendar__school")
    if school:
        rows = rows.filter(calendar__school__number=school)
    if grade:
        rows = rows.filter(grade=grade)
    if file:
        rows = rows.filter(_kept_of(scope, file, "gone"))
    if absent:
        rows = rows.filter(_kept_of(scope, absent, "not_in_file"))
    return rows.order_by(*by_name_of("student"), "pk")


def _kept_of(scope: Scope, file: str, name: str) -> Q:
    """Nobody's where the batch is not the district's, or its rows are no longer kept."""
    batches = Batch.objects.filter(pk=file, district=scope.district, end_year=scope.end_year)
    kept = BatchFile.objects.filter(batch__in=batches, role="page.json").first()
    rows = kept_for_page(kept).get(name, {})
    return Q(pk__in=rows.get("Enrollment", ())) | Q(student__in=rows.get("Student", ()))


def leaving(scope: Scope, rows: list[Enrollment], end_date: datetime.date) -> list[Participation]:
    """The records that leave the collection when these enrollments end: only an end before the
    year's first day takes one out, where nothing else keeps the student in.
    """
    if end_date >= SchoolYear.objects.get(end_year=scope.end_year).starts:
        return []
    chosen = {row.pk for row in rows}
    students = {row.student_id for row in rows}
    staying = set(
        Enrollment.objects.in_scope(scope)
        .filter(student__in=students)
        .exclude(pk__in=chosen)
        .values_list("student_id", flat=True)
    )
    return list(
        Participation.objects.in_scope(scope)
        .filter(student__in=students - staying)
        .select_related("student", "pathway")
        .order_by(*by_name_of("student"))
    )


def held_number(scope: Scope, rows: list[Enrollment]) -> int:
    """The number to type where the act ends more of a school's open enrollments than the
    installation lets through; 0 where it does not.
    """
    schools = Counter(row.calendar.school_id for row in rows)
    for school, ended in schools.items():
        still_open = open_enrollments(scope).filter(calendar__school=school).count()
        if is_too_much(ended, still_open, settings.ROSTER_ENDED_PERCENT):
            return len(rows)
    return 0


class EndForm(forms.Form):
    """Whose enrollments end, when and how; `number` lets an unusually large act through."""

    use_required_attribute = False
    whole = forms.BooleanField(required=False)
    rows = RowsField(
        queryset=Enrollment.objects.none(),
        error_messages={
            "required": "Select at least one enrollment",
            "invalid_choice": "Someone else has ended one of these enrollments. Select again",
        },
    )
    end_date = day("End Date")
    end_status = EndStatusField()
    number = forms.IntegerField(
        label="Number of enrollments",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, scope: Scope, listed: QuerySet[Enrollment], **kwargs: Any
    ) -> None:
        """`listed` are the rows of all pages of the list: all of them, where `whole` is checked."""
        super().__init__(*args, **kwargs)
        self.listed = listed
        self.fields["whole"].label = all_of(listed.count(), PAGE)
        offer_rows(self, "rows", open_enrollments(scope))
        cast(EndStatusField, self.fields["end_status"]).offer(scope.end_year)
        self.fields["rows"].required = not self.data.get("whole")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("whole"):
            cleaned["rows"] = self.listed
            if not self.listed:
                self.add_error("rows", "This list has no open enrollment any more")
        rows, end_date = cleaned.get("rows"), cleaned.get("end_date")
        if rows and end_date:
            late = [row for row in rows if row.start_date > end_date]
            if late:
                self.add_error(
                    "end_date",
                    f"{number_of(len(late), 'enrollment')} would end before"
                    f" {'it starts' if len(late) == 1 else 'they start'}, the first of"
                    f" {late[0].student.name}",
                )
        return cleaned


class EndEnrollments(ActionView):
    """Select, give the date, see what follows, confirm. Undo brings them back as they were."""

    capability = Capability.EDIT_RECORDS
    form_class = EndForm
    template_name = "pathways/roster/end.html"
    following: dict[str, Any] | None = None
    """What the act would do, once the form is right: effects, the records, the number to type."""

    def get_form_kwargs(self) -> dict[str, Any]:
        listed = open_enrollments(self.scope, **self.filters)
        return {**super().get_form_kwargs(), "scope": self.scope, "listed": listed}

    @property
    def filters(self) -> dict[str, str]:
        school = self.request.GET.get("school", "")[:4]
        grade = self.request.GET.get("grade", "")[:2]
        file, absent = (self.request.GET.get(name, "") for name in ("file", "absent"))
        return {
            "file": file if _BATCH.fullmatch(file) else "",
            "absent": absent if _BATCH.fullmatch(absent) else "",
            "school": school if school.isascii() and school.isdigit() else "",
            "grade": grade if grade in GRADES else "",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, query = paged(self.request, open_enrollments(self.scope, **self.filters), PAGE)
        own = {
            "page": page,
            "query": query,
            "filters": self.filters,
            "grades": GRADES,
            "schools": School.objects.filter(district=self.scope.district).order_by("number"),
            "chosen": self._chosen(page),
            "following": self.following,
        }
        return super().get_context_data(**{**kwargs, **own})

    def _chosen(self, page: Any) -> set[str]:
        """What is checked: what was sent, or all that an export marks."""
        if self.request.method == "POST" or not self.filters["file"]:
            return set(self.request.POST.getlist("rows"))
        return {str(row.pk) for row in page}

    def act(self, form: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Roster data can be changed only in the current school year.")
        rows, end_date = list(form.cleaned_data["rows"]), form.cleaned_data["end_date"]
        records = leaving(self.scope, rows, end_date)
        number = held_number(self.scope, rows)
        effects = [
            (
                f"{number_of(len(rows), 'enrollment')} end{'s' if len(rows) == 1 else ''} on"
                f" {end_date:%m/%d/%Y}."
            ),
            f"{number_of(len(records), 'CTE record')} leave{'s' if len(records) == 1 else ''} the"
            f" collection of {self.scope.school_year}."
            if records
            else "No CTE record leaves the collection.",
        ]
        seen = shown_as([*effects, *(str(row.pk) for row in rows)])
        is_confirmed = self.request.POST.get("seen") == seen
        if is_confirmed and number and form.cleaned_data["number"] != number:
            form.add_error("number", f"Enter {number:,} to confirm. Nothing was saved")
            is_confirmed = False
        if not is_confirmed:
            form.fields["number"].required = number > 0  # so that it is not called optional
            self.following = {
                "effects": effects,
                "records": records[:50],
                "number": number,
                "percent": settings.ROSTER_ENDED_PERCENT,
                "seen": seen,
            }
            return self.render_to_response(self.get_context_data(form=form))
        return self._end(rows, end_date, form.cleaned_data["end_status"])

    def _end(
        self, rows: list[Enrollment], end_date: datetime.date, end_status: str
    ) -> HttpResponse:
        seen = editing.versions_of(ENROLLMENT, [row.pk for row in rows])
        image = {"end_date": end_date, "end_status": end_status}
        edited = editing.write(
            self.scope,
            [(ENROLLMENT, RowEdit(image, row.pk, seen.get(row.pk, 0))) for row in rows],
            by=self.person.record_name,
            by_id=self.person.pk,
        )
        sentence = f"{number_of(edited.rows, 'enrollment')} ended on {end_date:%m/%d/%Y}."
        undoing.offer(self.request, sentence, edited.batch)
        return redirect("roster-students", self.scope.district, self.scope.end_year)
