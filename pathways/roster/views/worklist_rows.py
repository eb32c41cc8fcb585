"""The lines of one list of the worklist, as its page and its file show them."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.listing.rows import RowsFile, RowsView
from pathways.pages.scoped import RecordsView
from pathways.pages.student_filter import schools_and_pathways
from pathways.roster.worklist.filter import WorklistFilter
from pathways.roster.worklist.line import Pair
from pathways.roster.worklist.row import LinkedRows, WorklistRow
from pathways.roster.worklist.table import TABLES, WorklistTable
from pathways.roster.worklist.which import Show, Which
from pathways.roster.worklist.worklist import Worklist


class WorklistRows(RecordsView, RowsView):
    """One of the four lists; without a name in the address the first."""

    capability = Capability.VIEW_RECORDS
    file_name = "roster-worklist"
    filter_class = WorklistFilter

    @cached_property
    def which(self) -> Which:
        key = self.kwargs.get("which", Which.WITHOUT_RECORD.key)
        group = next((which for which in Which if which.key == key), None)
        if group is None:
            raise Http404("There is no such list.")
        return group

    @cached_property
    def show(self) -> Show:
        """Known without the filter's choices, which who sends lines does not need."""
        return next((show for show in Show if show.key == self.request.GET.get("show")), Show.OPEN)

    @cached_property
    def ticked(self) -> set[Pair]:
        """Lines whose boxes are ticked."""
        return set()

    @property
    def table(self) -> type[WorklistTable]:
        return TABLES[self.which]

    @cached_property
    def filter(self) -> WorklistFilter:
        return self.filter_of(self.request.GET)

    def filter_of(self, query: QueryDict) -> WorklistFilter:
        return WorklistFilter(query, self.table, self.scope, self.known, which=self.which)

    @cached_property
    def worklist(self) -> Worklist:
        values = self.filter.values
        return Worklist(
            self.scope,
            values.get("school"),
            values.get("pathway"),
            values.get("grade", ""),
            values.get("since"),
            values.get("element"),
        )

    @cached_property
    def everything(self) -> dict[Show, list[Pair]]:
        order = self.table.fields_of(self.filter.sorting)
        return self.worklist.kept_everything(self.which, self.known, order)

    def keys(self) -> list[Pair]:
        return self.everything[self.show]

    def rows(self, keys: Sequence[Pair]) -> list[WorklistRow]:
        _, pathways = schools_and_pathways(self.scope, self.known)
        lines = self.worklist.listed(keys, self.which, self.known, pathways)
        rows = LinkedRows(self.scope, self.which, self.ticked, may_edit=self.may_edit)
        return [rows.row(line) for line in lines]

    def file_address(self, form: str) -> str:
        if not self.can(Capability.EXPORT_RECORDS):
            return ""
        keys = [self.scope.district, self.scope.end_year, self.which.key, form]
        return reverse("roster-worklist-file", args=keys)


class WorklistFile(RowsFile, WorklistRows):
    capability = Capability.EXPORT_RECORDS
