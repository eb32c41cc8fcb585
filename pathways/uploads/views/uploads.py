"""MT Data Upload (guide, Step Two B): the form and its page."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.batches.queue.views import queue_list
from cte_portal.batches.submit import submit
from cte_portal.pages.offered import offer
from cte_portal.pages.upload_limit import most_bytes, too_large
from cte_portal.refusals import Refusal
from pathways.certified import certified
from pathways.files.layout import CTE_END_OF_YEAR, CTE_FALL, LAYOUTS
from pathways.files.text import FileRefused, plain_name
from pathways.follow_up.outcomes import FollowUpLocked
from pathways.ledger.kept import HangsOn, kept
from pathways.ledger.refusals import Locked
from pathways.models import CollectionLock, FollowUpYear, Participation
from pathways.pages.scoped import RecordsView
from pathways.roster.imports.layout import CSV_LAYOUTS
from pathways.roster.imports.recognizing import parts_of
from pathways.roster.imports.views import TYPES
from pathways.uploads.run import NAMES, TITLE, UPLOAD, VALIDATE


class FileBox(forms.BoundField):
    """The file's control: described by its hint, its error, and what the browser says of the file
    that was chosen.
    """

    @property
    def aria_describedby(self) -> str:
        return f"{super().aria_describedby} file-said".strip()


class FileChoice(forms.FileField):
    bound_field_class = FileBox


class UploadForm(forms.Form):
    """The guide's screen: Import Type, Work to Perform, File. The content decides, not what the
    browser says of it (U-14).
    """

    use_required_attribute = False

    type = forms.ChoiceField(
        label="Import Type",
        choices=[*((slug, layout.title) for slug, layout in LAYOUTS.items()), *TYPES.items()],
    )
    file = FileChoice(
        label="File",
        error_messages={"required": "Select a file", "empty": "The selected file is empty"},
        widget=forms.FileInput(attrs={"accept": ".tsv,.txt,.csv,.xlsx,.zip", "data-upload": ""}),
    )
    work = forms.ChoiceField(
        label="Work to Perform",
        choices=list(NAMES.items()),
        initial=VALIDATE,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what to do with the file"},
    )
    rows = forms.ChoiceField(
        label="When some rows have errors",
        choices=[
            ("good", "Save the good rows"),
            ("nothing", "Save nothing unless all rows are good"),
        ],
        initial="good",
        widget=forms.RadioSelect,
    )
    every_grade = forms.BooleanField(
        label="Roster files: load all grades, not only 7 to 12", required=False
    )
    notify = forms.BooleanField(label="E-mail me when it is done", required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, request: HttpRequest, fall_only: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if fall_only:
            offer(self, "type", [(CTE_FALL.slug, CTE_FALL.title)])
            self.fields["every_grade"].disabled = True
        kinds = "*.tsv" if fall_only else "*.tsv (rosters also *.csv, *.xlsx, *.zip)"
        self.fields["file"].help_text = f"{kinds}, up to {settings.UPLOAD_MAX_MB} MB"
        self.fields["file"].widget.attrs["data-most"] = str(most_bytes())
        self.fields["file"].required = not (request.method == "POST" and too_large(request))

    def clean_file(self) -> UploadedFile | None:
        if too_large(self.request):
            raise forms.ValidationError(
                f"The selected file must be smaller than {settings.UPLOAD_MAX_MB} MB"
            )
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is None:
            return None
        if len(self.files.getlist(self.add_prefix("file"))) > 1:
            raise forms.ValidationError("Select one file")
        name = (file.name or "").lower()
        if self.cleaned_data.get("type") in TYPES:
            if not name.endswith((".csv", ".tsv", ".txt", ".zip", ".xlsx")):
                raise forms.ValidationError(
                    "The file name must end with .csv, .tsv, .txt, .xlsx, or .zip"
                )
            return file
        if name.endswith((".csv", ".zip")) and (title := _roster_type(file, name)):
            raise forms.ValidationError(
                f"This is a file of another type. Choose {title} as the Import Type"
            )
        if name.endswith((".xlsx", ".xls", ".csv")):
            raise forms.ValidationError(
                f"{'A comma-separated file' if name.endswith('.csv') else 'An Excel workbook'}"
                " cannot be read. In Excel choose Save As, then Text (Tab delimited), and choose"
                " that file"
            )
        if not name.endswith((".tsv", ".txt")):
            raise forms.ValidationError("The file name must end with .tsv")
        return file


def _roster_type(file: UploadedFile, name: str) -> str:
    """The Import Type of a roster file that was sent as a file of records; empty for any other
    file.
    """
    if name.endswith(".zip"):
        return TYPES["roster"]
    try:
        parts = parts_of(file, name)
    except FileRefused:
        return ""
    return next((part.layout.title for part in parts if part.layout), "")


class MTDataUpload(RecordsView, ActionView):
    capability = Capability.SEE_BATCHES
    write_capability = Capability.EDIT_RECORDS
    form_class = UploadForm
    template_name = "pathways/uploads/upload.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return {**kwargs, "request": self.request, "fall_only": not self.in_active_year}

    def get_initial(self) -> dict[str, Any]:
        kind = self.request.GET.get("type", "")
        usual = CTE_END_OF_YEAR if self.in_active_year else CTE_FALL
        return {
            "type": kind if kind in TYPES or kind in LAYOUTS else usual.slug,
            "work": VALIDATE,
            "rows": "good",
            "key": uuid.uuid4(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = queue_list(self.request, self.scope)
        context = {
            "records": self.number_of_records if self.can(Capability.EXPORT_RECORDS) else 0,
            "can_upload": self.can_upload,
            "current": self.in_active_year,
            "follow_up_year": self.follow_up_year,
            "fall_lock": self.fall_lock,
            "fall_lock_links": certified().lock_links(self.fall_lock, self.request.user),
            "layout": CTE_END_OF_YEAR,
            "roster_layouts": CSV_LAYOUTS,
            "may_export": self.can(Capability.EXPORT_RECORDS),
            "lock": self.lock,
            "lock_links": certified().lock_links(self.lock, self.request.user),
        }
        return super().get_context_data(**context, **more, **kwargs)

    @property
    def number_of_records(self) -> int:
        number = Participation.objects.in_scope(self.scope).count
        return kept(self.scope, self.known, "records", number, of_records=HangsOn.KEYS)

    @cached_property
    def follow_up_year(self) -> FollowUpYear | None:
        """OPI's dates for the leavers of the year: an outcome belongs to the year in which the
        student left, whichever is the current one.
        """
        return FollowUpYear.objects.of(self.scope.end_year)

    @cached_property
    def fall_lock(self) -> CollectionLock | None:
        return CollectionLock.objects.on_outcomes(self.scope.district, self.scope.end_year).first()

    @property
    def can_upload(self) -> bool:
        return self.can_edit or (
            self.follow_up_year is not None and self.can(Capability.EDIT_RECORDS)
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.in_active_year and self.follow_up_year is None:
            raise PermissionDenied("Files can be uploaded only in the current school year.")
        return super().post(request, *args, **kwargs)

    def act(self, form: forms.Form) -> HttpResponse:
        """Certified data are tested against and not written (F-39); what is locked while the file
        waits is refused when it is its turn.
        """
        choices = form.cleaned_data
        roster = choices["type"] in TYPES  # rosters go on changing after the year is certified
        is_fall = choices["type"] == CTE_FALL.slug
        if is_fall and self.follow_up_year is None:
            raise Refusal("OPI does not follow up this school year. The file was not uploaded.")
        if choices["work"] == UPLOAD and not roster:
            self._refuse_locked(is_fall=is_fall)
        title = (
            f"{TYPES[choices['type']].split(' –')[0]} – {NAMES[choices['work']]}"
            if roster
            else f"{TITLE} – {NAMES[choices['work']]}"
        )
        batch = submit(
            "roster-file" if roster else "fall-upload" if is_fall else "upload",
            by=self.person,
            title=title,
            subject=plain_name(choices["file"].name),
            scope=self.scope,
            options={
                "type": choices["type"],
                "work": choices["work"],
                "all_or_nothing": choices["rows"] == "nothing",
                "every_grade": roster and choices["every_grade"],
            },
            key=self._key(choices),
            content=choices["file"],
            notify=choices["notify"],
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)

    def _refuse_locked(self, *, is_fall: bool) -> None:
        lock = self.fall_lock if is_fall else self.lock
        if lock:
            words = FollowUpLocked(lock).words if is_fall else Locked(lock).sentence
            raise Refusal(
                f"{words} The file was not uploaded. Choose {NAMES[VALIDATE]} to only test it."
            )

    @staticmethod
    def _key(choices: dict[str, Any]) -> str:
        """A double click sends the same again; a page that Back brought, with another file or
        choice, is work of its own.
        """
        digest = hashlib.sha256(
            "|".join(
                [choices["type"], choices["work"], choices["rows"], str(choices["every_grade"])]
            ).encode()
        )
        for chunk in choices["file"].chunks():
            digest.update(chunk)
        return f"{choices['key']}:{digest.hexdigest()[:16]}"
