"""Student Information › State Programs › CTE Follow-up, Entry: the results of many calls on one
page, saved at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.pages.typed import KEY_DIGITS, number, paged
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.follow_up.grid import saving
from pathways.follow_up.grid.html import AttemptRows
from pathways.follow_up.grid.rows import Proposed, rows_of
from pathways.follow_up.grid.saving import NotAdded
from pathways.follow_up.grid.typed import HEADS, TypedAttempt, typed_rows
from pathways.follow_up.workbench.call_list import CallState
from pathways.follow_up.workbench.called_lines import called_lines
from pathways.follow_up.workbench.forms import day_to_propose
from pathways.follow_up.workbench.views.pages import WorkbenchPage
from pathways.models import DrawnList, FollowUpEntry, PostProgramStatus

PAGE = 50
"""Rows on a page: without script it sends all their fields."""
MOST_ROWS = 200
DONE = "pathways.follow_up.grid"


class FollowUpGrid(WorkbenchPage):
    """What was done is said on the next page, once; rows that were not saved stay as typed."""

    capability = Capability.EDIT_RECORDS
    keeps = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        done = request.session.pop(DONE, None) if DONE in request.session else None
        kept = self.kept_form() if self.may_write else None
        return self.answer(typed_rows(kept) if kept else [], done=done)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "undo" in request.POST:
            return self.undo(request.POST["undo"])
        typed = typed_rows(request.POST)
        try:
            saved = saving.save(self.scope, typed, **self.author)
        except Refusal as refusal:
            return self.answer(typed, problem=refusal.sentence)
        number_saved = len(saved.attempts)
        done = {
            "title": "Saved." if number_saved else "No attempts to save.",
            "words": f"{number_of(number_saved, 'attempt')} saved." if number_saved else "",
            "batch": " ".join(map(str, saved.attempts)),
        }
        if saved.unsaved:
            kept = [row for row in typed if row.entry in saved.unsaved]
            return self.answer(kept, saved.unsaved, done=done)
        request.session[DONE] = done
        return redirect(request.get_full_path())

    def undo(self, typed: str) -> HttpResponse:
        keys = [number(key, digits=KEY_DIGITS) for key in typed.split()[:MOST_ROWS]]
        try:
            undone = saving.take_back(self.scope, [key for key in keys if key], **self.author)
        except Refusal as refusal:
            done: dict[str, Any] = {
                "title": "Nothing was undone.",
                "words": refusal.sentence,
                "attention": True,
            }
        else:
            done = {
                "title": "Undone." if undone.attempts else "Nothing was undone.",
                "words": f"{number_of(undone.attempts, 'attempt')} taken back."
                if undone.attempts
                else "",
                "attention": bool(undone.needed or undone.gone or undone.remaining),
            }
            if undone.needed:
                done["words"] += (
                    f" {number_of(undone.needed, 'attempt')} left: an outcome that someone set needs"
                    f" {'it' if undone.needed == 1 else 'them'}."
                )
            if undone.gone:
                done["words"] += (
                    f" {number_of(undone.gone, 'attempt')} left: the student is no longer on the"
                    " list."
                )
            if undone.remaining:
                done["words"] += (
                    f" {number_of(undone.remaining, 'attempt')} left: take back what stays on the"
                    " students' pages."
                )
        self.request.session[DONE] = done
        return redirect(self.request.get_full_path())

    @property
    def size(self) -> int:
        most = number(self.request.GET.get("rows", "")) == MOST_ROWS
        return MOST_ROWS if most else PAGE

    def answer(
        self,
        typed: Sequence[TypedAttempt] = (),
        unsaved: Mapping[int, NotAdded] | None = None,
        *,
        done: dict[str, Any] | None = None,
        problem: str = "",
    ) -> HttpResponse:
        """The page; what was typed and not saved stands in its rows, those first that the list does
        not show any more.
        """
        page, query = paged(self.request, self.lines.in_order(), self.size)
        here = called_lines(page.object_list)
        on_the_page = {called.line.pk for called in here}
        more = [row.entry for row in typed if row.entry not in on_the_page]
        lines = [*(called_lines(self.lines.named(more)) if more else []), *here]
        statuses = PostProgramStatus.objects.offered_in(self.scope.end_year)
        day = text(day_to_propose(self.year))
        proposed = Proposed(day, tuple(statuses.values_list("name", flat=True)))
        rows = rows_of(lines, proposed, typed, unsaved)
        refused = [row for row in rows if row.problems]
        first = next((name for row in refused for name, _ in row.problems if name), "")
        filled = AttemptRows(self.scope, query=self.narrowing.query, first=first)
        context = {
            "year": self.year,
            "drawn": DrawnList.objects.in_scope(self.scope).exists(),
            "lock": self.lock,
            "lock_links": self.lock_links,
            "may_edit": self.may_write,
            "narrowing": self.narrowing,
            "shows": list(CallState),
            "groups": self.lines.groups(),
            "exits": FollowUpEntry.Exit.choices,
            "page": page,
            "query": query,
            "filled": [filled.row(row) for row in rows] if self.may_write else [],
            "heads": list(HEADS.items()),
            "refused": refused,
            "first": first,
            "gone": sum(why.is_gone for why in (unsaved or {}).values()),
            "gone_words": "the student is no longer on the list",
            "has_typed": len(typed),
            "done": done,
            "problem": problem,
            "more_rows": MOST_ROWS
            if self.size < page.paginator.count and self.size < MOST_ROWS
            else 0,
        }
        return render(self.request, "pathways/follow_up/grid.html", context)
