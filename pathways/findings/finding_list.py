"""One list of findings as a person works through it: its filter, its order and the place in it. The
address carries no student data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from cte_portal.editions import Edition, Scope
from cte_portal.pages.typed import number
from pathways.findings.findings import Findings, Level, ListedFinding, findings
from pathways.findings.narrowing import EVERYTHING, FindingNarrowing
from pathways.findings.order import SORTS, Subject, order_of

BY_RECORD, BY_RULE = "record", "rule"
REPORT = re.compile(r"[a-z-]{1,40}")
"""A report's place in an address. The reports stand above the findings, and their page says when
there is none of that name.
"""
COLUMN = re.compile(r"[a-z_]{1,20}")
MOST_COLUMNS = 20


@dataclass(frozen=True)
class FindingList:
    """`page` is the one that is open, `rule` the rule that is open where the rules come first;
    `report` is where the person came from. Rows and columns are as the address has them.
    """

    by: str = BY_RECORD
    level: Level = Level.TO_DO
    edition: Edition = Edition.DISTRICT
    rule: str = ""
    page: int = 1
    report: str = ""
    narrowing: FindingNarrowing = EVERYTHING
    sort: str = ""
    rows: int | None = None
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> FindingList:
        """The list that an address asks for; wrong parts of the address are ignored."""
        level, sort = query.get("level", ""), query.get("sort", "")
        by = BY_RULE if query.get("by") == BY_RULE else BY_RECORD
        narrowing = FindingNarrowing.of(query)
        return cls(
            by,
            next((choice for choice in Level if choice.value == level), Level.TO_DO),
            Edition.STATE if query.get("at") == "state" else Edition.DISTRICT,
            narrowing.rule if by == BY_RULE else "",
            number(query.get("page", ""), digits=4) or 1,
            query.get("report", "") if REPORT.fullmatch(query.get("report", "")) else "",
            replace(narrowing, rule="") if by == BY_RULE else narrowing,
            sort if sort.removeprefix("-") in SORTS else "",
            number(query.get("rows", ""), digits=3),
            tuple(filter(COLUMN.fullmatch, query.getlist("columns")))[:MOST_COLUMNS],
        )

    @property
    def at_state(self) -> bool:
        return self.edition is Edition.STATE

    @property
    def by_rule(self) -> bool:
        return self.by == BY_RULE

    @cached_property
    def query(self) -> str:
        """The query that links of the list carry on."""
        values = {
            "by": self.by if self.by_rule else "",
            "level": "" if self.level is Level.TO_DO else self.level.value,
            "at": "state" if self.at_state else "",
            **self.narrowing.values,
            "rule": self.rule or self.narrowing.rule,
            "page": self.page if self.page > 1 else "",
            "report": self.report,
            "sort": self.sort,
            "rows": self.rows,
            "columns": self.columns,
        }
        return urlencode({name: value for name, value in values.items() if value}, doseq=True)

    def address(self, scope: Scope) -> str:
        """The list's own page, or the report's."""
        page = "data-validation-reports" if self.report else "findings"
        return f"{reverse(page, args=[scope.district, scope.end_year])}{f'?{self.query}' if self.query else ''}"

    @property
    def way_back(self) -> str:
        return "Back to the report" if self.report else "Back to the findings"

    def but(self, **values: Any) -> str:
        """The address of the same list, another way."""
        return f"?{replace(self, **values).query}"

    def scope(self, scope: Scope) -> Scope:
        return replace(scope, edition=self.edition)

    def findings(self, scope: Scope) -> Findings:
        """The findings of now, in the list's order."""
        scope = self.scope(scope)
        result = findings(scope, level=self.level, holds=self.narrowing.holds(scope))
        place = order_of(scope, self.sort, by_rule=self.by_rule)
        result.lines.sort(key=lambda finding: place(Subject.of(finding)))
        return result

    def after(self, scope: Scope, subject: Subject) -> tuple[ListedFinding | None, int]:
        """The next finding in the list as it is now, None at its end, and how many it has. The
        subject's own is solved perhaps.
        """
        result = self.findings(scope)
        place = order_of(self.scope(scope), self.sort, by_rule=self.by_rule)
        here = place(subject)
        following = (finding for finding in result.lines if here < place(Subject.of(finding)))
        return next(following, None), result.total
