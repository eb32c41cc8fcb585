"""The forms of OPI's status board: its filter, and the text of a reminder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import cached_property

from certification.board.board import OVERDUE
from certification.board.columns import COLUMNS, COLUMNS_OF_LEAVERS, sorted_by
from certification.board.line import Line, Stand
from certification.models.dates import today
from certification.recertification.forms import text_field

SHOWN = (("", "All"), *((stand.key, stand.word) for stand in Stand), (OVERDUE, "Overdue"))
NOT_CERTIFIED = "not-certified"
DUE = (("", "Any date"), ("week", "Within 7 days"), (OVERDUE, "Overdue"), ("extended", "Extended"))
SIZES = (
    ("", "All"),
    ("none", "None"),
    ("small", "Under 50"),
    ("medium", "50 to 250"),
    ("large", "Over 250"),
)


NARROWING = ("show", "due", "size", "unsent", "nobody")


class ReminderForm(forms.Form):
    text = text_field(
        "Message from OPI", hint="Optional, added to the e-mail. Do not name any student."
    )


class BoardFilter(forms.Form):
    """The address says what is shown. What cannot be read is as if it were not said."""

    event = forms.IntegerField(
        required=False, min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput
    )
    show = forms.ChoiceField(choices=[*SHOWN, (NOT_CERTIFIED, "Not certified")], required=False)
    find = forms.CharField(label="District name or number", max_length=100, required=False)
    due = forms.ChoiceField(label="Due", choices=DUE, required=False)
    size = forms.ChoiceField(label="Records", choices=SIZES, required=False)
    unsent = forms.BooleanField(label="Has changes not sent", required=False)
    nobody = forms.BooleanField(label="No Primary certifier who can sign in", required=False)
    sort = forms.CharField(required=False, strip=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.is_valid()

    def clean_sort(self) -> str:
        """A field of choices would copy all of them for each page."""
        sort = str(self.cleaned_data["sort"])
        return sort if sort.removeprefix("-") in COLUMNS | COLUMNS_OF_LEAVERS else ""

    def choice(self, name: str) -> str:
        return self.choices[name]

    @cached_property
    def choices(self) -> dict[str, str]:
        """What is said of each field; empty where nothing is."""
        return {name: str(self.cleaned_data.get(name) or "") for name in self.fields}

    def matching(self, lines: Iterable[Line]) -> list[Line]:
        """The lines that it shows, sorted."""
        words = self.choice("find").casefold().split()
        choices = self.choices
        narrows = words or any(choices[name] for name in NARROWING)
        lines_of_filter = [
            line
            for line in lines
            if not narrows
            or (
                all(word in f"{line.number} {line.name}".casefold() for word in words)
                and _holds(line, choices)
            )
        ]
        return sorted_by(lines_of_filter, choices["sort"] or "number")

    def query(self, **changes: str) -> str:
        """The address of the same board with something changed."""
        choices = self.choices | changes
        return urlencode(
            {name: "on" if value == "True" else value for name, value in choices.items() if value}
        )


def _holds(line: Line, choices: Mapping[str, str]) -> bool:
    show, due = choices["show"], choices["due"]
    days = (line.due - today(line.district_event.now)).days
    return (
        (
            show in ("", line.stand.key)
            or (show == OVERDUE and line.is_overdue)
            or (show == NOT_CERTIFIED and not line.district_event.is_certified)
        )
        and (
            due == ""
            or (due == OVERDUE and line.is_overdue)
            or (due == "extended" and line.district_event.dates.extended)
            or (due == "week" and not line.district_event.is_certified and 0 <= days <= 7)
        )
        and (not choices["unsent"] or bool(line.not_sent) or line.unsent.nothing_sent)
        and (not choices["nobody"] or line.district_event.able == 0)
        and choices["size"] in ("", _size(line))
    )


def _size(line: Line) -> str:
    """By the records that the last validation at the state read; a district that was never
    validated has no size yet.
    """
    if line.validated is None:
        return "unknown"
    number = line.validated.records
    return (
        "none" if not number else "small" if number < 50 else "medium" if number <= 250 else "large"
    )
