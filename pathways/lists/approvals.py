"""Which district may offer which pathway in an end year: the questions of OPI's page, and the one
way to change the answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.editions import school_year_label
from cte_portal.ui.wording import number_of
from pathways.lists.changing import changing
from pathways.models import Approval, District, Participation, Pathway, SchoolYear
from pathways.models.participation import Reach

Pair = tuple[str, int]
"""A district's number and a pathway's key."""


@dataclass(frozen=True)
class ApprovalLine:
    """One district of a pathway, or one pathway of a district, in an end year."""

    key: str
    code: str
    name: str
    approved: bool
    since: str
    records: int
    event: AuditEvent | None

    @property
    def lapsed(self) -> bool:
        """Records stand without an approval."""
        return not self.approved and self.records > 0

    @property
    def status(self) -> tuple[str, str]:
        if self.approved:
            return "completed", "Approved"
        return ("warning", "Lapsed") if self.lapsed else ("canceled", "Not approved")


def lines_of_pathway(pathway: Pathway, end_year: int) -> list[ApprovalLine]:
    years = _years(
        Approval.objects.filter(pathway=pathway).values_list("district_id", "school_year_id")
    )
    records = _records(
        Participation.objects.filter(pathway=pathway), "student__district_id", end_year
    )
    events = {
        event.district: event
        for event in _events(end_year)
        if event.key.split("/")[1] == str(pathway.pk)
    }
    return [
        _line(
            district.number,
            district.number,
            district.name,
            years[district.number],
            records.get(district.number, 0),
            events.get(district.number),
            end_year,
        )
        for district in District.objects.order_by("number")
    ]


def lines_of_district(district: District, end_year: int) -> list[ApprovalLine]:
    years = _years(
        Approval.objects.filter(district=district).values_list("pathway_id", "school_year_id")
    )
    records = _records(
        Participation.objects.filter(student__district=district), "pathway_id", end_year
    )
    events = {
        event.key.split("/")[1]: event
        for event in _events(end_year).filter(district=district.number)
    }
    return [
        _line(
            str(pathway.pk),
            pathway.code,
            pathway.name,
            years[pathway.pk],
            records.get(pathway.pk, 0),
            events.get(str(pathway.pk)),
            end_year,
        )
        for pathway in Pathway.objects.order_by("code")
    ]


def _line(
    key: str,
    code: str,
    name: str,
    years: set[int],
    records: int,
    event: AuditEvent | None,
    end_year: int,
) -> ApprovalLine:
    since = end_year
    while since - 1 in years:
        since -= 1
    return ApprovalLine(
        key,
        code,
        name,
        end_year in years,
        school_year_label(since) if end_year in years else "",
        records,
        event,
    )


def _years(pairs: Iterable[tuple[Any, int]]) -> defaultdict[Any, set[int]]:
    years: defaultdict[Any, set[int]] = defaultdict(set)
    for key, year in pairs:
        years[key].add(year)
    return years


def _records(records: Any, by: str, end_year: int) -> dict[Any, int]:
    return dict(records.enrolled_in(end_year).values_list(by).annotate(number=Count("pk")))


def _events(end_year: int) -> Any:
    """The year's approvals given and withdrawn, oldest first, so that the last of a key stays."""
    return AuditEvent.objects.filter(kind="approval", end_year=end_year).order_by("pk")


def counts(end_year: int) -> list[tuple[Pathway, int]]:
    """Every pathway with the number of districts that may offer it."""
    approvals = dict(
        Approval.objects.filter(school_year_id=end_year)
        .values_list("pathway_id")
        .annotate(number=Count("pk"))
    )
    return [(pathway, approvals.get(pathway.pk, 0)) for pathway in Pathway.objects.order_by("code")]


@dataclass(frozen=True)
class ApprovalsPlan:
    """The approvals to give and to withdraw, and the records that would stand without one."""

    end_year: int
    give: tuple[Pair, ...]
    withdraw: tuple[Pair, ...]
    touched: Reach
    not_offered: int
    affected: tuple[str, ...] = ()
    """The districts whose records would stand without approval, by number and name."""
    districts: tuple[str, ...] = ()
    """All districts for which something would change, by number and name."""

    @property
    def size(self) -> int:
        return len(self.give) + len(self.withdraw)

    @property
    def named_districts(self) -> str:
        return named(self.districts)

    @property
    def sentence(self) -> str:
        """One text; who saves has seen this one."""
        year, parts = school_year_label(self.end_year), []
        if self.give:
            parts.append(f"Approves {number_of(len(self.give), 'pathway')} for {year}.")
        if self.withdraw:
            parts.append(f"Withdraws {number_of(len(self.withdraw), 'approval')} for {year}.")
        if self.touched.records:
            parts.append(
                f"Affects {self.touched} ({named(self.affected)}): they stay and can be corrected,"
                " but no records or credits can be added."
            )
        elif self.withdraw:
            parts.append("No records are affected.")
        if self.not_offered:
            parts.append(
                f"{number_of(self.not_offered, 'approval')} left out: the pathway is not offered in"
                f" {year}."
            )
        return " ".join(parts) or "Nothing would change."


def plan(
    end_year: int, *, give: Collection[Pair] = (), withdraw: Collection[Pair] = ()
) -> ApprovalsPlan:
    """Leaves out what already is so, and pathways that are not offered in the year."""
    standing = set(
        Approval.objects.filter(school_year_id=end_year).values_list("district_id", "pathway_id")
    )
    offered = set(Pathway.objects.offered_in(end_year).values_list("pk", flat=True))
    missing = [pair for pair in sorted(set(give)) if pair not in standing]
    going = tuple(pair for pair in sorted(set(withdraw)) if pair in standing)
    coming = tuple(pair for pair in missing if pair[1] in offered)
    touched = _touched(going, end_year)
    numbers = sorted({district for district, _ in (*coming, *going)})
    names = District.objects.in_bulk([*touched, *numbers])
    return ApprovalsPlan(
        end_year,
        coming,
        going,
        Reach(len(touched), sum(touched.values())),
        sum(pair[1] not in offered for pair in missing),
        tuple(str(names[number]) for number in sorted(touched)),
        tuple(str(names[number]) for number in numbers),
    )


MOST_NAMED = 10


def named(names: Collection[str]) -> str:
    """Districts by name: the first ones, and how many more."""
    first = list(names)[:MOST_NAMED]
    more = len(names) - len(first)
    return ", ".join(first) + (f", and {more:,} more" if more else "")


def _touched(pairs: Collection[Pair], end_year: int) -> dict[str, int]:
    """Records of the pairs, by district."""
    districts_of: defaultdict[int, set[str]] = defaultdict(set)
    for district, pathway in pairs:
        districts_of[pathway].add(district)
    totals: dict[str, int] = defaultdict(int)
    for pathway, numbers in districts_of.items():
        counts = _records(
            Participation.objects.filter(pathway_id=pathway, student__district_id__in=numbers),
            "student__district_id",
            end_year,
        )
        for district, number in counts.items():
            totals[district] += number
    return totals


def copy_of(end_year: int) -> ApprovalsPlan:
    """Everything that was approved in the year before."""
    return plan(
        end_year,
        give=list(
            Approval.objects.filter(school_year_id=end_year - 1).values_list(
                "district_id", "pathway_id"
            )
        ),
    )


def carry_out(plan: ApprovalsPlan, *, by: User, reason: str) -> None:
    """Give and withdraw. What somebody else has given or withdrawn meanwhile stays as that; raises
    NotApplied.
    """
    with changing(by=by, reason=reason) as entries:
        year = SchoolYear.objects.get(pk=plan.end_year)
        districts, pathways = District.objects.in_bulk(), Pathway.objects.in_bulk()
        standing = {
            (row.district_id, row.pathway_id): row
            for row in Approval.objects.filter(school_year=year)
        }
        new = [
            Approval(district=districts[district], pathway=pathways[pathway], school_year=year)
            for district, pathway in plan.give
            if (district, pathway) not in standing
        ]
        old = [standing[pair] for pair in plan.withdraw if pair in standing]
        for row in old:
            row.district, row.pathway = districts[row.district_id], pathways[row.pathway_id]
        entries.remove(old)
        entries.add(new)
