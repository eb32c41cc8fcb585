"""The roster worklist: what rosters and records do not agree on, line by line, and what the clerk
says to it (ux D-38).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.listing.filter import MOST_ROWS
from cte_portal.accounts.listing.table import CHOOSE
from pathways.ledger.refusals import NotApplied
from pathways.models import Participation, RosterDecision
from pathways.pages.addresses import address_of
from pathways.pages.roster_entry import roster_entry
from pathways.roster import decisions
from pathways.roster.decisions import Answer, Seen
from pathways.roster.views.worklist_rows import WorklistRows
from pathways.roster.worklist.balance import kept_balance_of
from pathways.roster.worklist.line import Pair
from pathways.roster.worklist.which import Show, Which

Choice = RosterDecision.Choice
ANSWERS = "pathways.worklist"
MOST_REASON = 300
CREATE, TAKE_BACK = "create", "open"


class RosterWorklist(WorklistRows):
    """What was done with each line is told on the next page, once."""

    write_capability = Capability.EDIT_RECORDS
    keeps = ""

    @property
    def by(self) -> str:
        return self.person.record_name

    @cached_property
    def typed(self) -> QueryDict | None:
        """What was ticked and typed, in this request or before the person was signed out."""
        if self.request.method == "POST":
            return self.request.POST
        return self.kept_form() if self.may_edit else None

    @cached_property
    def ticked(self) -> set[Pair]:
        chosen = self.typed.getlist("chosen") if self.typed else []
        return {line.pair for line in Seen.read(chosen)}

    def choices(self) -> list[tuple[str, str]]:
        """What can be said to the lines that are shown: value and words."""
        put_back = [(TAKE_BACK, "Open again")]
        dismiss = [(self.which.dismissal.value, self.which.dismissal.label)]
        later = [(Choice.LATER.value, "Later")]
        create = (
            [(CREATE, "Create with these credits")] if self.which is Which.WITHOUT_RECORD else []
        )
        return {
            Show.OPEN: create + later + dismiss,
            Show.LATER: create + dismiss + put_back,
            Show.DISMISSED: put_back,
        }[self.show]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(
            answers=request.session.pop(ANSWERS, None) if ANSWERS in request.session else None
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seen = Seen.read(request.POST.getlist("chosen"))[:MOST_ROWS]
        do, reason = (
            request.POST.get("do", ""),
            " ".join(request.POST.get("reason", "").replace("\x00", "").split()),
        )
        if not seen or do not in {TAKE_BACK, *dict(self.choices())}:
            return self.answer(
                problem="Choose at least one line and an action. Nothing was changed."
            )
        if do == self.which.dismissal and not reason:
            return self.answer(problem="Enter a reason. Nothing was changed.", field="reason")
        if len(reason) > MOST_REASON:
            return self.answer(
                problem=f"A reason can have up to {MOST_REASON} characters. Nothing was changed.",
                field="reason",
            )
        try:
            if do == CREATE:
                answers = decisions.create(self.scope, seen, by=self.by, by_id=self._user_id)
            elif do == TAKE_BACK:
                answers = decisions.take_back(self.scope, seen, by=self.by, by_id=self._user_id)
            else:
                answers = decisions.decide(
                    self.scope, seen, Choice(do), reason=reason, by=self.by, by_id=self._user_id
                )
        except NotApplied as refusal:
            return self.answer(problem=refusal.sentence)
        if not answers:
            return self.answer(problem="These lines are not on the list. Nothing was changed.")
        request.session[ANSWERS] = [_told(answer) for answer in answers]
        return redirect(request.get_full_path())

    def answer(self, *, answers: Any = None, problem: str = "", field: str = "") -> HttpResponse:
        """The page; after a problem with everything that was ticked and typed."""
        balance = kept_balance_of(self.worklist, self.known)
        own = self.everything
        counts = {
            Which.WITHOUT_RECORD: balance.counts,
            self.which: {show: len(pairs) for show, pairs in own.items()},
        }
        counts |= {
            which: self.worklist.kept_counts(which, self.known)
            for which in Which
            if which not in counts
        }
        self.filter.count(counts[self.which])
        listing = self.listing(
            without=() if self.may_edit else (CHOOSE,),
            attrs={"caption": f"{self.which.title}, {self.show.title}", "class": "choosable"},
        )
        kept = self.typed
        context = {
            "which": self.which,
            "lists": [
                (
                    which,
                    address_of(self.scope, "roster-worklist-of", of=which.key),
                    counts[which][Show.OPEN] + counts[which][Show.LATER],
                )
                for which in Which
            ],
            "show": self.show,
            "listing": listing,
            "balance": balance,
            "narrowed": self.filter.is_narrowed,
            "nothing_judged": self.nothing_judged(balance.rostered) if listing.is_empty else "",
            "kept": (
                {name: kept.get(name, "")[:MOST_REASON] for name in ("do", "reason")}
                if kept
                else {}
            ),
            "choices": self.choices(),
            "dismissal": self.which.dismissal,
            "may_edit": self.may_edit,
            "lock": self.lock,
            "in_active_year": self.in_active_year,
            "answers": answers,
            "grid": self.grid,
            "undo": [answer["undo"] for answer in answers or [] if answer["undo"]],
            "not_done": sum(not answer["done"] for answer in answers or []),
            "problem": problem,
            "field": field,
        }
        return render(self.request, "pathways/roster/worklist.html", context)

    @property
    def grid(self) -> str:
        """Where the students of this list are entered together, of the same school, pathway and
        grade; empty where nobody can be.
        """
        if not self.may_edit or self.which is not Which.WITHOUT_RECORD or not self.readable_keys:
            return ""
        values = {name: self.filter.values.get(name) for name in ("school", "pathway", "grade")}
        return roster_entry(self.scope, missing="on", **values)

    def nothing_judged(self, rostered: int) -> str:
        """What the list would have to compare and does not have: `rosters` or `records`; only what
        was judged is said to be good.
        """
        if self.which in (Which.WITHOUT_RECORD, Which.UNLIKE):
            return "" if rostered else "rosters"
        return "" if Participation.objects.in_scope(self.scope).exists() else "records"


def _told(answer: Answer) -> dict[str, Any]:
    """An answer as the session keeps it: it names a student, so it stands in no address."""
    line = answer.line
    return {
        "done": answer.done,
        "name": line.student.name,
        "pathway": line.pathway.name,
        "sentence": answer.sentence,
        "student": line.student.pk,
        "undo": line.token if answer.done and line.decision else "",
    }
