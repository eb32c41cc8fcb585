"""The Perkins figure 3S1 of one class: how many concentrators who left are placed, from sealed
copies alone (R-OUT-05).

A leaver in the seals of two districts counts once: where OPI says, else as the one that the student
left last. Numbers under ten are not told, nor those that would tell them by subtraction. The file
is the same whenever it is taken out of the same seals and OPI has not chosen anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO

from django.db.models import Exists, OuterRef
from django.utils import timezone

from certification.collections.fall.description import FALL
from certification.models import CertificationEvent, SealedCopy, SealedOutcome, SealedRecord
from certification.review.suppression import HIDDEN, nested_of_groups
from cte_portal.ui import csv_file
from pathways.models import District, FollowUpEntry, Student

TITLES = (
    "Group",
    "Code",
    "Name",
    "Leavers",
    "Placed (numerator)",
    "Answered",
    "Unknown",
    "Placed, % of all leavers",
    "Placed, % of answered",
)
ALL = "All leavers"


@dataclass
class Group:
    """The leavers of one pathway, one gender, and so on."""

    kind: str
    code: str
    name: str
    leavers: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)

    def add(self, outcome: SealedOutcome) -> None:
        self.leavers.add(outcome.state_id)
        if outcome.is_answered:
            self.answered.add(outcome.state_id)
        if outcome.is_placed:
            self.placed.add(outcome.state_id)

    @property
    def numbers(self) -> tuple[int, int, int]:
        return len(self.leavers), len(self.answered), len(self.placed)


def file_of(event: CertificationEvent) -> bytes:
    content = BytesIO()
    csv_file.write(content, TITLES, lines(event))
    return content.getvalue()


def lines(event: CertificationEvent) -> Iterator[list[str]]:
    """The figures, then the sealed copies that they come from, then the districts that are missing."""
    sealed = SealedCopy.objects.official().filter(round__event=event, form_version__in=FALL.forms)
    copies = list(sealed.select_related("round").order_by("round__district"))
    groups = groups_of(outcomes_of(copies))
    for kind in dict.fromkeys(group.kind for group in groups):
        yield from suppressed_lines([group for group in groups if group.kind == kind])
    for copy in copies:
        at = timezone.localtime(copy.sealed_at)
        words = f"{copy.receipt}, round {copy.round.number}, sealed {at:%m/%d/%Y %H:%M}"
        yield _of_district("Certified", copy.round.district, f"{copy.district_name}: {words}")
    certified = {copy.round.district for copy in copies}
    for number, name in District.objects.order_by("number").values_list("number", "name"):
        if number not in certified:
            yield _of_district("Not certified", number, name)


def _of_district(kind: str, number: str, words: str) -> list[str]:
    return [kind, number, words, *[""] * (len(TITLES) - 3)]


def outcomes_of(copies: Iterable[SealedCopy]) -> list[SealedOutcome]:
    """Each student once (R-FUP-16). A line that OPI counts in another district is left out, also
    while that one has not certified.
    """
    rows = SealedOutcome.objects.filter(copy__in=copies).select_related("copy__round")
    in_order = list(rows.order_by("exit_date", "is_placed", "is_answered", "copy__receipt"))
    elsewhere = _counted_elsewhere({outcome.end_year for outcome in in_order})
    last = {outcome.state_id: outcome for outcome in in_order if _line(outcome) not in elsewhere}
    return [last[state_id] for state_id in sorted(last)]


Line = tuple[int, str, str]
"""End year, district and State ID."""


def _line(outcome: SealedOutcome) -> Line:
    return outcome.end_year, outcome.copy.round.district, outcome.state_id


def _counted_elsewhere(end_years: set[int]) -> set[Line]:
    """Lines whose student counts in another district as OPI's lists stand now."""
    years = FollowUpEntry.objects.filter(end_year__in=end_years)
    counting = years.counted().filter(
        student__state_id=OuterRef("student__state_id"), end_year=OuterRef("end_year")
    )
    lines = years.filter(Exists(counting), counted_elsewhere=True)
    return set(lines.values_list("end_year", "student__district_id", "student__state_id"))


def groups_of(outcomes: list[SealedOutcome]) -> list[Group]:
    """All, then by pathway, gender, exit and single parent; by code within each."""
    alone = _single_parents({outcome.list_receipt for outcome in outcomes})
    groups: dict[tuple[str, str], Group] = {("", ""): Group(ALL, "", ALL)}
    for outcome in outcomes:
        groups["", ""].add(outcome)
        is_alone = (outcome.list_receipt, outcome.state_id) in alone
        own = [
            *(("CTE Pathway", *line.split(" ", 1)) for line in outcome.pathways.splitlines()),
            ("Gender", outcome.gender, _label(Student.Gender, outcome.gender)),
            ("Exit", outcome.exit, _label(FollowUpEntry.Exit, outcome.exit)),
            ("Single parent", "Y" if is_alone else "N", "Yes" if is_alone else "No"),
        ]
        for kind, code, name in own:
            groups.setdefault((kind, code), Group(kind, code, name)).add(outcome)
    order = ("", "CTE Pathway", "Gender", "Exit", "Single parent")
    return [groups[key] for key in sorted(groups, key=lambda key: (order.index(key[0]), key[1]))]


def _label(choices: type[Student.Gender | FollowUpEntry.Exit], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _single_parents(receipts: set[str]) -> set[tuple[str, str]]:
    """(receipt, State ID) in the sealed copies from which the lists were drawn."""
    records = SealedRecord.objects.filter(copy__receipt__in=receipts, single_parent=True)
    return set(records.values_list("copy__receipt", "state_id"))


def suppressed_lines(groups: list[Group]) -> Iterator[list[str]]:
    """The lines of one kind of group, none of which subtraction would tell."""
    words = nested_of_groups([group.numbers for group in groups])
    for group, (leavers, answered, placed) in zip(groups, words, strict=True):
        number, answers, numerator = group.numbers
        unknown = HIDDEN if HIDDEN in (leavers, answered) else f"{number - answers}"
        yield [
            group.kind,
            group.code,
            group.name,
            *(cell.replace(",", "") for cell in (leavers, placed, answered)),
            unknown,
            HIDDEN if HIDDEN in (leavers, placed) else _rate(numerator, number),
            HIDDEN if HIDDEN in (answered, placed) else _rate(numerator, answers),
        ]


def _rate(numerator: int, denominator: int) -> str:
    if not denominator:
        return ""
    return str((Decimal(100) * numerator / denominator).quantize(Decimal("0.01")))
