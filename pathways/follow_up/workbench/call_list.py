"""The lines to call: narrowed to what the address says, the ones tried least first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Self
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict

from cte_portal.editions import Scope
from cte_portal.pages.typed import KEY_DIGITS, number
from pathways.follow_up.rates import (
    GroupRates,
    Rates,
    StatusCodes,
    rates_by_caller,
    rates_by_pathway,
    rates_by_school,
    rates_of,
    with_answers,
)
from pathways.models import Attempt, FollowUpEntry, FollowUpPathway
from pathways.models.student import by_name_of

MOST_CODE = 2


class CallState(Enum):
    """The value is what the address says."""

    OPEN = "open"
    WORKED_ON = "worked-on"
    ANSWERED = "answered"
    PLACED = "placed"
    NOT_REACHED = "not-reached"
    ALL = "all"

    @property
    def title(self) -> str:
        return {
            CallState.OPEN: "Open",
            CallState.WORKED_ON: "Worked on",
            CallState.ANSWERED: "Answered",
            CallState.PLACED: "Placed",
            CallState.NOT_REACHED: "Not reached",
            CallState.ALL: "All",
        }[self]


@dataclass(frozen=True)
class Narrowing:
    """What the list is narrowed to: numbers and codes, never a name."""

    show: CallState = CallState.OPEN
    school: int | None = None
    pathway: str = ""
    caller: int | None = None
    exit: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        pathway, way_out = query.get("pathway", ""), query.get("exit", "")
        return cls(
            next((show for show in CallState if show.value == query.get("show")), CallState.OPEN),
            number(query.get("school", ""), digits=KEY_DIGITS),
            pathway
            if pathway.isascii() and pathway.isalnum() and len(pathway) <= MOST_CODE
            else "",
            number(query.get("caller", ""), digits=KEY_DIGITS),
            way_out if way_out in FollowUpEntry.Exit.values else "",
        )

    @property
    def query(self) -> str:
        """As it stands in an address."""
        parts = {
            "show": "" if self.show is CallState.OPEN else self.show.value,
            "school": self.school,
            "pathway": self.pathway,
            "caller": self.caller,
            "exit": self.exit,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def is_whole(self) -> bool:
        return not (self.school or self.pathway or self.caller or self.exit)


@dataclass(frozen=True)
class CallLines:
    """The lines of a scope's list, narrowed."""

    scope: Scope
    narrowing: Narrowing

    @cached_property
    def codes(self) -> StatusCodes:
        return StatusCodes.now()

    @property
    def everything(self) -> QuerySet[FollowUpEntry]:
        return FollowUpEntry.objects.in_scope(self.scope).counted()

    @cached_property
    def rates(self) -> Rates:
        """Of the whole list, however it is narrowed."""
        return rates_of(self.everything, self.codes)

    def groups(self) -> dict[str, list[GroupRates]]:
        """The rates of the whole list by what it can be narrowed to."""
        return {
            "school": rates_by_school(self.everything, self.codes),
            "pathway": rates_by_pathway(self.everything, self.codes),
            "caller": rates_by_caller(self.everything, self.codes),
        }

    def in_order(self) -> QuerySet[FollowUpEntry]:
        rows = with_answers(self.everything).filter(self._shown(), **self._narrowed())
        if self.narrowing.pathway:
            own = FollowUpPathway.objects.filter(entry=OuterRef("pk"), code=self.narrowing.pathway)
            rows = rows.filter(Exists(own))
        if self.narrowing.caller:
            attempts = Attempt.objects.standing().filter(
                entry=OuterRef("pk"), by_id=self.narrowing.caller
            )
            rows = rows.filter(Exists(attempts))
        least_first = F("attempt_count").asc(nulls_first=True)
        return rows.order_by(least_first, *by_name_of("student"), "pk")

    def named(self, entries: Collection[int]) -> QuerySet[FollowUpEntry]:
        """These lines, however the list is narrowed."""
        return with_answers(self.everything.filter(pk__in=entries)).order_by("pk")

    def _narrowed(self) -> dict[str, int | str]:
        conditions: dict[str, int | str] = {}
        if self.narrowing.school:
            conditions["school_id"] = self.narrowing.school
        if self.narrowing.exit:
            conditions["exit"] = self.narrowing.exit
        return conditions

    def _shown(self) -> Q:
        codes = self.codes
        return {
            CallState.OPEN: Q(status=None),
            CallState.WORKED_ON: Q(status__isnull=False) | Q(attempt_count__gt=0),
            CallState.ANSWERED: Q(status__in=codes.answered),
            CallState.PLACED: Q(status__in=codes.placed),
            CallState.NOT_REACHED: Q(status__isnull=False) & ~Q(status__in=codes.answered),
            CallState.ALL: Q(),
        }[self.narrowing.show]
