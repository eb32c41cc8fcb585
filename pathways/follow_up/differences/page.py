"""Student Information › State Programs › Fall CTE Differences: the portal's answer and the file's
side by side, taken singly or all, or left.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.pages.typed import KEY_DIGITS, paged
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from cte_portal.words import listed_name
from pathways.certified import certified
from pathways.follow_up.differences import resolving
from pathways.follow_up.differences.resolving import OpenDifference, Resolved, mark_of
from pathways.follow_up.workbench.views.pages import WorkbenchPage
from pathways.models import OutcomeDifference, PostProgramStatus

PAGE = 100
Resolution = OutcomeDifference.Resolution


class ResolvingForm(forms.Form):
    """One press of a button: what to do with which difference, and what the page showed."""

    do = forms.ChoiceField(choices=[("take", ""), ("keep", ""), ("undo", "")])
    difference = forms.IntegerField(required=False, min_value=1, max_value=10**KEY_DIGITS)
    """None for all of them."""
    sure = forms.BooleanField(required=False)
    seen = forms.CharField(required=False, max_length=32)
    act = forms.UUIDField(required=False)


class Differences(WorkbenchPage):
    capability = Capability.FOLLOW_UP

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ResolvingForm(request.POST)
        if not form.is_valid():
            return self.show("Press one of the buttons again. Nothing was saved.")
        try:
            sentence = self.act(form.cleaned_data)
        except Refusal as refusal:
            return self.show(refusal.sentence, refusal.field or "")
        self.tell(sentence)
        return redirect(self.address("follow-up-differences"))

    def act(self, choices: dict[str, Any]) -> str:
        """What was done, in words. Raises a Refusal."""
        do, key = choices["do"], choices["difference"]
        if do == "undo":
            undone = resolving.take_back(self.scope, choices["act"] or uuid.uuid4(), **self.author)
            return _undone(undone)
        if key is None and not choices["sure"]:
            raise Refusal(
                "Select the box to decide for all students at once. Nothing was saved.",
                field="sure",
            )
        keys = [key] if key else []
        if do == "keep":
            kept = resolving.keep(self.scope, *keys, seen=choices["seen"], **self.author)
            return f"The portal's answer was kept for {number_of(kept.number, 'student')}."
        return _taken(resolving.take(self.scope, *keys, seen=choices["seen"], **self.author))

    def show(self, problem: str = "", field: str = "") -> HttpResponse:
        rows = resolving.open_differences(self.scope)
        names = dict(PostProgramStatus.objects.values_list("code", "name"))
        page, query = paged(self.request, rows, PAGE)
        context = {
            "problem": problem,
            "field": field if field == "sure" else "",
            "year": self.year,
            "lock": self.lock,
            "lock_links": certified().lock_links(self.lock, self.request.user),
            "may_write": self.may_write,
            "number": len(rows),
            "seen": mark_of(rows),
            "lines": [self._line(row, names) for row in page],
            "page": page,
            "query": query,
            "acts": self._acts(),
            "saved": self.saved_before(),
        }
        return render(self.request, "pathways/follow_up/differences.html", context)

    @staticmethod
    def _line(row: OpenDifference, names: dict[str, str]) -> dict[str, Any]:
        difference, outcome = row.difference, row.outcome
        return {
            "difference": difference,
            "student": difference.entry.student,
            "portal": names.get(outcome.status, outcome.status) if outcome else "",
            "outcome": outcome,
            "file": names.get(difference.status, difference.status),
            "seen": mark_of([row]),
        }

    def _acts(self) -> list[dict[str, Any]]:
        """What was decided, the last first; each act can be taken back as a whole."""
        decided = OutcomeDifference.objects.in_scope(self.scope).filter(
            resolution__in=[Resolution.TAKEN, Resolution.KEPT]
        )
        rows = decided.values("act", "resolution", "resolved_by").annotate(
            number=Count("pk"),
            at=Max("resolved_at"),
            last=Min("entry__student__last_name"),
            first=Min("entry__student__first_name"),
        )
        return [
            {
                **row,
                "words": Resolution(row["resolution"]).label,
                "who": (
                    listed_name(row["last"], row["first"])
                    if row["number"] == 1
                    else number_of(row["number"], "student")
                ),
            }
            for row in rows.order_by("-at")[:PAGE]
        ]


def _taken(resolved: Resolved) -> str:
    sentence = f"The file's answer was taken for {number_of(resolved.number, 'student')}."
    if resolved.refused:
        sentence += (
            f" {number_of(resolved.refused, 'difference')} could not be taken:"
            f" {resolved.reason.removesuffix(' Nothing was saved.')}"
        )
    return sentence


def _undone(undone: Resolved) -> str:
    sentence = f"{number_of(undone.number, 'difference')} to resolve again."
    if undone.refused:
        stay = "outcome was" if undone.refused == 1 else "outcomes were"
        sentence += f" {undone.refused:,} {stay} changed since then and {'stays' if undone.refused == 1 else 'stay'}."
    return sentence
