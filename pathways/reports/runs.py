"""Runs of reports, and whether they still describe the state's data."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from cte_portal.batches.models import Batch, Status
from cte_portal.editions import Edition, Scope
from cte_portal.prepared import filled_up, prepared
from pathways.models import Change, District, StateCopy
from pathways.models.validation import GroupAssignment
from pathways.reports.certification import Certification
from pathways.reports.groups import BY_SLUG, GROUPS, Group

KIND = "validate"
AT_ONCE = 20
"""Runs that are read together: the newest of each report are hardly ever further back."""


@dataclass(frozen=True)
class Run:
    """One report of a run: the batch, when its figures were read, the count it found."""

    batch: Batch
    edition: Edition
    at: datetime.datetime
    count: int

    @property
    def settled(self) -> bool:
        """True when district and state stood still while the reports ran."""
        return not self.batch.result.get("moved", True)


def point(scope: Scope) -> dict[str, Any]:
    """The ledger's cursor and the state's generation: equal points mean that the records of neither
    have moved in between.
    """
    return _point(
        Change.objects.cursor(scope.district), StateCopy.objects.of_district(scope.district)
    )


def points() -> dict[str, dict[str, Any]]:
    """The points of all districts."""
    copies = {copy.district: copy for copy in StateCopy.objects.at_state()}
    cursors = Change.objects.cursors()
    return {
        number: _point(cursors.get(number, 0), copies.get(number))
        for number in District.objects.values_list("number", flat=True)
    }


def _point(cursor: int, copy: StateCopy | None) -> dict[str, Any]:
    return {
        "district_cursor": cursor,
        "generation": copy.generation if copy else None,
        "cursor": copy.cursor if copy else None,
        "sent_at": copy.sent_at.isoformat() if copy else None,
    }


def finished_runs(scope: Scope) -> Any:
    ended = (Status.COMPLETED, Status.WITH_ERRORS)
    return Batch.objects.filter(
        kind=KIND, district=scope.district, end_year=scope.end_year, status__in=ended
    ).order_by("-finished_at")


@prepared
def _newest(scope: Scope) -> QuerySet[Batch]:
    return finished_runs(scope)[:AT_ONCE]


def last_runs(scope: Scope) -> dict[tuple[str, Edition], Run]:
    """The newest run of each report in each edition, as far as there is one."""
    runs: dict[tuple[str, Edition], Run] = {}
    newest = _newest(scope)
    further = () if len(newest) < AT_ONCE else finished_runs(scope)[AT_ONCE:].iterator(AT_ONCE)
    for batch in chain(newest, further):
        edition = Edition[batch.result["edition"].upper()]
        at = datetime.datetime.fromisoformat(batch.result["at"])
        for entry in batch.result["reports"]:
            runs.setdefault((entry["slug"], edition), Run(batch, edition, at, entry["count"]))
        if len(runs) == len(BY_SLUG) * len(Edition):
            break
    return runs


@dataclass(frozen=True)
class Validated:
    """A district's last run at the state: when, on which generation, how many records it read and
    what it found in them.
    """

    at: datetime.datetime
    generation: int | None
    settled: bool
    records: int
    errors: int
    warnings: int
    totals_match: bool
    """Whether its Certification report found no difference; False too when that report was not
    among those that ran.
    """

    @cached_property
    def day(self) -> datetime.date:
        """Lists of all districts say how long ago that was."""
        return timezone.localdate(self.at)


_read: dict[tuple[int, str], tuple[str, Validated | None]] = {}
"""By year and district the run that was read last, and what it found."""
UNREAD = ("", None)


def last_validations(end_year: int) -> dict[str, Validated]:
    """The last run at the state of every district that has one. What a run has found stays as it
    was when it ended, so it is read once a process.
    """
    last = {district: run for district, run in _last_at_state(end_year) if run}
    # The process's other threads read too: what this page has of it stays as it is.
    read = {district: _read.get((end_year, district), UNREAD) for district in last}
    new = [run.split()[0] for district, run in last.items() if read[district][0] != run]
    if new:
        for district, run, result in _results(filled_up(tuple(new))):
            read[district] = _read[end_year, district] = run, _validated(result)
    return {
        district: validation
        for district, (run, validation) in read.items()
        if validation and run == last[district]
    }


def _validated(result: dict[str, Any]) -> Validated | None:
    """None where nothing was sent: nothing was validated."""
    if result.get("generation") is None:
        return None
    counts = {entry["slug"]: entry["count"] for entry in result["reports"]}
    return Validated(
        at=datetime.datetime.fromisoformat(result["at"]),
        generation=result["generation"],
        settled=not result["moved"],
        records=result["records"],
        errors=result["findings"]["errors"],
        warnings=result["findings"]["warnings"],
        totals_match=counts.get(Certification.slug) == 0,
    )


RUN = Concat(Cast("pk", TextField()), Value(" ", TextField()), Cast("finished_at", TextField()))
"""Which run it is: a batch that is run again ends at another moment."""


@prepared
def _last_at_state(end_year: int) -> QuerySet[District, tuple[Any, ...]]:
    """Each district's last run, None where it has none."""
    ended = (Status.COMPLETED, Status.WITH_ERRORS)
    runs = Batch.objects.filter(
        kind=KIND,
        district=OuterRef("number"),
        end_year=end_year,
        status__in=ended,
        result__edition="state",
        result__has_key="findings",  # of leavers there are none
    )
    last = Subquery(runs.order_by("-queued_at").values(run=RUN)[:1])
    return District.objects.order_by().annotate(last=last).values_list("number", "last")


@prepared
def _results(runs: tuple[str, ...]) -> QuerySet[Batch, tuple[Any, ...]]:
    return Batch.objects.filter(pk__in=runs).values_list("district", RUN, "result")


@prepared
def _assigned(district: str, roles: tuple[str, ...]) -> QuerySet[GroupAssignment, tuple[str]]:
    rows = GroupAssignment.objects.filter(district=district, role__in=roles)
    return rows.values_list("group")


def certification_at_state(
    scope: Scope,
    runs: dict[tuple[str, Edition], Run] | None = None,
    known: dict[Any, Any] | None = None,
) -> Run | None:
    """The newest Certification report run at the state, if it was run on what stands there now; a
    later resync makes it none. `known` is what a page knows already.

    `count` says in how many figures district and state differed. Whether the district has moved
    since is the unsent changes' question.
    """
    run = (last_runs(scope) if runs is None else runs).get((Certification.slug, Edition.STATE))
    copy = StateCopy.objects.in_short(scope.district, known)
    if (
        run is None
        or copy is None
        or not run.settled
        or run.batch.result["generation"] != copy.generation
    ):
        return None
    return run


def assigned(district: str, roles: list[str]) -> list[Group]:
    """The groups that a District Administrator has given to one of these user groups."""
    slugs = {slug for (slug,) in _assigned(district, filled_up(tuple(roles)))}
    return [group for group in GROUPS if group.slug in slugs]
