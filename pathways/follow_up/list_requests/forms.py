"""What a district and OPI enter about a request."""

from __future__ import annotations

from typing import Any

from django import forms

from cte_portal.pages.reason import ReasonField
from pathways.files.values import tidy

MOST = 300


def words(label: str, *, needed: str = "", hint: str = "") -> ReasonField:
    """`needed` is what is said where it is missing."""
    return ReasonField(
        label=label,
        max_length=MOST,
        required=bool(needed),
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={
            "required": needed,
            "max_length": f"Enter no more than {MOST} characters",
        },
    )


class RemovalForm(forms.Form):
    use_required_attribute = False
    reason = words(
        "Reason", needed="Enter the reason", hint="OPI will read this. Do not name any student."
    )


class AdditionForm(RemovalForm):
    state_id = forms.CharField(
        label="State ID",
        max_length=20,
        help_text="9 digits",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": "Enter the State ID"},
    )
    field_order = ("state_id", "reason")

    def clean_state_id(self) -> str:
        digits = tidy("".join(self.cleaned_data["state_id"].split()))
        if not (digits.isascii() and digits.isdecimal() and len(digits) == 9):
            raise forms.ValidationError("A State ID has 9 digits")
        return digits


class DecisionForm(forms.Form):
    """A denial says why."""

    use_required_attribute = False
    answer = words("Answer", hint="The district will read this. Required to deny.")

    def __init__(self, *arguments: Any, denies: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if denies:
            self.fields["answer"] = words(
                "Answer",
                needed="Enter why it is denied",
                hint="The district will read this. Required to deny.",
            )
