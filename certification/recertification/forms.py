"""The forms in which both sides write about a recertification."""

from __future__ import annotations

from typing import Any

from django import forms

from cte_portal.pages.offered import offer
from cte_portal.pages.reason import ReasonField

MOST = 1000


def text_field(label: str, *, needed: str = "", rows: int = 3, hint: str = "") -> ReasonField:
    """A text of at most 1,000 characters; `needed` is what is said where it is missing."""
    return ReasonField(
        label=label,
        max_length=MOST,
        required=bool(needed),
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": needed, "max_length": "Enter no more than 1,000 characters"},
    )


class AskForm(forms.Form):
    use_required_attribute = False

    reason = text_field(
        "Reason", needed="Enter the reason", hint="OPI will read this. Do not name any student."
    )
    what_changes = text_field(
        "What will change",
        needed="Enter what will change",
        hint="Which records or figures, in a sentence or two.",
    )


class DemandForm(forms.Form):
    """OPI's request, with the findings at the state that are attached: their rules, counted."""

    use_required_attribute = False

    reason = text_field(
        "Reason",
        needed="Enter the reason",
        hint="The district will read this. Do not name any student.",
    )
    findings = forms.MultipleChoiceField(
        label="Attach findings at the state",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "The findings changed after you opened this page. Check them again"
        },
    )

    def __init__(self, *arguments: Any, rules: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        offer(self, "findings", rules)
        if not rules:
            del self.fields["findings"]


class AnswerForm(forms.Form):
    """OPI's answer; a denial says why."""

    use_required_attribute = False

    answer = text_field("Answer", hint="The district will read this. Required to deny.")

    def __init__(self, *arguments: Any, denies: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if denies:
            self.fields["answer"] = text_field(
                "Answer", needed="Enter why it is denied", hint="The district will read this."
            )


class CloseForm(forms.Form):
    """The reason OPI ends a recertification that the district does not finish."""

    use_required_attribute = False

    reason = text_field(
        "Reason for closing",
        needed="Enter the reason for closing",
        rows=2,
        hint="The district will read this. Do not name any student.",
    )


class MessageForm(forms.Form):
    use_required_attribute = False

    text = text_field(
        "Message",
        needed="Enter the message",
        rows=2,
        hint="Both sides will read this. Do not name any student.",
    )
