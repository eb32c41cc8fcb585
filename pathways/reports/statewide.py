"""The End of Year reports of all districts: each figure in one statement for all, and a batch that
gives every district its run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.models import User
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import STATEWIDE, Batch, Status
from cte_portal.batches.submit import submit
from cte_portal.editions import Edition, Scope
from cte_portal.ui.wording import number_of
from pathways.findings.findings import findings
from pathways.models import District
from pathways.reports.groups import END_OF_YEAR
from pathways.reports.report import Figure, Nature, Report
from pathways.reports.run import AGAIN, Result, outcome, title
from pathways.reports.runs import KIND, points


class OfAllDistricts(Protocol):
    def by_district(self, edition: Edition, end_year: int) -> Mapping[str, Figure]: ...

    def total(self, edition: Edition, end_year: int) -> Figure: ...


@dataclass(frozen=True)
class DistrictLine:
    """The figures of one district, one for each report."""

    number: str
    name: str
    figures: tuple[tuple[Report, Figure], ...]

    @property
    def wants_a_look(self) -> bool:
        return any(
            figure.count for report, figure in self.figures if report.nature is Nature.ERRORS
        )


COUNTED = tuple(report for report in END_OF_YEAR.reports if report.nature is not Nature.COMPARISON)


def district_lines(edition: Edition, end_year: int) -> list[DistrictLine]:
    """As many statements as reports, however many districts."""
    counts = [(report, _by_district(report, edition, end_year)) for report in COUNTED]
    return [
        DistrictLine(
            number, name, tuple((report, of.get(number, report.none())) for report, of in counts)
        )
        for number, name in District.objects.order_by("number").values_list("number", "name")
    ]


def state_totals(edition: Edition, end_year: int) -> list[Figure]:
    """Of the whole state, each student once by State ID (C-35): less than the sum of the districts
    where a student moved.
    """
    return [cast(OfAllDistricts, report).total(edition, end_year) for report in COUNTED]


def _by_district(report: Report, edition: Edition, end_year: int) -> Mapping[str, Figure]:
    return cast(OfAllDistricts, report).by_district(edition, end_year)


def ask_for_all(edition: Edition, end_year: int, *, by: User, key: str = "") -> Batch:
    options = {"edition": edition.name.lower()}
    name = f"{title(edition, END_OF_YEAR.reports)} – all districts"
    return submit(
        "validate-all", by=by, title=name, scope=Scope("", end_year), options=options, key=key
    )


def run(job: Job) -> None:
    """The districts' runs are written with the parent's end, all or none; their files are made when
    a district runs for itself.
    """
    edition, end_year = Edition[job.batch.options["edition"].upper()], job.scope.end_year
    for _ in range(AGAIN):
        before, at = points(), timezone.now()
        counts = []
        for done, report in enumerate(END_OF_YEAR.reports):
            job.step(report.short, done, len(END_OF_YEAR.reports))
            counts.append((report, _by_district(report, edition, end_year)))
        job.step("Findings")
        counted = {}
        for number in before:
            job.check()
            counted[number] = findings(Scope(number, end_year, edition))
        after = points()
        moved = {number for number, point in before.items() if after.get(number) != point}
        if not moved:
            break
    ended = {
        number: outcome(
            edition,
            [Result(report, of.get(number, report.none())) for report, of in counts],
            counted[number],
            at=at,
            before=point,
            moved=number in moved,
        )
        for number, point in before.items()
    }
    with job.finishing():
        Batch.objects.bulk_create(_children(job.batch, edition, ended), batch_size=200)
        job.outcome = _outcome(edition, ended)


def _children(parent: Batch, edition: Edition, ended: Mapping[str, Outcome]) -> Iterator[Batch]:
    now = timezone.now()
    for number, how in ended.items():
        yield Batch(
            kind=KIND,
            queue=STATEWIDE,
            district=number,
            end_year=parent.end_year,
            submitted_by_id=parent.submitted_by_id,
            submitted_name=parent.submitted_name,
            title=title(edition, END_OF_YEAR.reports),
            about=parent,
            idempotency_key=f"{parent.pk}:{number}",
            status=Status.WITH_ERRORS if how.with_errors else Status.COMPLETED,
            attempt=parent.attempt,
            queued_at=parent.queued_at,
            started_at=parent.started_at,
            finished_at=now,
            sentence=how.sentence,
            result=how.result,
        )


def _outcome(edition: Edition, ended: Mapping[str, Outcome]) -> Outcome:
    number = sum(how.with_errors for how in ended.values())
    words = f"{number_of(len(ended), 'district')} validated at the {edition.label.lower()}."
    return Outcome(
        f"{words} {number:,} need attention." if number else f"{words} None needs attention.",
        with_errors=bool(number),
    )


VALIDATE_ALL = Kind(
    name="validate-all",
    run=run,
    queue=STATEWIDE,
    capability=Capability.WORK_STATEWIDE,
    unit="report",
)
