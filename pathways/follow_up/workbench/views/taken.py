"""The call list with its contacts, taken away from the portal: who may, and that it is recorded."""

from __future__ import annotations

from cte_portal.accounts.access import purpose
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.ui.wording import number_of
from pathways.follow_up.workbench.called_lines import CalledLine, called_lines
from pathways.follow_up.workbench.views.pages import WorkbenchPage

PURPOSE = "Calls to leavers"


class TakenCallList(WorkbenchPage):
    """Each taking is a POST, so that nothing but a button of the portal can cause it."""

    capability = Capability.EXPORT_RECORDS
    write_capability = Capability.EXPORT_RECORDS

    def take(self, name: str) -> list[CalledLine]:
        """The lines that the page of calls shows, on all its pages; `name` is how the audit calls
        what was taken.
        """
        rows = called_lines(self.lines.in_order().prefetch_related("student__contacts"))
        purpose.record(
            self.person,
            PURPOSE,
            file=name,
            key="follow-up-calls",
            district=self.scope.district,
            end_year=self.scope.end_year,
            records=number_of(len(rows), "student"),
        )
        return rows
