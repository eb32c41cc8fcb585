"""The CTE Participant Detail as a form: the guide's fields in the guide's order (Step Two A and
B).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.safestring import SafeString

from cte_portal.pages.typed import number
from pathways.files import values
from pathways.ledger.judgment import Ruling
from pathways.ledger.shape import CREDITS, LABELS, PARTS_OF_THE_TOTAL, TYPED, Row
from pathways.models import Change, Participation, Pathway
from pathways.models.participation import CONCENTRATOR_CREDITS
from pathways.records.definitions import definitions
from pathways.records.form_fields import CreditsField, ReadField, YesNoField


class ParticipationForm(forms.Form):
    """One record of one student.

    `choices` are the pathways offered for a new record, None for a record that stands, whose
    pathway is its key. `more` is how many other pathways the student has.
    """

    use_required_attribute = False

    pathway = ReadField(
        lambda text, label: values.tidy(text), label="CTE Pathway", widget=forms.Select
    )
    concentrator = YesNoField("concentrator")
    single_parent = YesNoField("single_parent")
    apply_to_all = forms.BooleanField(required=False)
    start_date = ReadField(
        values.date,
        label=LABELS["start_date"],
        help_text="MM/DD/YYYY",
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 10}),
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *arguments: Any,
        choices: Sequence[Pathway] | None = None,
        more: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.credits = {name: CreditsField(name) for name in CREDITS}
        self.fields |= self.credits
        if choices is None:
            del self.fields["pathway"]
        else:
            pathways = [(str(pathway.pk), pathway.name) for pathway in choices]
            self.fields["pathway"].widget = forms.Select(
                choices=[("", "Select a pathway"), *pathways]
            )
        if more:
            self.fields["apply_to_all"].label = f"Apply to all {more + 1} pathways"
        else:
            del self.fields["apply_to_all"]

    @property
    def definitions(self) -> dict[str, SafeString]:
        return definitions()

    @property
    def credit_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in CREDITS]

    def show_before(self, image: Change, school_year: str) -> None:
        """Show beside each credit field what it was at the end of an earlier school year."""
        for name, field in self.credits.items():
            field.before = getattr(image, name)
            field.before_year = school_year
            field.widget.attrs["data-before"] = f"{field.before:.2f}"

    def begin(self) -> None:
        """The work begins in the credits, of a new record with the pathway: focus.js puts the focus
        there.
        """
        self.fields["pathway" if "pathway" in self.fields else CREDITS[0]].widget.attrs[
            "data-focus"
        ] = True

    def open_at(self, name: str, words: str) -> None:
        """The page opens with the focus in this field, and `words` above it: what was found
        there.
        """
        field = self.fields[name]
        hints = [f"id_{name}_helptext"] if field.help_text else []
        field.widget.attrs |= {"autofocus": True, "aria-describedby": " ".join(["finding", *hints])}
        field.finding = words  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(record: Participation) -> dict[str, Any]:
        """What the fields show of a record that stands."""
        return {
            "concentrator": "Yes" if record.concentrator else "No",
            "single_parent": "Yes" if record.single_parent else "No",
            "start_date": f"{record.start_date:%m/%d/%Y}",
            "version": record.version,
            **{name: f"{getattr(record, name):.2f}" for name in CREDITS},
        }

    @staticmethod
    def proposed(single_parent: bool, enrolled_on: datetime.date | None) -> dict[str, Any]:
        """What a new record starts with. The single parent answer is the student's, so it is taken
        over from the other pathways.

        The Start Date is the first day of the year's enrollment, which is nearer to the truth than
        the day of entry; empty while that day is to come.
        """
        began = enrolled_on if enrolled_on and enrolled_on <= timezone.localdate() else None
        return {
            "concentrator": "No",
            "single_parent": "Yes" if single_parent else "No",
            "start_date": f"{began:%m/%d/%Y}" if began else "",
            "version": 0,
            **dict.fromkeys(CREDITS, "0.00"),
        }

    def clean_pathway(self) -> int | None:
        """A pathway that is not offered is left to the catalogue, which says why; what is no
        pathway at all is nothing chosen.
        """
        return number(self.cleaned_data["pathway"])

    def clean_version(self) -> int:
        """A version that was tampered with is one that nobody has seen: the record counts as saved
        by somebody else.
        """
        version = number(self.cleaned_data["version"])
        return 2**31 - 1 if version is None else version

    def row(self, student_id: int, pathway_id: int | None) -> Row:
        """What was typed, as a row to stage. What could not be read is missing; the form says so
        already.
        """
        typed: dict[str, Any] = {name: self.cleaned_data.get(name) for name in TYPED}
        return Row(
            student_id=student_id,
            pathway_id=pathway_id,
            version=self.cleaned_data.get("version"),
            **typed,
        )

    def show(self, findings: Iterable[Ruling]) -> None:
        """Put what the catalogue refuses beside its field. A field whose value could not be read is
        not called missing as well.
        """
        for finding in findings:
            field = finding.rule.field
            if finding.key != 1 or field not in self.fields:
                self.add_error(None, ValidationError(finding.message, code=finding.rule.id))
            elif field not in self.errors:
                self.add_error(field, ValidationError(finding.message, code=finding.rule.id))

    @property
    def total(self) -> Decimal | None:
        """The total of what the fields show, None where one of them cannot be read."""
        try:
            parts = [
                self.fields[name].clean(str(self[name].value() or ""))
                for name in PARTS_OF_THE_TOTAL
            ]
        except ValidationError:
            return None
        return (
            sum((part for part in parts if part is not None), Decimal(0))
            if any(part is not None for part in parts)
            else None
        )

    @property
    def additions(self) -> list[str]:
        """What was added to last year's credits, one sentence each."""
        return [field.addition for field in self.credits.values() if field.addition]

    @property
    def total_words(self) -> str:
        return "not yet known" if self.total is None else f"{self.total:.2f}"

    @property
    def before_total(self) -> Decimal | None:
        parts = [self.credits[name].before for name in PARTS_OF_THE_TOTAL]
        return None if None in parts else sum(parts, Decimal(0))

    @property
    def advice(self) -> dict[str, str] | None:
        return None if self.total is None else advice_on(self.total, self["concentrator"].value())


def total_of(record: Participation | Change) -> Decimal:
    """The total of a record's credits, or of those that it had after a change."""
    return sum((getattr(record, name) for name in PARTS_OF_THE_TOTAL), Decimal(0))


def advice_on(total: Decimal, answer: str) -> dict[str, str] | None:
    """What the total says of the concentrator answer (guide, Step Two A 4): a proposal, never a
    change. record.js says the same.
    """
    enough = total >= CONCENTRATOR_CREDITS
    if enough and answer == "No":
        words = f"Total is {total:.2f}. Choose Yes for CTE Concentrator, or check the credits"
        return {"kind": "warn", "words": words}
    if not enough and answer == "Yes":
        words = f"Total is {total:.2f}. Choose No for CTE Concentrator, or check the credits"
        return {"kind": "warn", "words": words}
    words = f"{total:.2f} credits: this student is a concentrator"
    return {"kind": "ok", "words": words} if enough else None
