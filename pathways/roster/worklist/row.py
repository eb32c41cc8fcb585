"""A line of the worklist as its page and its file show it."""

from __future__ import annotations

from collections.abc import Container
from functools import cached_property
from typing import NamedTuple

from cte_portal.editions import Scope
from pathways.pages.addresses import pattern_of
from pathways.pages.roster_entry import roster_entry
from pathways.roster.worklist.line import Pair, PlacedStudent, RosterLine
from pathways.roster.worklist.which import Which


class WorklistRow(NamedTuple):
    """A line with where it leads: `address` to the student, `way_on` to what `link` says, `grid` to
    its row in CTE Roster Entry. `about` names it for who cannot see it.
    """

    line: RosterLine
    student: PlacedStudent
    token: str
    about: str
    address: str
    way_on: str
    link: str
    grid: str
    is_ticked: bool
    css: str


class LinkedRows:
    """Makes the rows of a page: each address is put together once and filled in for each line."""

    def __init__(
        self, scope: Scope, which: Which, ticked: Container[Pair], *, may_edit: bool
    ) -> None:
        """`may_edit`: whether the person may type into CTE Roster Entry."""
        self.scope, self.which, self.ticked, self.may_edit = scope, which, ticked, may_edit
        self._student = pattern_of(scope, "cte-student", 1)
        self._grids: dict[Pair, str] = {}

    def row(self, line: RosterLine) -> WorklistRow:
        pair, is_ticked = line.pair, line.pair in self.ticked
        if line.record:
            way_on, link = self._record % pair, "Open"
        elif self.which is Which.WITHOUT_RECORD:
            way_on, link = self._new_record % pair[:1], "Enter"
        else:
            way_on, link = self._history % pair, "History"
        return WorklistRow(
            line,
            line.student,
            line.token,
            f"{line.student.name}, {line.pathway.name}",
            self._student % pair[:1],
            way_on,
            link,
            self._grid(line, pair),
            is_ticked,
            "chosen" if is_ticked else "",
        )

    @cached_property
    def _record(self) -> str:
        return pattern_of(self.scope, "cte-record", 2)

    @cached_property
    def _new_record(self) -> str:
        return pattern_of(self.scope, "cte-record-new", 1)

    @cached_property
    def _history(self) -> str:
        return pattern_of(self.scope, "cte-record-history", 2)

    def _grid(self, line: RosterLine, pair: Pair) -> str:
        """The line's row among those of its school and pathway; empty where it has none or nobody
        may type.
        """
        if not self.may_edit or not (line.record or line.courses):
            return ""
        place = line.student.school_id, line.pathway.pk
        grid = self._grids.get(place)
        if grid is None:
            grid = roster_entry(self.scope, school=place[0], pathway=place[1])
            self._grids[place] = grid
        return f"{grid}&at={pair[0]}-{pair[1]}"
