"""What a person writes to be read by others: a reason, a purpose, a message. What nobody can see is
nothing.
"""

from __future__ import annotations

from typing import Any

from django import forms

UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that no font shows."""


class ReasonField(forms.CharField):
    """A text of which something can be seen; else the field counts as left empty."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return (
            text
            if any(
                letter.isprintable() and not letter.isspace() and letter not in UNSEEN
                for letter in text
            )
            else ""
        )


class ReasonForm(forms.Form):
    """Why somebody does what the page has shown; the reason is kept with what was done."""

    use_required_attribute = False

    reason = ReasonField(
        max_length=200,
        label="Reason",
        error_messages={"required": "Enter the reason, such as a letter and its date"},
    )

    def __init__(self, *arguments: Any, needed: bool = True, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not needed:
            del self.fields["reason"]
