"""Districts and their first administrators from a file: read and shown first, saved once that has
been seen (walk 14).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.accounts.sign_in.letters import portal_address
from cte_portal.pages.typed import number
from cte_portal.ui import csv_file
from cte_portal.ui.wording import number_of
from pathways.files.text import FileRefused
from pathways.ledger.refusals import NotApplied
from pathways.lists import districts_file, new_districts, new_districts_plan
from pathways.lists.districts_file import COLUMNS, TITLES, Written
from pathways.lists.file_form import ListFileForm
from pathways.lists.new_districts import DistrictsSaved, Outdated

DISTRICTS = "admin:pathways_district_changelist"
KEPT = 12 * 60 * 60
"""Seconds for which a preview can be saved: no longer than a session lasts."""


class DistrictsImport(StatewideView):
    """The preview sends the file's rows back, signed, with the digest of its plan; the file itself
    is kept nowhere.
    """

    capability = Capability.KEEP_LISTS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(form=self.form())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if "rows" in request.POST:
            return self.answer(request.POST["rows"])
        form = self.form(request)
        if not form.is_valid():
            return self.show(form=form)
        try:
            file = districts_file.read(form.cleaned_data["file"].read())
        except FileRefused as refused:
            form.add_error("file", refused.sentence)
            return self.show(form=form)
        return self.preview(file.rows, notes=file.notes)

    def answer(self, kept: str) -> HttpResponseBase:
        """To what the preview sends: a file of what is not saved, or what is saved."""
        try:
            rows = [
                Written(line, tuple(cells), problem)
                for line, cells, problem in signing.loads(kept, salt=self.salt, max_age=KEPT)
            ]
        except signing.BadSignature:
            return self.show(
                form=self.form(), problem="This preview is no longer valid. Choose the file again."
            )
        if self.request.POST.get("do") == "download":
            return self.left_out(rows)
        return self.save(rows)

    def save(self, rows: Sequence[Written]) -> HttpResponse:
        sent = self.request.POST
        confirmed = {line for text in sent.getlist("meant") if (line := number(text)) is not None}
        try:
            saved = new_districts.carry_out(
                rows,
                by=self.person,
                seen=sent.get("seen", ""),
                confirmed=confirmed,
                address=portal_address(self.request, "/").rstrip("/"),
            )
        except Outdated as outdated:
            if not new_districts_plan.plan(rows, self.person).is_done(confirmed):
                return self.preview(rows, confirmed=confirmed, problem=outdated.sentence)
            messages.info(
                self.request,
                "This file was already saved. Nothing was added or sent a second time.",
            )
            return redirect(DISTRICTS)
        except NotApplied as refusal:
            return self.preview(rows, confirmed=confirmed, problem=refusal.sentence)
        messages.success(self.request, _sentence(saved))
        return redirect(DISTRICTS)

    def left_out(self, rows: Sequence[Written]) -> HttpResponseBase:
        lines = new_districts_plan.plan(rows, self.person).left_out
        name = f"districts-not-saved-{timezone.localdate()}.csv"
        return csv_file.download(
            name, [*TITLES, "Reason"], [[*line.written.cells, line.words] for line in lines]
        )

    def preview(
        self,
        rows: Sequence[Written],
        *,
        notes: Collection[str] = (),
        confirmed: Collection[int] = (),
        problem: str = "",
    ) -> HttpResponse:
        kept = signing.dumps(
            [(row.line, row.cells, row.problem) for row in rows], salt=self.salt, compress=True
        )
        plan = new_districts_plan.plan(rows, self.person)
        return self.show(plan=plan, rows=kept, notes=notes, confirmed=confirmed, problem=problem)

    def show(self, **context: Any) -> HttpResponse:
        about = {"columns": COLUMNS, "most_rows": districts_file.MOST_ROWS}
        return render(self.request, "pathways/lists/districts_import.html", {**about, **context})

    @staticmethod
    def form(sent: HttpRequest | None = None) -> ListFileForm:
        help_text = "CSV with the columns below, or text with tabs between them"
        return ListFileForm(sent, most_bytes=districts_file.MOST_BYTES, help_text=help_text)

    @property
    def salt(self) -> str:
        """Nobody saves what was read for somebody else."""
        return f"pathways.districts_import.{self.person.pk}"


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
