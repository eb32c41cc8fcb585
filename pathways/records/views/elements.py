"""A record's District Defined Elements by themselves: where the record is locked, and taken back."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cte_portal.accounts.access.capabilities import Capability
from pathways.elements import values
from pathways.elements.values import ValueMoved
from pathways.ledger.refusals import NotApplied
from pathways.records import undo
from pathways.records.views.stored_record import Record


class RecordElements(Record):
    """The certified record stays as it is; its elements may change (R-DDE-09)."""

    capability = Capability.EDIT_RECORDS
    write_capability = Capability.EDIT_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.address("cte-record", self.kwargs["pathway"]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.record is None:
            return self._gone()
        form = self.elements_form
        try:
            if "undo" in request.POST:
                return self._undo(request.POST["undo"])
            if form is None or not form.is_valid():
                return self._again()
            self.save_elements()
        except ValueMoved as refusal:
            if form and "undo" not in request.POST:
                form.stored = values.values_of(self.record)
                form.replace_moved()
                return self._again()
            self._offer("Nothing was undone.", refusal.sentence, attention=True)
        except NotApplied as refusal:
            self._offer("Nothing was saved.", refusal.sentence, attention=True)
        else:
            self._offer("Saved." if self.elements_batch else "No changes to save.")
        return HttpResponseRedirect(self.address("cte-record", self.record.pathway_id))

    def _undo(self, typed: str) -> HttpResponse:
        try:
            batch = uuid.UUID(typed)
        except ValueError as problem:
            raise BadRequest("The request does not name a change.") from problem
        assert self.record is not None  # noqa: S101 - asked before
        self.elements_batch = values.take_back(
            self.scope, self.record, batch, by=self.by, by_id=self.person.pk
        )
        self._offer("Undone." if self.elements_batch else "Nothing was undone.")
        return HttpResponseRedirect(self.address("cte-record", self.record.pathway_id))

    def _offer(self, title: str, words: str = "", *, attention: bool = False) -> None:
        assert self.record is not None  # noqa: S101 - asked before
        undo.offer(
            self.request,
            student=self.student.pk,
            title=title,
            words=words,
            steps=[],
            attention=attention,
            elements=(
                (self.record.pathway_id, self.elements_batch) if self.elements_batch else None
            ),
        )

    def _again(self) -> HttpResponse:
        """With everything that was typed."""
        form = self.make_form() if self.may_edit else None
        return self.render_to_response(self.get_context_data(form=form))
