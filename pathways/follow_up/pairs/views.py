"""Students on two follow-up lists: OPI Staff see both lines and both answers, and say which counts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView, access
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.editions import Scope
from cte_portal.pages.typed import KEY_DIGITS, number, paged
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.follow_up.pairs import deciding
from pathways.follow_up.pairs.pairs import Pair, pairs
from pathways.models import FollowUpYear

PAGE = 50
AGAIN = "Press one of the buttons again. Nothing was saved."


class FollowUpPairs(StatewideView):
    """Every look is logged, as of other pages with students of all districts."""

    capability = Capability.WORK_STATEWIDE

    @cached_property
    def years(self) -> list[FollowUpYear]:
        """Those whose calls have begun, the latest first."""
        rows = FollowUpYear.objects.filter(opens__lte=timezone.localdate())
        return list(rows.order_by("-end_year"))

    @cached_property
    def year(self) -> FollowUpYear | None:
        """The chosen one, else one whose leavers are called today, else the latest."""
        chosen, today = number(self.request.GET.get("year", ""), digits=4), timezone.localdate()
        in_order = sorted(
            self.years, key=lambda year: (year.end_year != chosen, year.closes < today)
        )
        return in_order[0] if in_order else None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        everybody = pairs(self.year.end_year) if self.year else []
        page, query = paged(request, everybody, PAGE)
        self.note(list(page.object_list))
        context = {
            "year": self.year,
            "years": self.years,
            "number": len(everybody),
            "undecided": sum(pair.counted is None for pair in everybody),
            "pairs": page.object_list,
            "page": page,
            "query": query,
        }
        return render(request, "pathways/follow_up/pairs.html", context)

    def note(self, shown_pairs: list[Pair]) -> None:
        students = [line.entry.student for pair in shown_pairs for line in pair.lines]
        for student in students:
            scope = Scope(student.district_id, self.year.end_year if self.year else 0)
            VIEW_LOG.note(self.person, scope, "follow-up-pairs", student.pk)
        numbers = ",".join(str(student.pk) for student in students)
        access.info("viewed page=follow-up-pairs user=%s students=%s", self.person.pk, numbers)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.year is None:
            return redirect("follow-up-pairs")
        try:
            messages.success(request, self.act(self.year.end_year))
        except Refusal as refusal:
            messages.warning(request, refusal.sentence)
        return redirect(f"{reverse('follow-up-pairs')}?year={self.year.end_year}")

    def act(self, end_year: int) -> str:
        """What was done, in words. Raises a Refusal."""
        do = self.request.POST.get("do", "")
        if do == "all":
            counted = deciding.count_as_proposed(end_year, by=self.person)
            return f"{number_of(counted, 'student')} counted as proposed."
        entry = number(self.request.POST.get("entry", ""), digits=KEY_DIGITS)
        if entry is None or do not in ("count", "undo"):
            raise Refusal(AGAIN)
        if do == "count":
            deciding.count_in(end_year, entry, by=self.person)
            return "The student counts there, and on no other list."
        deciding.count_everywhere(end_year, entry, by=self.person)
        return "The student waits for your choice again."
