"""The questions about an export, with what is proposed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django import forms

from pathways.models import OneRosterMapping
from pathways.roster.imports.oneroster.confirming import MappingChoices, SchoolChoice

NOWHERE = ""
_PLACES = {"sourcedId", "identifier", "username", "userMasterIdentifier"}


def of_mapping(mapping: OneRosterMapping) -> dict[str, Any]:
    """What stands in force, in the form of proposals, where no export is at hand."""
    return {
        "students": 0,
        "state_id": [{"place": place} for place in sorted(_PLACES)],
        "state_id_place": mapping.state_id_place,
        "local_id": [{"place": place} for place in sorted(_PLACES)],
        "local_id_place": mapping.local_id_place,
        "section_rule": mapping.section_rule,
        "section_examples": [],
        "second_school": mapping.second_school,
        "schools": [
            {
                "org": school.org,
                "name": school.name,
                "identifier": "",
                "number": school.number,
                "calendar": school.calendar,
            }
            for school in mapping.schools.order_by("name", "org")
        ],
    }


class MappingForm(forms.Form):
    """Where the numbers stand. Each school has a number and a calendar, or neither."""

    use_required_attribute = False

    state_id_place = forms.ChoiceField(
        label="State ID",
        error_messages={"required": "Choose where the State ID is"},
    )
    local_id_place = forms.ChoiceField(label="Local ID", required=False)
    section_rule = forms.ChoiceField(
        label="Section Number", choices=OneRosterMapping.SectionRule.choices
    )
    second_school = forms.ChoiceField(
        label="Service Type at a student's second school",
        choices=OneRosterMapping.SecondSchool.choices,
    )

    def __init__(
        self,
        *args: Any,
        proposals: dict[str, Any],
        source: str,
        share: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.proposals, self.source, self.share = proposals, source, share
        self.schools: list[dict[str, Any]] = proposals["schools"]
        self._choose("state_id_place", proposals["state_id"], lambda place: place["place"])
        state: Any = self.fields["state_id_place"]
        if not proposals["state_id_place"]:
            state.choices = [(NOWHERE, "Choose…"), *state.choices]
        self._choose("local_id_place", proposals["local_id"], _local_id_words)
        local: Any = self.fields["local_id_place"]
        local.choices = [(NOWHERE, "Not in the export"), *local.choices]
        if proposals["section_examples"]:
            examples = ", ".join(proposals["section_examples"])
            self.fields["section_rule"].help_text = f"Class codes in the export: {examples}"
        for name in ("state_id_place", "local_id_place", "section_rule", "second_school"):
            self.fields[name].initial = proposals[name]
        for at, school in enumerate(self.schools):
            number = forms.CharField(
                label=f"School Number of {school['name']}", required=False, max_length=4
            )
            calendar = forms.CharField(
                label=f"Calendar Number of {school['name']}", required=False, max_length=3
            )
            for field in (number, calendar):
                field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
            number.initial, calendar.initial = school["number"], school["calendar"]
            self.fields[f"number_{at}"], self.fields[f"calendar_{at}"] = number, calendar

    def _choose(self, name: str, places: list[dict[str, Any]], words: Any) -> None:
        """Offer the places, and the one that is in force though this export has none of it."""
        field: Any = self.fields[name]
        field.choices = [(place["place"], words(place)) for place in places]
        current = self.proposals[name]
        if current and current not in {place for place, _ in field.choices}:
            field.choices = [*field.choices, (current, current)]

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """A line of the table of schools."""
        for at, school in enumerate(self.schools):
            yield {**school, "number": self[f"number_{at}"], "calendar": self[f"calendar_{at}"]}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        numbers = Counter(cleaned.get(f"number_{at}") for at in range(len(self.schools)))
        for at, school in enumerate(self.schools):
            number, calendar = cleaned.get(f"number_{at}"), cleaned.get(f"calendar_{at}")
            if number and not re.fullmatch(r"[0-9]{4}", number, re.ASCII):
                self.add_error(
                    f"number_{at}", f"The School Number of {school['name']} has 4 digits, like 0001"
                )
            elif number and numbers[number] > 1:
                self.add_error(
                    f"number_{at}", f"Two schools have School Number {number}. Change one of them"
                )
            if number and not re.fullmatch(r"[0-9]{3}", calendar or "", re.ASCII):
                self.add_error(
                    f"calendar_{at}",
                    f"The Calendar Number of {school['name']} has 3 digits, like 001",
                )
        if self.schools and not any(numbers[number] for number in numbers if number):
            self.add_error(None, "Enter the School Number of one school at least")
        return cleaned

    def choices(self) -> MappingChoices:
        cleaned = self.cleaned_data
        share = next(
            (
                place["share"]
                for place in self.proposals["state_id"]
                if place["place"] == cleaned["state_id_place"] and "share" in place
            ),
            self.share,
        )
        schools = []
        for at, school in enumerate(self.schools):
            number = cleaned[f"number_{at}"]
            calendar = cleaned[f"calendar_{at}"] if number else ""
            schools.append(SchoolChoice(school["org"], school["name"], number, calendar))
        return MappingChoices(
            self.source,
            cleaned["state_id_place"],
            cleaned["local_id_place"],
            cleaned["section_rule"],
            cleaned["second_school"],
            0 if share is None else share,
            tuple(schools),
        )


def _local_id_words(place: dict[str, Any]) -> str:
    examples = ", ".join(place.get("examples", ()))
    return f"{place['place']} – for example {examples}" if examples else str(place["place"])
