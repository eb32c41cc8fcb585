"""Student Information › State Programs › CTE Roster Entry: the records of a class on one page,
saved at once.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.pages.typed import number, paged
from cte_portal.prepared import filled_up, prepared
from cte_portal.ui.patterns import page_around
from cte_portal.ui.wording import number_of
from cte_portal.words import listed_name
from pathways.ledger.refusals import NotApplied
from pathways.ledger.shape import CREDITS
from pathways.models import Student
from pathways.pages.scoped import RecordsView
from pathways.pages.student_filter import schools_and_pathways
from pathways.roster.grid import acts, saving, undoing
from pathways.roster.grid.acts import Acted
from pathways.roster.grid.element_order import ElementOrder
from pathways.roster.grid.elements import ElementColumns
from pathways.roster.grid.html import Rows
from pathways.roster.grid.rows import HEADS, OF_CREDITS, rows_of, sums_of
from pathways.roster.grid.saving import GridSaved, Unsaved
from pathways.roster.grid.selection import Selection, courses_of, kept_sections
from pathways.roster.grid.typed import COLUMNS, MOST_TYPED, TypedRow, typed_rows
from pathways.roster.worklist.line import Pair
from pathways.roster.worklist.worklist import Worklist

PAGE = 50
"""Rows of a page without script: it sends all their fields, which stay below a form's limit."""
MOST_ROWS = 200
FIELDS = 1 + len(COLUMNS)
"""Of a row, without those of District Defined Elements."""
MOST_FIELDS = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - 50
"""Of a page without script; the rest is for the rows that were not saved before."""
MOST_WARNINGS = 20
DONE = "pathways.grid"
AT = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


class RosterGrid(RecordsView):
    """What was done is told on the next page, once; rows that were not saved stay as typed."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.EDIT_RECORDS
    keeps = ""

    @cached_property
    def selection(self) -> Selection:
        return Selection.of(self.scope, self.request.GET)

    @cached_property
    def elements(self) -> ElementColumns:
        return ElementColumns.of(self.scope, self.request.GET)

    @cached_property
    def order(self) -> ElementOrder:
        return ElementOrder.of(self.elements, self.request.GET)

    @property
    def size(self) -> int:
        if number(self.request.GET.get("rows", "")) == MOST_ROWS:
            return MOST_ROWS
        return min(PAGE, MOST_FIELDS // (FIELDS + len(self.elements.shown)))

    @cached_property
    def at(self) -> Pair | None:
        """The row that a list led to: its page is shown, and its first cell has the focus."""
        match = AT.fullmatch(self.request.GET.get("at", ""))
        return (int(match[1]), int(match[2])) if match else None

    @property
    def by(self) -> str:
        return self.person.record_name

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        done = request.session.pop(DONE, None) if DONE in request.session else None
        kept = self.kept_form() if self.may_edit else None
        typed = saving.changed_rows(self.scope, typed_rows(kept)) if kept else []
        return self.answer(typed, done=done)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "undo" in request.POST:
            return self.undo(request.POST["undo"])
        typed = typed_rows(request.POST)
        if "act" in request.POST:
            return self.act(typed)
        try:
            saved = saving.save(self.scope, typed, by=self.by, by_id=self.person.pk)
        except NotApplied as refusal:
            return self.answer(saving.changed_rows(self.scope, typed), problem=refusal.sentence)
        done = self.told(saved)
        if saved.unsaved:
            return self.answer(
                [row for row in typed if row.pair in saved.unsaved], saved.unsaved, done=done
            )
        request.session[DONE] = done
        return redirect(request.get_full_path())

    def act(self, typed: Sequence[TypedRow]) -> HttpResponse:
        """The page with many cells changed, to be looked at and saved."""
        acted = acts.act(self.request.POST, saving.with_sums(self.scope, typed), self.elements)
        return self.answer(saving.changed_rows(self.scope, acted.rows), acted=acted)

    def undo(self, typed: str) -> HttpResponse:
        try:
            undone = undoing.take_back(
                self.scope, uuid.UUID(typed), by=self.by, by_id=self.person.pk
            )
        except ValueError:
            done: dict[str, Any] = {"title": "Nothing was undone."}
        except NotApplied as refusal:
            done = {"title": "Nothing was undone.", "words": refusal.sentence, "attention": True}
        else:
            done = {
                "title": "Undone." if undone.rows else "Nothing was undone.",
                "words": f"{number_of(undone.rows, 'row')} as before." if undone.rows else "",
                "attention": bool(undone.changed_since),
            }
            if undone.changed_since:
                done["words"] += (
                    f" {number_of(undone.changed_since, 'row')} changed since, and stay as they are."
                )
        self.request.session[DONE] = done
        return redirect(self.request.get_full_path())

    def told(self, saved: GridSaved) -> dict[str, Any]:
        """What the page says of a save, as the session keeps it: names stand in no address."""
        warnings = saved.warnings[:MOST_WARNINGS]
        people = filled_up(tuple({student for (student, _), _ in warnings}))
        names = _names(self.scope, people) if people else []
        students = {key: listed_name(*name) for key, *name in names}
        return {
            "title": "Saved." if saved.written else "No changes to save.",
            "words": f"{number_of(saved.written, 'row')} saved." if saved.written else "",
            "batch": str(saved.batch) if saved.batch else "",
            "warnings": [
                [student, pathway, students[student], words]
                for (student, pathway), words in warnings
                if student in students
            ],
            "more_warnings": len(saved.warnings) - len(warnings),
        }

    def answer(
        self,
        typed: Sequence[TypedRow] = (),
        unsaved: dict[Pair, Unsaved] | None = None,
        *,
        done: dict[str, Any] | None = None,
        problem: str = "",
        acted: Acted | None = None,
    ) -> HttpResponse:
        """The page; what was typed and not saved stands in its rows, those first that the list does
        not show any more.
        """
        pairs = self.order.arranged(self.selection.pairs()) if self.selection.is_chosen else []
        page, query = paged(self.request, pairs, self.size)
        if self.at in pairs and "page" not in self.request.GET:
            page = page.paginator.page(1 + pairs.index(self.at) // self.size)
        here = list(page.object_list)
        on_the_page = set(here)
        more = [row.pair for row in typed if row.pair not in on_the_page]
        lines = Worklist(self.scope).lines([*more, *here])
        rows = rows_of(lines, typed, unsaved, self.elements)
        refused = [row for row in rows if row.problems]
        first = next((name for row in refused for name, _ in row.problems if name), "")
        if not first and not done and self.at:
            first = "-".join([*map(str, self.at), COLUMNS[0]])
        may_edit = self.may_edit or bool(typed)
        filled = Rows(self.scope, may_edit=may_edit, first=first).all(rows)
        context = {
            "selection": self.selection,
            "page": page,
            "query": query,
            "rows": rows,
            "refused": refused,
            "first": first,
            "gone": len(unsaved or {}) - len(refused),
            "elements": self.elements,
            "order": self.order,
            "heads": [
                *(f"{head}#" for head in OF_CREDITS),
                *(HEADS[name] for name in COLUMNS[len(CREDITS) :]),
                *(f"{element.name} " for element in self.elements.shown),
            ],
            "after_credits": len(COLUMNS) - len(CREDITS) + len(self.elements.shown),
            "sums": list(zip(OF_CREDITS, sums_of(rows), strict=True)),
            "has_typed": len(typed),
            "acted": acted,
            "act_columns": acts.columns_of_grid(self.elements),
            "act_column": self.request.POST.get("act_column", ""),
            "act_value": self.request.POST.get("act_value", "0.50")[:MOST_TYPED],
            "may_edit": may_edit,
            "lock": self.lock,
            "in_active_year": self.in_active_year,
            "done": done,
            "problem": problem,
            "more_rows": MOST_ROWS if self.size < len(pairs) and self.size < MOST_ROWS else 0,
            **self.choices(),
        }
        if done and done.get("warnings"):
            names = dict(context["pathways"])
            context["warnings"] = [
                (student, pathway, ", ".join(filter(None, (name, names.get(pathway)))), words)
                for student, pathway, name, words in done["warnings"]
            ]
        return page_around(self.request, "pathways/roster/grid.html", context, filled=filled)

    def choices(self) -> dict[str, Any]:
        """What can be chosen; without a choice the sections are shown as a list."""
        schools, pathways = schools_and_pathways(self.scope, self.known)
        sections = kept_sections(self.scope, self.known)
        return {
            "schools": schools,
            "pathways": pathways,
            "sections": sections,
            "courses": courses_of(sections),
        }


@prepared
def _names(scope: Scope, people: tuple[int, ...]) -> QuerySet[Student, tuple[Any, ...]]:
    students = Student.objects.of_district(scope).filter(pk__in=people)
    return students.values_list("pk", "last_name", "first_name", "middle_name")
