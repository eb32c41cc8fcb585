"""One list of findings as a person works through it: its filter, its order and the place in it. The
address carries no student data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from cte_portal.editions import Edition, Scope
from cte_portal.folding import folded
from cte_portal.pages.typed import number
from pathways.findings.findings import SEVERITIES, Findings, Level, ListedFinding, findings
from pathways.models import Pathway, Student
from pathways.rules import Rule, Severity

BY_RECORD, BY_RULE = "record", "rule"
REPORT = re.compile(r"[a-z-]{1,40}")
"""A report's place in an address. The reports stand above the findings, and their page says when
there is none of that name.
"""

Place = tuple[object, ...]


@dataclass(frozen=True)
class FindingList:
    """`rule` is the one that is open where the rules come first, `page` the page where the records
    do; `report` is where the person came from.
    """

    by: str = BY_RECORD
    level: Level = Level.TO_DO
    edition: Edition = Edition.DISTRICT
    rule: str = ""
    page: int = 1
    report: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> FindingList:
        """The list that an address asks for; wrong parts of the address are ignored."""
        level = query.get("level", "")
        return cls(
            BY_RULE if query.get("by") == BY_RULE else BY_RECORD,
            next((choice for choice in Level if choice.value == level), Level.TO_DO),
            Edition.STATE if query.get("at") == "state" else Edition.DISTRICT,
            query.get("rule", "")[:7],
            number(query.get("page", ""), digits=4) or 1,
            query.get("report", "") if REPORT.fullmatch(query.get("report", "")) else "",
        )

    @property
    def at_state(self) -> bool:
        return self.edition is Edition.STATE

    @property
    def by_rule(self) -> bool:
        return self.by == BY_RULE

    @property
    def query(self) -> str:
        """The query that links of the list carry on."""
        values = {
            "by": self.by if self.by_rule else "",
            "level": "" if self.level is Level.TO_DO else self.level.value,
            "at": "state" if self.at_state else "",
            "rule": self.rule,
            "page": self.page if self.page > 1 else "",
            "report": self.report,
        }
        return urlencode({name: value for name, value in values.items() if value})

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
        result = findings(self.scope(scope), level=self.level)
        result.lines.sort(key=self.place_of)
        return result

    def place_of(self, finding: ListedFinding) -> Place:
        breach = finding.breach
        named = (
            breach.last_name,
            breach.first_name,
            breach.middle_name,
            breach.state_id,
            breach.pathway,
        )
        return self._place(finding.rule, finding.severity, named)

    def place(self, rule: Rule, severity: Severity, student: Student, pathway: Pathway) -> Place:
        """The place of a finding in the list, also of one that is solved."""
        named = (
            student.last_name,
            student.first_name,
            student.middle_name,
            student.state_id,
            pathway.name,
        )
        return self._place(rule, severity, named)

    def after(self, findings: Iterable[ListedFinding], place: Place) -> ListedFinding | None:
        """The next one in the list as it is now, None at its end."""
        return next((finding for finding in findings if self.place_of(finding) > place), None)

    def _place(self, rule: Rule, severity: Severity, named: tuple[str, ...]) -> Place:
        weight, names = (SEVERITIES.index(severity), rule.id), tuple(folded(name) for name in named)
        return (*weight, *names) if self.by_rule else (*names, *weight)
