"""Who looked at the records of a district, and who took a file along: what the district answers a
parent with, and keeps of a season.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django import forms
from django.utils import timezone

from cte_portal.accounts.models import ViewEvent
from cte_portal.accounts.models.view_event import ViewEventQuerySet
from cte_portal.accounts.season import SeasonForm
from cte_portal.editions import Edition, Scope
from cte_portal.pages.days import DayField
from cte_portal.ui.navigation import screens
from pathways.models import Student

HEADS = ("First that day", "Who", "Page", "Student", "State ID", "File")
LIKE = "Enter the date as MM/DD/YYYY, like 07/14/2025"
CHUNK = 500


class ViewEventFilter(SeasonForm):
    """What to look for; nothing given finds everything. A student is named by the number of the
    row: State IDs stand in no address.
    """

    field_order = ("find", "season", "first", "last", "file_only", "student")

    find = forms.CharField(required=False, max_length=100, label="Who")
    first = DayField(required=False, label="From", help_text="MM/DD/YYYY", wrong=LIKE)
    last = DayField(required=False, label="To", help_text="MM/DD/YYYY", wrong=LIKE)
    file_only = forms.BooleanField(required=False, label="Files only")
    student = forms.IntegerField(
        required=False, min_value=1, max_value=2**53, widget=forms.HiddenInput
    )

    def views(self, scope: Scope) -> ViewEventQuerySet:
        """Newest first. A filter that cannot be read finds nothing: a list must not say more than
        was asked for.
        """
        if not self.is_valid():
            return ViewEvent.objects.none()
        fields = self.cleaned_data
        views = (
            ViewEvent.objects.of_district(scope.district, scope.end_year)
            .newest_first()
            .between(fields["first"], fields["last"])
            .by_person(fields["find"])
        )
        views = self.narrowed_by_season(views)
        if fields["student"]:
            views = views.filter(student=fields["student"])
        return views.filter(is_file=True) if fields["file_only"] else views

    def subject(self, scope: Scope) -> Student | None:
        """The student of the district that is asked about."""
        number = self.cleaned_data.get("student") if self.is_valid() else None
        return _students(scope, [number]).get(number) if number else None


@dataclass(frozen=True)
class ViewEventLine:
    """One view in words; of a student that is no longer stored, `student` is None."""

    view: ViewEvent
    page: str
    student: Student | None

    def cells(self) -> list[str]:
        """By HEADS."""
        at = f"{timezone.localtime(self.view.at):%m/%d/%Y %H:%M:%S}"
        name, state_id = (self.student.name, self.student.state_id) if self.student else ("", "")
        return [
            at,
            self.view.person,
            self.page,
            name,
            state_id,
            "Yes" if self.view.is_file else "",
        ]


def lines(views: Iterable[ViewEvent], scope: Scope) -> list[ViewEventLine]:
    views = list(views)
    names = {
        url_name: screen.name
        for screen in screens()
        for url_name in (screen.url_name, *screen.also)
    }
    students = _students(scope, {view.student for view in views} - {0})
    return [
        ViewEventLine(
            view,
            names.get(view.page) or view.page.replace("-", " ").capitalize(),
            students.get(view.student),
        )
        for view in views
    ]


def rows(views: ViewEventQuerySet, scope: Scope) -> Iterator[list[str]]:
    """All of them, for a file."""
    chunk: list[ViewEvent] = []
    for view in views.iterator(chunk_size=CHUNK):
        chunk.append(view)
        if len(chunk) == CHUNK:
            yield from (line.cells() for line in lines(chunk, scope))
            chunk = []
    yield from (line.cells() for line in lines(chunk, scope))


def _students(scope: Scope, numbers: Iterable[int]) -> dict[int, Student]:
    """Of the district alone: a number of another district's student names nobody here."""
    students = Student.objects.in_edition(Edition.DISTRICT).filter(
        district=scope.district, pk__in=list(numbers)
    )
    return {student.pk: student for student in students}
