"""What may be done with a file that a job has read: save what a test showed, take back what was
saved. A file of records and a roster file go the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.kinds import kind_of
from cte_portal.batches.models import Batch
from cte_portal.batches.queue.views import OneBatch
from cte_portal.batches.submit import submit


class SentFile(OneBatch):
    """A page about the batch of a file, which only the current school year's files have."""

    write_capability = Capability.EDIT_RECORDS
    kinds: ClassVar[Collection[str]]
    """The batches that this page is about."""
    other_batch: ClassVar[str]
    """Why there is no such page of any other batch."""
    other_year: ClassVar[str]
    """Why the file of another school year is left alone."""

    @cached_property
    def file(self) -> Batch:
        if self.batch.kind not in self.kinds:
            raise Http404(self.other_batch)
        if not self.is_open_year or self.batch.end_year != self.scope.end_year:
            raise PermissionDenied(self.other_year)
        return self.batch

    @cached_property
    def result(self) -> dict[str, Any]:
        """What the page of the batch shows."""
        show = kind_of(self.file.kind).result
        return show(self.file, {})[1] if show else {}

    def to_batch(self, batch: Batch) -> HttpResponse:
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)

    def key(self, kind: str) -> str:
        """The batch itself, and how often it has been followed: what came to nothing may be tried
        again.
        """
        return f"{self.file.pk}:{self.file.followers.filter(kind=kind).count()}"


class SaveSentFile(SentFile):
    """*Upload this file* after Validate and Test: the very same bytes."""

    @property
    def upload_kind(self) -> str:
        """What saves the file: the same work that tested it."""
        return self.file.kind

    def choices(self) -> dict[str, Any]:
        """What was chosen for the test, for saving."""
        return {**self.file.options, "work": "upload", "since": self.file.result["cursor"]}

    def why_not(self) -> str:
        """Why nothing is saved yet, though it can be; empty when it is saved."""
        return ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tested, result = self.file, self.result
        if result["uploaded"]:
            return self.to_batch(result["uploaded"])
        if not result["can_upload"] or not is_stored(tested.input_file):
            messages.warning(request, "This file cannot be uploaded from here. Choose it again.")
            return redirect("mt-data-upload", self.scope.district, self.scope.end_year)
        if why_not := self.why_not():
            messages.warning(request, why_not)
            return redirect(self.address)
        batch = submit(
            self.upload_kind,
            by=self.person,
            title=tested.title.replace("Validate and Test", "Upload"),
            subject=tested.subject,
            scope=self.scope,
            options=self.choices(),
            key=f"save:{self.key(self.upload_kind)}",
            content=open_stored(tested.input_file),
            about=tested,
            notify=tested.notify,
        )
        return self.to_batch(batch)


class UndoSentFile(SentFile, TemplateView):
    """Says first what will happen."""

    capability = Capability.EDIT_RECORDS
    undo_kinds: ClassVar[Mapping[str, str]]
    """What undoes each kind of file."""
    undo_title: ClassVar[str]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = {"batch": self.file, "can_undo": self.result["can_undo"]}
        return super().get_context_data(**{**kwargs, **about})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.result["undone"]:
            return self.to_batch(self.result["undone"])
        if not self.result["can_undo"]:
            messages.warning(request, "This upload saved nothing, so there is nothing to undo.")
            return redirect(self.address)
        batch = submit(
            self.undo_kinds[self.file.kind],
            by=self.person,
            title=self.undo_title,
            subject=self.file.subject,
            scope=self.scope,
            key=self.key(self.undo_kinds[self.file.kind]),
            about=self.file,
        )
        return self.to_batch(batch)
