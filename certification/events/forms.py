"""The forms of certification events and of extensions."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from certification.collections.chosen import COLLECTIONS
from certification.models import CertificationEvent, Extension
from certification.models.event import PLACEHOLDERS
from cte_portal.pages.days import DayField
from cte_portal.pages.offered import offer
from pathways.models import CollectionLock, District, SchoolYear

MOST_LINES, LONGEST_LINE = 12, 300
_IN_BRACES = re.compile(r"\{[^}]*\}?")
_https = URLValidator(
    schemes=["https"], message="must begin with https:// and be a complete address"
)


class EventDayField(DayField):
    def __init__(self, **options: Any) -> None:
        label = options.get("label", "")
        super().__init__(
            wrong=f"{label} must be a date like 06/20/2025",
            outside=f"{label} must be between 2000 and 2099",
            attrs={"autocomplete": "off", "inputmode": "numeric"},
            error_messages={"required": f"Enter a date for {label}"},
            **options,
        )


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 6}),
            max_length=MOST_LINES * LONGEST_LINE,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(
                f"Enter no more than {MOST_LINES} lines. There are {len(lines)} now"
            )
        if long := next((line for line in lines if len(line) > LONGEST_LINE), None):
            raise ValidationError(
                f"A line can have up to {LONGEST_LINE} characters: “{long[:40]}…”"
            )
        return lines


class StatementsField(LinesField):
    def clean(self, value: Any) -> list[str]:
        lines: list[str] = super().clean(value)
        for line in lines:
            for placeholder in _IN_BRACES.findall(line):
                if placeholder not in PLACEHOLDERS:
                    raise ValidationError(
                        f"“{placeholder}” is not filled in. Use {' or '.join(PLACEHOLDERS)}"
                    )
        return lines


class LinksField(LinesField):
    """Lines of a title and an address, separated by a space."""

    def prepare_value(self, value: Any) -> Any:
        return (
            "\n".join(f"{title} {url}" for title, url in value)
            if isinstance(value, list)
            else value
        )

    def clean(self, value: Any) -> list[tuple[str, str]]:
        links: list[tuple[str, str]] = []
        for line in super().clean(value):
            title, _, url = line.rpartition(" ")
            title = title.strip()
            try:
                _https(url)
            except ValidationError as error:
                raise ValidationError(f"The address in “{line[:60]}” {error.message}") from error
            if not title or len(title) > 80:
                raise ValidationError(
                    f"Give the link “{url[:60]}” a title of up to 80 characters before its address"
                )
            if title in {taken_title for taken_title, _ in links}:
                raise ValidationError(f"Two links have the title “{title}”")
            links.append((title, url))
        return links


class EventForm(forms.ModelForm):
    """An event as OPI sets it up. Once published, collection and year stay."""

    use_required_attribute = False

    end_year = forms.TypedChoiceField(
        label="School year", coerce=int, error_messages={"required": "Choose a school year"}
    )
    review_opens = EventDayField(label="Review opens")
    certification_opens = EventDayField(label="Certification opens")
    due = EventDayField(label="Due")
    corrections_until = EventDayField(label="Corrections until")
    statements = StatementsField(
        label="Statements",
        help_text="one per line; {school year} and {district} are filled in automatically",
        error_messages={"required": "Enter at least one statement"},
    )
    validation_groups = forms.MultipleChoiceField(
        label="Validation groups",
        choices=[
            (group.slug, group.title)
            for collection in COLLECTIONS.values()
            for group in collection.groups
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="those of the event’s collection count",
    )
    links = LinksField(
        label="Ad Hoc Data Links",
        help_text="one per line: title, then its https:// address",
        required=False,
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000, required=False
    )

    class Meta:
        model = CertificationEvent
        fields = [
            "name",
            "collection",
            "end_year",
            "review_opens",
            "certification_opens",
            "due",
            "corrections_until",
            "late_is_accepted",
            "wait_after_resync_blocks",
            "statements",
            "validation_groups",
        ]
        error_messages = {
            "name": {"required": "Enter the name"},
            "collection": {"required": "Choose a collection"},
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        years = SchoolYear.objects.order_by("-end_year")
        named = ((year.end_year, str(year)) for year in years)
        offer(self, "end_year", [("", "Choose a school year"), *named])
        self.initial.setdefault("version", self.instance.version if self.instance.pk else 0)
        if self.instance.pk and self.instance.status != CertificationEvent.Status.DRAFT:
            del self.fields["collection"], self.fields["end_year"]
        else:
            names = dict(CollectionLock.Collection.choices)
            offer(self, "collection", [(slug, names[slug]) for slug in COLLECTIONS])

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        collection = COLLECTIONS.get(cleaned.get("collection") or self.instance.collection)
        if collection and "validation_groups" not in self.errors:
            own = {group.slug for group in collection.groups}
            chosen = [slug for slug in cleaned.get("validation_groups", []) if slug in own]
            cleaned["validation_groups"] = chosen
            if not chosen:
                words = f"Choose at least one validation group of {collection.short}"
                self.add_error("validation_groups", words)
        return cleaned


class ExtensionForm(forms.ModelForm):
    use_required_attribute = False

    due = EventDayField(label="Due", help_text="MM/DD/YYYY")
    corrections_until = EventDayField(label="Corrections until", help_text="MM/DD/YYYY")

    class Meta:
        model = Extension
        fields = ["district", "due", "corrections_until", "reason"]
        error_messages = {
            "district": {"required": "Enter the district number"},
            "reason": {"required": "Enter the reason, such as a letter and its date"},
        }

    def __init__(self, *arguments: Any, event: CertificationEvent, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.event = event
        self.instance.event = event
        if self.instance.district:
            del self.fields["district"]
        else:
            self.fields["district"].help_text = "4 digits"
            self.fields["district"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean_district(self) -> str:
        number = str(self.cleaned_data["district"]).strip()
        if number.isascii() and number.isdigit() and len(number) < 4:
            raise ValidationError(f"A district number has 4 digits. Write {number.zfill(4)}")
        if not District.objects.filter(number=number).exists():
            raise ValidationError("There is no district with that number")
        if Extension.objects.filter(event=self.event, district=number).exists():
            raise ValidationError(
                "This district already has an extension. Open it in the list of extensions"
            )
        return number

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        due, corrections = cleaned.get("due"), cleaned.get("corrections_until")
        if due and due < self.event.due:
            self.add_error(
                "due",
                "An extension cannot be earlier than the date for all districts,"
                f" {self.event.due:%m/%d/%Y}",
            )
        if corrections and corrections < self.event.corrections_until:
            self.add_error(
                "corrections_until",
                "This cannot be earlier than the date for all districts,"
                f" {self.event.corrections_until:%m/%d/%Y}",
            )
        if (due, corrections) == (self.event.due, self.event.corrections_until):
            self.add_error("due", "These are the same dates that all districts have")
        return cleaned
