"""Districts and their first administrators from a file: read and shown first, saved once that has
been seen (walk 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView, StatewideView
from cte_portal.accounts.models import User
from cte_portal.accounts.sign_in.letters import portal_address
from cte_portal.pages.file_form import ListFileForm
from cte_portal.pages.typed import number
from cte_portal.refusals import Refusal
from cte_portal.ui import csv_file
from cte_portal.ui.wording import number_of
from pathways.files.text import FileRefused
from pathways.lists import districts_file, new_districts, new_districts_plan
from pathways.lists.districts_file import COLUMNS, TITLES, Written
from pathways.lists.new_districts import DistrictsSaved, Outdated
from pathways.lists.new_districts_plan import NewDistrictsPlan

DISTRICTS = "admin:pathways_district_changelist"
KEPT = 12 * 60 * 60
"""Seconds for which a preview can be saved: no longer than a session lasts."""


class RowsField(forms.Field):
    """The rows of a file, signed for whoever has chosen it: nobody saves what was read for somebody
    else.
    """

    outdated = "This preview is no longer valid. Choose the file again."

    def __init__(self, person: User) -> None:
        super().__init__(error_messages={"required": self.outdated}, widget=forms.HiddenInput)
        self.salt = f"pathways.districts_import.{person.pk}"

    def to_python(self, value: Any) -> list[Written]:
        if not value:
            return []
        try:
            return [
                Written(line, tuple(cells), problem)
                for line, cells, problem in signing.loads(value, salt=self.salt, max_age=KEPT)
            ]
        except signing.BadSignature:
            raise forms.ValidationError(self.outdated) from None

    def prepare_value(self, value: Any) -> Any:
        """Rows as they are sent back; what was sent stays as it is."""
        if not isinstance(value, list):
            return value
        rows = [(row.line, row.cells, row.problem) for row in value]
        return signing.dumps(rows, salt=self.salt, compress=True)


class PreviewForm(forms.Form):
    """What the preview sends back: the file's rows, and which of its questions were answered."""

    use_required_attribute = False

    def __init__(self, *arguments: Any, person: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["rows"] = RowsField(person)

    @property
    def confirmed(self) -> set[int]:
        texts = cast(QueryDict, self.data).getlist("meant") if self.is_bound else []
        return {line for text in texts if (line := number(text)) is not None}


class DistrictsFileView(StatewideActionView):
    capability = Capability.KEEP_LISTS
    template_name = "pathways/lists/districts_import.html"

    def file_form(self, **sent: Any) -> ListFileForm:
        return ListFileForm(
            **sent,
            request=self.request,
            most_bytes=districts_file.MOST_BYTES,
            help_text="CSV with the columns below, or text with tabs between them",
        )

    def plan_of(self, rows: Sequence[Written]) -> NewDistrictsPlan:
        return new_districts_plan.plan(rows, self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"columns": COLUMNS, "most_rows": districts_file.MOST_ROWS, **kwargs}
        )


class DistrictsImport(DistrictsFileView):
    """A file is read and shown. The preview sends the file's rows back, signed, with the digest of
    its plan; the file itself is kept nowhere.
    """

    form_class = ListFileForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "rows" in request.POST:
            return cast(HttpResponse, save_districts(request, *args, **kwargs))
        return super().post(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> ListFileForm:
        return self.file_form(**self.get_form_kwargs())

    def act(self, form: ListFileForm) -> HttpResponse:
        try:
            file = districts_file.read(form.cleaned_data["file"].read())
        except FileRefused as refused:
            raise Refusal(refused.sentence, field="file") from None
        preview = PreviewForm(person=self.person, initial={"rows": file.rows})
        return self.render_to_response(
            self.get_context_data(form=preview, plan=self.plan_of(file.rows), notes=file.notes)
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = super().get_context_data(**kwargs)
        return {"file_form": about["form"], **about}


class SaveDistricts(DistrictsFileView):
    """What the preview sends back: a file of what is not saved, or what is saved."""

    form_class = PreviewForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "person": self.person}

    def act(self, form: PreviewForm) -> HttpResponse:
        rows = form.cleaned_data["rows"]
        if self.request.POST.get("do") == "download":
            return cast(HttpResponse, self.left_out(rows))
        try:
            saved = new_districts.carry_out(
                rows,
                by=self.person,
                seen=self.request.POST.get("seen", ""),
                confirmed=form.confirmed,
                address=portal_address(self.request, "/").rstrip("/"),
            )
        except Outdated:
            if not self.plan_of(rows).is_done(form.confirmed):
                raise
            messages.info(
                self.request,
                "This file was already saved. Nothing was added or sent a second time.",
            )
            return redirect(DISTRICTS)
        messages.success(self.request, _sentence(saved))
        return redirect(DISTRICTS)

    def left_out(self, rows: Sequence[Written]) -> HttpResponseBase:
        lines = self.plan_of(rows).left_out
        name = f"districts-not-saved-{timezone.localdate()}.csv"
        return csv_file.download(
            name, [*TITLES, "Reason"], [[*line.written.cells, line.words] for line in lines]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form: PreviewForm = kwargs["form"]
        rows = form.cleaned_data.get("rows")
        return super().get_context_data(
            plan=self.plan_of(rows) if rows is not None else None,
            confirmed=form.confirmed,
            file_form=self.file_form(),
            **kwargs,
        )


save_districts = SaveDistricts.as_view()


class DistrictsTemplate(StatewideView):
    """A file with the titles alone."""

    capability = Capability.KEEP_LISTS

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return csv_file.download("districts.csv", TITLES, [])


def _sentence(saved: DistrictsSaved) -> str:
    parts = [
        f"{number_of(saved.districts, 'district')} added" if saved.districts else "",
        (
            f"{number_of(saved.people, 'person').replace('persons', 'people')} invited by e-mail,"
            " which may take some minutes"
            if saved.people
            else ""
        ),
        f"{number_of(saved.roles, 'role')} given" if saved.roles else "",
    ]
    rest = (
        f" {number_of(saved.unsaved, 'row')} not saved: choose the file again to see"
        f" {'them' if saved.unsaved > 1 else 'it'}."
        if saved.unsaved
        else ""
    )
    return f"Saved. {', '.join(part for part in parts if part)}.{rest}"
