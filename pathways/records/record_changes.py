"""What was done to records, in every district: who changed whose record, when, and from what to
what (ux O-19).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from cte_portal.accounts.audit import LIKE
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
    """What to look for. It is posted: a State ID belongs into no address."""

    use_required_attribute = False

    state_id = forms.CharField(required=False, max_length=20, label="State ID")
    who = forms.CharField(required=False, max_length=100, label="Who")
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
        asked = super().clean() or {}
        if not self.errors and not any(value for name, value in asked.items() if name != "purpose"):
            raise forms.ValidationError(
                "Enter what to search for: a State ID, a name, a district, or a date"
            )
        return asked

    def changes(self) -> ChangeQuerySet:
        """Newest first."""
        asked = self.cleaned_data
        found = (
            Change.objects.newest_first()
            .between(asked["first"], asked["last"])
            .by_people(asked["who"])
        )
        if asked["state_id"]:
            found = found.filter(
                student_id__in=[
                    *Student.objects.in_edition(Edition.DISTRICT)
                    .filter(state_id=asked["state_id"])
                    .values_list("pk", flat=True)
                ]
            )
        for name in ("district", "operation"):
            if asked[name]:
                found = found.filter(**{name: asked[name]})
        return found


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
        one = self.change
        at = f"{timezone.localtime(one.at):%m/%d/%Y %H:%M:%S}"
        before, after = (
            "; ".join(f"{each.label}: {getattr(each, side)}" for each in self.differences)
            for side in ("before", "after")
        )
        done = (at, one.author, one.get_operation_display(), one.get_source_display(), one.district)
        return [*done, self.state_id, self.name, self.pathway, before, after]


def lines(changes: Sequence[Change]) -> list[RecordChange]:
    """Four statements, however many they are."""
    students = Student.objects.in_edition(Edition.DISTRICT).in_bulk(
        {one.student_id for one in changes}
    )
    pathways = Pathway.objects.in_bulk({one.pathway_id for one in changes})
    of_them = Change.objects.filter(
        student_id__in={one.student_id for one in changes},
        pathway_id__in={one.pathway_id for one in changes},
    )
    images = {(one.student_id, one.pathway_id, one.version): one for one in of_them}
    return [
        _line(one, students.get(one.student_id), pathways.get(one.pathway_id), images)
        for one in told_apart(changes)
    ]


def _line(
    one: Change,
    student: Student | None,
    pathway: Pathway | None,
    images: dict[tuple[int, int, int], Change],
) -> RecordChange:
    before = images.get((one.student_id, one.pathway_id, one.version - 1))
    if before and before.operation == Change.Operation.DELETE:
        before = None
    done = () if one.operation == Change.Operation.DELETE else differences(before, one)
    return RecordChange(
        one,
        student.state_id if student else "",
        student.name if student else "",
        pathway.name if pathway else "",
        done,
    )


def rows(changes: ChangeQuerySet) -> Iterator[Iterable[str]]:
    """Of a file, by HEADS."""
    waiting: list[Change] = []
    for one in changes.iterator(chunk_size=500):
        waiting.append(one)
        if len(waiting) == 500:
            yield from (line.cells() for line in lines(waiting))
            waiting = []
    yield from (line.cells() for line in lines(waiting))
