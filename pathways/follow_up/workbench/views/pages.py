"""What the pages of the workbench have in common."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from pathways.certified import LockLinks, certified
from pathways.follow_up.workbench.call_list import CallLines, Narrowing
from pathways.models import CollectionLock, FollowUpEntry, FollowUpYear

SAVED = "pathways.follow_up.saved"


class WorkbenchPage(ScopedView):
    """A page of the year's follow-up. Its year is the leavers', whichever is the current one."""

    capability = Capability.FOLLOW_UP
    write_capability = Capability.EDIT_RECORDS

    @cached_property
    def year(self) -> FollowUpYear | None:
        return FollowUpYear.objects.of(self.scope.end_year)

    @cached_property
    def lock(self) -> CollectionLock | None:
        """Of a follow-up that is certified."""
        own = CollectionLock.objects.on_outcomes(self.scope.district, self.scope.end_year)
        return own.first()

    @cached_property
    def lock_links(self) -> LockLinks | None:
        return certified().lock_links(self.lock, self.request.user)

    @property
    def may_write(self) -> bool:
        return self.can(Capability.EDIT_RECORDS) and self.lock is None and self.year is not None

    @cached_property
    def narrowing(self) -> Narrowing:
        return Narrowing.read(self.request.GET)

    @cached_property
    def lines(self) -> CallLines:
        return CallLines(self.scope, self.narrowing)

    @property
    def author(self) -> dict[str, Any]:
        return {"by": self.person.record_name, "by_id": self.person.pk}

    def address(self, name: str, *rows: int) -> str:
        """A page of the workbench, with the list narrowed as it is."""
        query = self.narrowing.query
        path = reverse(name, args=[self.scope.district, self.scope.end_year, *rows])
        return f"{path}?{query}" if query else path

    def tell(self, sentence: str, *, entry: int = 0) -> None:
        """Say it on the next page, once; `entry` is the line that it is about, to go back to."""
        self.request.session[SAVED] = {"sentence": sentence, "entry": entry}

    def saved_before(self) -> dict[str, Any] | None:
        message: dict[str, Any] | None = (
            self.request.session.pop(SAVED) if SAVED in self.request.session else None
        )
        return message


class LinePage(WorkbenchPage):
    """A page about one line; a line of another district or year answers 404."""

    @property
    def student_shown(self) -> int:
        return int(self.entry.student_id)

    @cached_property
    def entry(self) -> FollowUpEntry:
        rows = FollowUpEntry.objects.in_scope(self.scope).select_related("student", "school")
        entry = rows.filter(pk=self.kwargs["entry"]).prefetch_related("pathways").first()
        if entry is None:
            raise Http404("There is no such line.")
        return entry
