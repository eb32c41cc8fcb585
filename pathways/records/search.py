"""The result list that stays beside the record. What was searched for names a student, so it stays
in the session; pages carry a token.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from cte_portal.editions import Scope
from cte_portal.folding import folded
from cte_portal.pages.typed import number
from cte_portal.prepared import filled_up, prepared
from pathways.files import values
from pathways.ledger.kept import HangsOn, kept
from pathways.models import Student
from pathways.models.student import StudentQuerySet
from pathways.records.student_list.listed import Listed, ListedStudent

KEY = "pathways.searches"
MOST_KEPT = 20
MOST_SHOWN = 50
LONGEST_TERM = 100


@dataclass(frozen=True)
class Search:
    """One result list: what was typed, and what it is narrowed to. Without a token it is all
    students.
    """

    token: str = ""
    term: str = ""
    school: int | None = None
    grade: str = ""
    without_record: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Search:
        """The list that an address names. A token that the session does not know, from a bookmark
        or another sign-in, is all students.
        """
        token = request.GET.get("list", "")[:64]
        kept = request.session.get(KEY, {}).get(token)
        if kept is None:
            return cls()
        return (
            cls(token, kept) if isinstance(kept, str) else cls(token, *kept)
        )  # sessions of earlier versions keep the term alone

    @classmethod
    def sent(cls, data: QueryDict) -> Search:
        """What the search form asks for."""
        return cls(
            term=" ".join(data.get("term", "").replace("\x00", "").split())[:LONGEST_TERM],
            school=number(data.get("school", "")),
            grade=data.get("grade", "").replace("\x00", "")[:2],
            without_record=data.get("without_record") == "on",
        )

    def remember(self, request: HttpRequest) -> Search:
        """Keep the search and return it with its token; the oldest ones are let go."""
        choices = self.choices
        searches: dict[str, Any] = dict(request.session.get(KEY, {}))
        token = next(
            (known for known, same in searches.items() if same == choices), None
        ) or secrets.token_urlsafe(6)
        searches.pop(token, None)
        searches[token] = choices
        request.session[KEY] = dict(list(searches.items())[-MOST_KEPT:])
        return replace(self, token=token)

    @property
    def query(self) -> str:
        """What links of the list carry on."""
        return f"?list={self.token}" if self.token else ""

    @property
    def choices(self) -> list[Any]:
        """As the session keeps them."""
        return [self.term, self.school, self.grade, self.without_record]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.school or self.grade or self.without_record)

    @property
    def birth_date(self) -> datetime.date | None:
        try:
            return values.date(self.term, "")
        except values.Unreadable:
            return None

    def students(self, scope: Scope) -> Any:
        students = _narrowed(scope, self.school, self.grade or None, self.without_record)
        if self.birth_date:
            return students.filter(birth_date=self.birth_date).by_name()
        return students.matching(self.term).best_first(self.term)

    def only_one(self, scope: Scope) -> int | None:
        """The key of the one student whose whole name, State ID, Local ID or birth date was typed;
        None when there are more, or none.
        """
        if not self.term:
            return None
        if self.birth_date:
            keys = list(self.students(scope).values_list("pk")[:2])
        else:
            whole = folded(self.term)
            parts = {part for at in range(len(whole)) for part in (whole[: at + 1], whole[at:])}
            keys = _exactly(
                scope,
                self.school,
                self.grade or None,
                self.without_record,
                self.term,
                len(self.term),
                self.term.upper() != self.term.lower(),
                filled_up(tuple(sorted(parts))),
                whole or None,
            )
        return keys[0][0] if len(keys) == 1 else None

    def listed(self, scope: Scope, known: dict[Any, Any]) -> Listed:
        """All students of the list, read once, and not for each student that is opened from it."""
        return kept(
            scope,
            known,
            "listed",
            lambda: Listed(list(self.students(scope).values_list("pk", flat=True))),
            *self.choices,
            of_records=HangsOn.KEYS if self.without_record else HangsOn.NOTHING,
            is_long=True,
        )

    def page(self, scope: Scope, known: dict[Any, Any], start: int = 0) -> ResultList:
        """The list from its beginning, or from the student at `start`, who is counted from 0."""
        students = self.listed(scope, known)
        total = len(students.keys)
        start = start if start < total else 0
        return ResultList(self, students.rows(scope, start, MOST_SHOWN), total=total, start=start)

    def around(
        self, scope: Scope, known: dict[Any, Any], student_id: int, start: int | None = None
    ) -> ResultList:
        """The part of the list in which a student stands, or that begins at `start`, with the
        student's neighbours.
        """
        students = self.listed(scope, known)
        keys, place = students.keys, students.places.get(student_id)
        if start is None or start >= len(keys):
            start = max(0, min((place or 0) - MOST_SHOWN // 2, len(keys) - MOST_SHOWN))
        rows = students.rows(scope, start, MOST_SHOWN)
        if place is None:
            return ResultList(self, rows, len(keys), start)
        return ResultList(
            self,
            rows,
            total=len(keys),
            start=start,
            position=place + 1,
            previous=keys[place - 1] if place else None,
            next=keys[place + 1] if place + 1 < len(keys) else None,
        )


def _narrowed(
    scope: Scope, school: int | None, grade: str | None, without_record: bool
) -> StudentQuerySet:
    students = Student.objects.in_scope(scope)
    if school or grade:
        places = {"school_id": school, "grade": grade}
        placed = students.placed(scope.end_year).filter(
            **{name: value for name, value in places.items() if value}
        )
        students = students.filter(pk__in=placed.values("pk"))
    return students.filter(participations=None) if without_record else students


@prepared
def _exactly(
    scope: Scope,
    school: int | None,
    grade: str | None,
    without_record: bool,
    term: str,
    length: int,
    has_letters: bool,
    parts: tuple[str, ...],
    whole: str | None,
) -> QuerySet[Any]:
    """The keys of up to two of them. Two questions in one statement, each by its own index."""
    students = _narrowed(scope, school, grade, without_record)
    local = students.with_local_id(term, length, has_letters=has_letters).values_list("pk")
    if whole is None:  # nothing of it is a letter or a digit
        return local[:2]
    return students.exactly(whole, parts).values_list("pk").union(local)[:2]


@dataclass(frozen=True)
class ResultList:
    """`rows` are students with grade and number of records; `position` counts from 1, 0 where the
    open student is not in the list.
    """

    search: Search
    rows: list[ListedStudent]
    total: int
    start: int = 0
    position: int = 0
    previous: int | None = None
    next: int | None = None

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.rows)

    @property
    def first(self) -> int:
        """The first one shown, counted from 1."""
        return self.start + 1

    @property
    def last(self) -> int:
        return self.start + len(self.rows)

    @property
    def after(self) -> int:
        """How many the next part shows, 0 at the end."""
        return max(0, min(MOST_SHOWN, self.total - self.last))

    @property
    def before(self) -> int:
        return min(MOST_SHOWN, self.start)

    @property
    def earlier(self) -> str:
        """The query of the part before this one."""
        return self._part(self.start - self.before)

    @property
    def later(self) -> str:
        return self._part(self.last)

    def _part(self, start: int) -> str:
        return f"{self.search.query}{'&' if self.search.query else '?'}from={start}"


def start_of(request: HttpRequest) -> int | None:
    """Where an address says that the list begins."""
    return number(request.GET.get("from", ""), digits=7)
