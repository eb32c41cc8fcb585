"""The signing form: every statement ticked by itself, and the proof that it is still the same
person (ux R-08).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cte_portal.accounts.sign_in.confirming import ProofForm


class SigningForm(ProofForm):
    """`digest` is that of the figures on the page. The button is never disabled: it says what
    is missing.
    """

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    field_order = ["digest"]

    def __init__(
        self, *arguments: Any, statements: Sequence[str], empty: bool, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        proof = self.fields.pop("proof")
        self.statements = list(statements)
        for number, statement in enumerate(self.statements):
            messages = {"required": f"Check the statement: {statement}"}
            self.fields[f"statement_{number}"] = forms.BooleanField(
                label=statement, error_messages=messages
            )
        if empty:
            messages = {"required": "Confirm that there is nothing to report"}
            self.fields["nothing_to_report"] = forms.BooleanField(
                label="This district has nothing to report in this collection.",
                error_messages=messages,
            )
        self.fields["proof"] = proof

    @property
    def about(self) -> str:
        """The digest on the page: a proof for other figures signs nothing."""
        return str(self["digest"].value() or "")

    @property
    def ticks(self) -> list[forms.BoundField]:
        names = [
            name
            for name in self.fields
            if name.startswith("statement_") or name == "nothing_to_report"
        ]
        return [self[name] for name in names]
