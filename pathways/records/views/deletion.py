"""Deleting a record: a page of its own, and the way back from it (ux.md D-20)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from pathways.ledger import ledger
from pathways.records import entry, undo
from pathways.records.history import FieldChange, differences
from pathways.records.views.one_record import OneRecord


class DeletionForm(forms.Form):
    """The version of the record that the page showed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean(self) -> None:
        if "version" in self.errors:
            self.errors.clear()
            raise forms.ValidationError(
                "Part of this page did not arrive. Check the record, then delete it again"
            )


class DeleteRecord(OneRecord, ActionView):
    """Shows the record and deletes it at the version shown; a record that somebody changed in
    between is shown again and asked about again.
    """

    capability = Capability.EDIT_RECORDS
    form_class = DeletionForm
    template_name = "pathways/records/record_delete.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._only_in_the_active_year()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._only_in_the_active_year()
        return super().post(request, *args, **kwargs)

    def act(self, form: forms.Form) -> HttpResponse | None:
        version, person = form.cleaned_data["version"], self.person
        if self.record is None:
            last = self.changes[0]
            if (last.by_id, last.version) == (
                person.pk,
                version + 1,
            ):  # the second click of a double click finds its work done
                return HttpResponseRedirect(self.address("cte-student"))
            return self.render_to_response(self.get_context_data(form=form))
        try:
            entry.delete(
                self.scope, self.record, version=version, by=person.record_name, by_id=person.pk
            )
        except ledger.Stale:
            return self._asked_again(version)
        words = (
            f"{self.student.name}, {self.pathway.name}, {self.record.total_credits:.2f} credits."
        )
        step = undo.Step(self.pathway.pk, version=version, seen=0)
        undo.offer(
            self.request, student=self.student.pk, steps=[step], words=words, title="Deleted."
        )
        return HttpResponseRedirect(self.address("cte-student"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back=(
                self.address("cte-record", self.pathway.pk)
                if self.record
                else self.address("cte-student")
            ),
            history=self.address("cte-record-history", self.pathway.pk),
            last=self.changes[0],
            **kwargs,
        )

    def _asked_again(self, version: int) -> HttpResponse:
        """Somebody was quicker: the record as it is now, and what is different from what the person
        saw.
        """
        for name in ("record", "changes"):
            self.__dict__.pop(name, None)
        seen = next((change for change in self.changes if change.version == version), None)
        changed: tuple[FieldChange, ...] = (
            differences(seen, self.record) if seen and self.record else ()
        )
        return self.render_to_response(
            self.get_context_data(form=self.form_class(), asked_again=True, changed=changed)
        )

    def _only_in_the_active_year(self) -> None:
        if not self.in_active_year:
            raise PermissionDenied("Records can be changed only in the current school year.")
