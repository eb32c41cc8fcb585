"""What was done to records, in every district: who changed whose record, when, and from what to
what (ux O-19).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from cte_portal.accounts.event_list import LIKE
from cte_portal.editions import Edition
from cte_portal.pages.days import DayField
from cte_portal.pages.reason import ReasonField
from pathways.models import Change, Pathway, Student
from pathways.models.author import told_apart
from pathways.models.change import ChangeQuerySet
from pathways.records.history import FieldChange, differences

MOST_SHOWN = 200
HEADS = (
    "When",
    "Who",
    "Action",
    "From",
    "District",
    "State ID",
    "Student",
    "CTE Pathway",
    "Before",
    "After",
)


class ChangeFilter(forms.Form):
    """What to look for. It is posted: a State ID belongs in no address."""

    use_required_attribute = False

    state_id = forms.CharField(required=False, max_length=20, label="State ID")
    person = forms.CharField(required=False, max_length=100, label="Who")
    district = forms.CharField(required=False, max_length=4, label="District")
    operation = forms.ChoiceField(
        required=False, label="Action", choices=[("", "Everything"), *Change.Operation.choices]
    )
    first = DayField(required=False, label="From", help_text="MM/DD/YYYY", wrong=LIKE)
    last = DayField(required=False, label="To", help_text="MM/DD/YYYY", wrong=LIKE)

    purpose = ReasonField(
        required=False,
        max_length=200,
        label="Purpose",
        help_text="Only for the .csv file. It is recorded in the audit log",
        widget=forms.TextInput(attrs={"autocomplete": "off", "form": "look"}),
    )

    def clean_state_id(self) -> str:
        return "".join(self.cleaned_data["state_id"].split())

    def clean(self) -> dict[str, Any]:
        searched = super().clean() or {}
        if not self.errors and not any(
            value for name, value in searched.items() if name != "purpose"
        ):
            raise forms.ValidationError(
                "Enter what to search for: a State ID, a name, a district, or a date"
            )
        return searched

    def changes(self) -> ChangeQuerySet:
        """Newest first."""
        search = self.cleaned_data
        changes = (
            Change.objects.newest_first()
            .between(search["first"], search["last"])
            .by_people(search["person"])
        )
        if search["state_id"]:
            changes = changes.filter(
                student_id__in=[
                    *Student.objects.in_edition(Edition.DISTRICT)
                    .filter(state_id=search["state_id"])
                    .values_list("pk", flat=True)
                ]
            )
        for name in ("district", "operation"):
            if search[name]:
                changes = changes.filter(**{name: search[name]})
        return changes


@dataclass(frozen=True)
class RecordChange:
    """One change in words; of a student that is no longer stored, name and State ID are empty."""

    change: Change
    state_id: str
    name: str
    pathway: str
    differences: tuple[FieldChange, ...]

    def cells(self) -> list[str]:
        """By HEADS; before and after name their fields."""
        change = self.change
        at = f"{timezone.localtime(change.at):%m/%d/%Y %H:%M:%S}"
        before, after = (
            "; ".join(f"{field.label}: {getattr(field, side)}" for field in self.differences)
            for side in ("before", "after")
        )
        done = (
            at,
            change.author,
            change.get_operation_display(),
            change.get_source_display(),
            change.district,
        )
        return [*done, self.state_id, self.name, self.pathway, before, after]


def lines(changes: Sequence[Change]) -> list[RecordChange]:
    """Four statements, however many they are."""
    students = Student.objects.in_edition(Edition.DISTRICT).in_bulk(
        {change.student_id for change in changes}
    )
    pathways = Pathway.objects.in_bulk({change.pathway_id for change in changes})
    of_them = Change.objects.filter(
        student_id__in={change.student_id for change in changes},
        pathway_id__in={change.pathway_id for change in changes},
    )
    images = {(change.student_id, change.pathway_id, change.version): change for change in of_them}
    return [
        _line(change, students.get(change.student_id), pathways.get(change.pathway_id), images)
        for change in told_apart(changes)
    ]


def _line(
    change: Change,
    student: Student | None,
    pathway: Pathway | None,
    images: dict[tuple[int, int, int], Change],
) -> RecordChange:
    before = images.get((change.student_id, change.pathway_id, change.version - 1))
    if before and before.operation == Change.Operation.DELETE:
        before = None
    done = () if change.operation == Change.Operation.DELETE else differences(before, change)
    return RecordChange(
        change,
        student.state_id if student else "",
        student.name if student else "",
        pathway.name if pathway else "",
        done,
    )


def rows(changes: ChangeQuerySet) -> Iterator[Iterable[str]]:
    """Of a file, by HEADS."""
    waiting: list[Change] = []
    for change in changes.iterator(chunk_size=500):
        waiting.append(change)
        if len(waiting) == 500:
            yield from (line.cells() for line in lines(waiting))
            waiting = []
    yield from (line.cells() for line in lines(waiting))
