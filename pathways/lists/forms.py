"""The forms of OPI's lists: what would follow is shown first, and saved once it has been seen."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cte_portal.accounts.models.names import check_alphabet
from cte_portal.pages.days import DayField
from cte_portal.pages.offered import offer
from cte_portal.pages.reason import ReasonField
from pathways import rules
from pathways.certified import certified
from pathways.lists.changing import Overtaken, words
from pathways.lists.effects import effects
from pathways.models import District, Pathway, RuleSeverity, SchoolYear

FIRST, LAST = 2000, 2100  # end years that a list may name


def number_field(label: str, lowest: int, highest: int, **options: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"size": 4, "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=lowest, max_value=highest, widget=widget, **options
    )


def year_field(label: str, **options: Any) -> forms.IntegerField:
    return number_field(label, FIRST, LAST, **options)


class RegisterForm(forms.ModelForm):
    """A row of OPI's lists.

    `seen` is the row as the page showed it: who saves over somebody else is told. `confirmed` holds
    the effects that the person has been shown; while they are others, the form is shown again with
    them instead of saved.
    """

    use_required_attribute = False

    reason = ReasonField(
        max_length=200,
        required=False,
        label="Reason",
        help_text="kept with the change, such as a letter and its date",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    confirmed = forms.CharField(widget=forms.HiddenInput, required=False)

    refusal = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.effects: list[str] = []
        for field in self.fields.values():
            field.error_messages["required"] = f"Enter a value for {field.label}"
        if not self.adding:
            self.initial["seen"] = json.dumps(words(self.instance))

    @property
    def adding(self) -> bool:
        return bool(self.instance._state.adding)

    @property
    def entry_fields(self) -> list[forms.BoundField]:
        return self.visible_fields()

    @property
    def seen_words(self) -> Any:
        """The row as the page showed it; what is no such thing is a row that nobody has seen."""
        try:
            return json.loads(self.cleaned_data.get("seen") or "null") or {}
        except (ValueError, RecursionError):
            return {}

    @property
    def asks_to_confirm(self) -> bool:
        return [error.code for error in self.non_field_errors().as_data()] == ["effects"]

    def _post_clean(self) -> None:
        """After the row's own checks: whether it is still the row that was opened, and what would
        follow.
        """
        stored = (
            None
            if self.adding
            else type(self.instance)._base_manager.filter(pk=self.instance.pk).first()
        )
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        if self.refusal:
            self.add_error(None, ValidationError(self.refusal, code="refused"))
        elif stored and self.seen_words != words(stored):
            self._show_again(
                "seen",
                words(stored),
                f"{Overtaken.sentence} It now says – {_told(words(stored))}",
                "overtaken",
            )
        elif before := stored or self.before_adding():
            self.effects = effects(self.instance, before)
            if self.effects and self.cleaned_data.get("confirmed") != json.dumps(self.effects):
                self._show_again(
                    "confirmed",
                    self.effects,
                    "Check the preview of this change, then save it",
                    "effects",
                )

    def before_adding(self) -> Any:
        """The row in force until the new one is saved; None where a new row changes nothing for
        anybody.
        """
        return None

    def _show_again(self, name: str, value: Any, message: str, code: str) -> None:
        """Refuse this time; the next time the person has seen `value`."""
        self.data = {**cast(QueryDict, self.data).dict(), name: json.dumps(value)}
        self.add_error(None, ValidationError(message, code=code))


def _told(stored: dict[str, str]) -> str:
    return "; ".join(f"{label}: {value}" for label, value in stored.items())


class PathwayForm(RegisterForm):
    code = forms.CharField(
        max_length=10,
        label="Code",
        help_text="2 digits, as in files",
        widget=forms.TextInput(attrs={"size": 4, "inputmode": "numeric"}),
    )
    name = forms.CharField(max_length=100, label="CTE Pathway")
    first_year = year_field("First end year", help_text="2025 means 2024-25")
    last_year = year_field(
        "Last end year", required=False, help_text="leave empty while it is offered"
    )

    class Meta:
        model = Pathway
        fields = ["code", "name", "first_year", "last_year"]


class DistrictForm(RegisterForm):
    number = forms.CharField(
        max_length=10,
        label="District Number",
        help_text="4 digits, leading zeros included",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    name = forms.CharField(max_length=100, label="Name", validators=[check_alphabet])

    class Meta:
        model = District
        fields = ["number", "name"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not self.adding:
            # The number is how everything names the district; it does not change.
            del self.fields["number"]

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"]).strip()
        if number.isascii() and number.isdigit() and len(number) < 4:
            raise ValidationError(f"A district number has 4 digits. Write {number.zfill(4)}")
        return number


class SchoolYearForm(RegisterForm):
    end_year = year_field("End Year", help_text="2026 means 2025-26")
    starts = DayField(label="First day", help_text="MM/DD/YYYY", wrong="Enter a valid date.")
    ends = DayField(label="Last day", help_text="MM/DD/YYYY", wrong="Enter a valid date.")
    is_active = forms.BooleanField(
        required=False, label="The current year, in which records are entered and changed"
    )
    unfinished = forms.ChoiceField(
        required=False, widget=forms.RadioSelect, label="Districts that have not certified"
    )
    makes_current = False  # the step that leads here says so: the form comes with it chosen

    class Meta:
        model = SchoolYear
        fields = ["end_year", "starts", "ends", "is_active"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.was_active = self.instance.is_active
        self.initial["is_active"] = self.makes_current or self.was_active
        self.open_districts = None if self.was_active else certified().unfinished()
        if self.open_districts:
            offer(self, "unfinished", self.open_districts.choices)
        else:
            del self.fields["unfinished"]
        if not self.adding:
            del self.fields["end_year"]

    @property
    def entry_fields(self) -> list[forms.BoundField]:
        """The choice for unfinished districts is asked beside the effects, and not before."""
        return [
            field for field in super().entry_fields if field.name != "unfinished" or self.effects
        ]

    def _post_clean(self) -> None:
        """A person who has seen the effects also chooses for the districts that have not certified."""
        super()._post_clean()
        if self.open_districts is None or not self.instance.is_active:
            return
        self.fields["unfinished"].required = True  # from now on it is asked
        reason = self["reason"]
        reason.field.required = True  # so that it is not called optional where one choice needs it
        reason.help_text = f"needed to close the year; {reason.field.help_text}"
        if self.errors:
            return
        choice = self.cleaned_data.get("unfinished")
        if not choice:
            self.add_error(
                "unfinished", "Choose what happens to the districts that have not certified"
            )
        elif choice in self.open_districts.need_reason and not self.cleaned_data.get("reason"):
            self.add_error(
                "reason", "Enter the reason for closing the year, such as a letter and its date"
            )

    def clean_is_active(self) -> bool:
        active = bool(self.cleaned_data["is_active"])
        if self.was_active and not active:
            raise ValidationError(
                "There must always be a current year. Make another year current instead"
            )
        if active and not self.was_active and (sentence := certified().year_is_held()):
            raise ValidationError(sentence)
        return active

    def _get_validation_exclusions(self) -> set[str]:
        """That one year alone is active is kept by the register, which ends the other one in the
        same change.
        """
        return super()._get_validation_exclusions() | {"is_active"}  # type: ignore[misc]


class RuleSeverityForm(RegisterForm):
    rule = forms.ChoiceField(label="Rule")
    end_year = forms.TypedChoiceField(coerce=int, label="School year")
    severity = forms.ChoiceField(
        choices=[("error", "Error"), ("warning", "Warning"), ("info", "Info")], label="Severity"
    )
    reason = ReasonField(
        max_length=200,
        label="Reason",
        help_text="shown with the rule, such as a letter and its date",
    )

    class Meta:
        model = RuleSeverity
        fields = ["rule", "end_year", "severity", "reason"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not self.adding:
            # Rule and year are how everything names the row; they do not change.
            del self.fields["rule"], self.fields["end_year"]
            return
        years = SchoolYear.objects.order_by("-is_active", "-end_year")
        offer(self, "end_year", [(year.pk, str(year)) for year in years])
        known = [
            (rule.id, f"{rule.id} {rule.problem}") for rule in rules.CATALOGUE if rule.judges_stored
        ]
        offer(self, "rule", [("", "Select a rule"), *known])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        rule = cleaned.get("rule", self.instance.rule)
        if rule and rules.by_id(rule).constraint and cleaned.get("severity", "error") != "error":
            self.add_error(
                "severity",
                "The database does not accept such a record, so this rule must stay an error",
            )
        return cleaned

    def before_adding(self) -> RuleSeverity:
        """The catalogue's own severity."""
        return RuleSeverity(
            rule=self.instance.rule,
            end_year=self.instance.end_year,
            severity=rules.by_id(self.instance.rule).severity.value,
        )
