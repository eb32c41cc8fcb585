"""The signer's notes on unusual figures, kept with the signature."""

from __future__ import annotations

from typing import Any

from django import forms

from certification.review.snapshot import Snapshot

LONGEST = 500


class NotesForm(forms.Form):
    """One field for each unusual figure, named by the figure; none has to be filled in."""

    use_required_attribute = False

    def __init__(self, *arguments: Any, snapshot: Snapshot, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.figures = {f"note-{figure.slug}": figure.words for figure in snapshot.unusual}
        for name, label in self.figures.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=LONGEST,
                help_text="why it changed",
                error_messages={"max_length": f"The note must be {LONGEST} characters or fewer"},
            )

    def notes(self) -> list[dict[str, str]]:
        """The notes as `Signature.notes` keeps them."""
        notes = ((label, self.cleaned_data.get(name, "")) for name, label in self.figures.items())
        return [{"figure": label, "note": note} for label, note in notes if note]
