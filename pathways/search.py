"""The result list that stays beside the record. What was searched for names a student, so it stays in the session; pages carry a token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from cte_portal.editions import Scope
from pathways.models import Student

KEY = "pathways.searches"
MOST_KEPT = 20
MOST_SHOWN = 200
LONGEST_TERM = 100


def remember(request: HttpRequest, term: str) -> str:
    """Keep a search and return its token; the oldest ones are let go."""
    kept: dict[str, str] = dict(request.session.get(KEY, {}))
    token = next((known for known, same in kept.items() if same == term), None) or secrets.token_urlsafe(6)
    kept.pop(token, None)
    kept[token] = term
    request.session[KEY] = dict(list(kept.items())[-MOST_KEPT:])
    return token


@dataclass(frozen=True)
class Search:
    """One result list. A token that the session does not know, from a bookmark or another sign-in, stands for all students."""

    token: str = ""
    term: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Search:
        token = request.GET.get("list", "")[:64]
        term = request.session.get(KEY, {}).get(token)
        return cls(token, term) if term is not None else cls()

    @property
    def query(self) -> str:
        """What links of the list carry on."""
        return f"?list={self.token}" if self.token else ""

    def found(self, scope: Scope) -> Any:
        return Student.objects.in_scope(scope).matching(self.term).by_name()

    def page(self, scope: Scope) -> ResultList:
        """The list from its beginning."""
        rows = list(self.found(scope).listed(scope.end_year).with_total()[:MOST_SHOWN])
        return ResultList(self, rows, total=rows[0].total if rows else 0)

    def around(self, scope: Scope, student_id: int) -> ResultList:
        """The part of the list in which a student stands, with the neighbours."""
        keys = list(self.found(scope).values_list("pk", flat=True))
        if student_id not in keys:
            return ResultList(
                self, list(Student.objects.in_scope(scope).filter(pk__in=keys[:MOST_SHOWN]).by_name().listed(scope.end_year)), len(keys)
            )
        at = keys.index(student_id)
        first = max(0, min(at - MOST_SHOWN // 2, len(keys) - MOST_SHOWN))
        shown = keys[first : first + MOST_SHOWN]
        rows = list(Student.objects.in_scope(scope).filter(pk__in=shown).by_name().listed(scope.end_year))
        return ResultList(
            self,
            rows,
            total=len(keys),
            position=at + 1,
            previous=keys[at - 1] if at else None,
            next=keys[at + 1] if at + 1 < len(keys) else None,
        )


@dataclass(frozen=True)
class ResultList:
    """`rows` are students with grade and number of records; `position` counts from 1, 0 where the open student is not in the list."""

    search: Search
    rows: list[Student]
    total: int
    position: int = 0
    previous: int | None = None
    next: int | None = None

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.rows)
