"""The Batch Queue List below other screens, a batch's page, its files, and what may be done with
it. All of it comes from the row; Celery is never asked.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import TemplateView

from cte_portal.accounts.access import purpose
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.purpose import PurposeForm
from cte_portal.accounts.access.scoped import ScopedView, access
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.kinds import kind_of
from cte_portal.batches.models import Batch, BatchFile, BatchQuerySet
from cte_portal.batches.queue.html import drawn
from cte_portal.batches.queue.line import Line, lines_of
from cte_portal.batches.queue.listed import BY, DATE, LIKE, STATUSES
from cte_portal.batches.submit import again, cancel
from cte_portal.editions import Scope
from cte_portal.pages.days import DayField, in_days
from cte_portal.pages.offered import KeptSelect
from cte_portal.prepared import of_whole_district, prepared

TOPS, TOP = (10, 50, 200), 50


class QueueFilter(forms.Form):
    """What the Batch Queue List shows below other screens; its fields carry a prefix."""

    prefix = "queue"
    top = forms.TypedChoiceField(
        widget=KeptSelect,
        label="Show top",
        choices=[(n, n) for n in TOPS],
        coerce=int,
        empty_value="",
        initial=TOP,
        required=False,
    )
    first = DayField(label="From", required=False, wrong=LIKE, attrs=DATE)
    last = DayField(label="To", required=False, wrong=LIKE, attrs=DATE)
    status = forms.ChoiceField(widget=KeptSelect, label="Status", required=False, choices=STATUSES)
    by = forms.ChoiceField(widget=KeptSelect, label="By", required=False, choices=BY)

    def lines(self, scope: Scope, user: Any, kinds: Sequence[str] = ()) -> list[Line]:
        if not self.is_bound:
            return lines_of(_newest(scope.district, tuple(kinds)))
        fields = self.cleaned_data if self.is_valid() else {}
        batches = _of(scope.district, kinds).filter(
            in_days(fields.get("first"), fields.get("last"), field="queued_at")
        )
        if status := fields.get("status"):
            batches = batches.filter(status=status)
        if fields.get("by"):
            batches = batches.filter(submitted_by=user)
        return lines_of(batches[: fields.get("top") or TOP])

    def hides(self, scope: Scope, kinds: Sequence[str] = ()) -> str:
        """Why no line is shown although there are jobs: the `period` alone, or a `choice`; empty
        where there are none.
        """
        fields = self.cleaned_data if self.is_valid() else {}
        dates, choice = (
            fields.get("first") or fields.get("last"),
            fields.get("status") or fields.get("by"),
        )
        if not (dates or choice) or not _of(scope.district, kinds).exists():
            return ""
        return "choice" if choice else "period"


def _of(district: str, kinds: Sequence[str]) -> BatchQuerySet:
    batches = Batch.objects.of_district(district)
    return batches.filter(kind__in=kinds) if kinds else batches


@prepared
def _newest(district: str, kinds: tuple[str, ...]) -> BatchQuerySet:
    return _of(district, kinds)[:TOP]


def queue_list(request: HttpRequest, scope: Scope, kinds: Sequence[str] = ()) -> dict[str, Any]:
    """What templates/batches/list.html shows below the screens that submit work: jobs of some kinds
    perhaps.
    """
    filtering = any(name.startswith("queue-") for name in request.GET)
    form = QueueFilter(request.GET if filtering else None, prefix="queue")
    lines = form.lines(scope, request.user, kinds)
    return {
        "queue_form": form,
        "lines": lines,
        "queue_rows": drawn(lines, scope),
        "queue_live": any(line.batch.is_live for line in lines),
        "queue_hidden": "" if lines else form.hides(scope, kinds),
        "queue_address": request.get_full_path(),
    }


@of_whole_district
def _one(district: str, key: str) -> BatchQuerySet:
    """By its key in hexadecimal, as both databases read it."""
    return Batch.objects.of_district(district).with_standing().filter(pk=key)


class OneBatch(ScopedView):
    """A page about a batch of the district; another district's does not exist here."""

    capability = Capability.SEE_BATCHES

    @property
    def batch(self) -> Batch:
        if not hasattr(self, "_batch"):
            batches = _one(self.scope.district, self.kwargs["batch"].hex)
            if not batches:
                raise Http404("There is no such batch.")
            prefetch_related_objects(batches, "files")
            (self._batch,) = batches
        return self._batch

    @property
    def address(self) -> str:
        return reverse("batch", args=[self.scope.district, self.scope.end_year, self.batch.pk])

    @property
    def is_open_year(self) -> bool:
        """Whether such work may be done in the page's school year."""
        return self.in_active_year or kind_of(self.batch.kind).of_any_year

    def may_change(self) -> bool:
        """Who submitted it, and who looks after the district's people."""
        is_submitter = self.batch.submitted_by_id == self._user_id
        return self.can(Capability.EDIT_RECORDS) and (
            is_submitter or self.can(Capability.MANAGE_PEOPLE)
        )


class BatchPage(OneBatch, TemplateView):
    template_name = "batches/batch.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch, kind = self.batch, kind_of(self.batch.kind)
        template, result = (
            kind.result(batch, self.request.GET) if kind.result and not batch.is_live else ("", {})
        )
        about = {"batch": batch, "line": Line(batch), "result": template, "again_key": uuid.uuid4()}
        rights = {
            "may_change": self.may_change(),
            "may_edit": self.can(Capability.EDIT_RECORDS)
            and self.is_open_year
            and self.batch.end_year in (None, self.scope.end_year),
        }
        return super().get_context_data(**{**kwargs, **result, **about, **rights})


class CancelBatch(OneBatch):
    write_capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_change():
            raise PermissionDenied
        if not cancel(self.batch, by=self.person.record_name):
            messages.warning(
                request,
                f"It had already ended: {self.batch.get_status_display()}. Nothing was canceled.",
            )
        return redirect(self.address)


class AgainForm(forms.Form):
    key = forms.UUIDField()


class RunAgain(OneBatch):
    """The same work on the same bytes, as a new batch; a double click makes one."""

    write_capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = AgainForm(request.POST)
        if not self.may_change() or not self.is_open_year:
            raise PermissionDenied
        if (
            not form.is_valid()
            or self.batch.end_year not in (None, self.scope.end_year)
            or not Line(self.batch).may_run_again
        ):
            messages.warning(request, "This cannot be run again. Submit the file again.")
            return redirect(self.address)
        batch = again(self.batch, by=self.person, key=f"again:{form.cleaned_data['key']}")
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)


class KeepForm(forms.Form):
    keep = forms.BooleanField(required=False)


class KeepFiles(OneBatch):
    """Files of the batch stay beyond the time for which files are kept, or no longer (J-08)."""

    write_capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = KeepForm(request.POST)
        if not self.may_change():
            raise PermissionDenied
        if form.is_valid() and Line(self.batch).may_keep:
            Batch.objects.filter(pk=self.batch.pk).update(kept=form.cleaned_data["keep"])
        return redirect(self.address)


class Download(OneBatch):
    """A file of a finished batch, asked for its right each time (Z-03): an attachment under a name
    that is no path.

    Who is not of the district says first what the file is for.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        file = self.file(kwargs["role"])
        if self.can(Capability.EXPORT_RECORDS):
            return self.send(file)
        return self.ask(file, PurposeForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        file, form, batch = self.file(kwargs["role"]), PurposeForm(request.POST), self.batch
        if self.can(Capability.EXPORT_RECORDS):
            return self.send(file)
        if not self.can(Capability.EXPORT_FOR_PURPOSE) or not form.is_valid():
            return self.ask(file, form)
        person = self.person
        purpose.record(
            person,
            form.cleaned_data["purpose"],
            file=file.name,
            key=f"{batch.pk}/{file.role}",
            district=batch.district,
            end_year=batch.end_year,
        )
        return self.send(file)

    def ask(self, file: BatchFile, form: PurposeForm) -> HttpResponse:
        if not self.can(Capability.EXPORT_FOR_PURPOSE):
            self._deny(self.request, "capability")
            raise PermissionDenied
        return render(
            self.request, "batches/purpose.html", {"form": form, "file": file, "batch": self.batch}
        )

    def file(self, role: str) -> BatchFile:
        file: BatchFile | None = next(
            (file for file in self.batch.files.all() if file.role == role), None
        )
        if file is None or not is_stored(file.stored):
            raise Http404("This file is no longer stored.")
        return file

    def send(self, file: BatchFile) -> HttpResponseBase:
        access.info(
            "downloaded file=%s batch=%s user=%s district=%s",
            file.role,
            self.batch.pk,
            self._user_id,
            self.scope.district,
        )
        content = open_stored(file.stored)
        return FileResponse(
            content, as_attachment=True, filename=file.name, content_type=file.content_type
        )
