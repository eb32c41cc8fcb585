"""Review Snapshot: the figures that are signed beside those of the last sealed year (guide, Step
Four; ux R-04).

A change of more than 25 % and more than 5 students is unusual (settings): the page flags it and the
signer may write a note on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from certification.collections.collection import Collection
from certification.review.records import Records, last_sealed_year, records_of
from certification.status.district_event import DistrictEvent
from cte_portal.editions import school_year_label
from cte_portal.ui.bars import Bars, bars
from pathways.pages.grades import by_grade

SHORT = 5
"""Pathways on the event's own page; the rest are one line."""
REST = "others"
"""The slug of that line."""


def is_unusual(now: int, before: int | None) -> bool:
    if before is None:
        return False
    change = abs(now - before)
    return change > settings.UNUSUAL_STUDENTS and change * 100 > settings.UNUSUAL_PERCENT * before


@dataclass(frozen=True)
class Figure:
    """One line: this year's number, the last sealed one (None: no sealed copy), and how they
    differ.
    """

    slug: str
    label: str
    now: int
    before: int | None
    before_year: str
    bars: Bars
    unusual: bool = False

    @property
    def words(self) -> str:
        """Health Professions: 74, 41 in 2023-24 (+80.5%)."""
        if self.before is None:
            return f"{self.label}: {self.now:,}"
        return (
            f"{self.label}: {self.now:,}, {self.before:,} in"
            f" {self.before_year}{f' ({self.percent})' if self.percent else ''}"
        )

    @property
    def difference(self) -> str:
        return "" if self.before is None else signed(f"{self.now - self.before:+,}")

    @property
    def percent(self) -> str:
        if self.before is None:
            return ""
        if not self.before:
            return "new" if self.now else ""
        return signed(f"{(self.now - self.before) * 100 / self.before:+.1f}%")


@dataclass(frozen=True)
class Section:
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Snapshot:
    year: str
    before_year: str
    sections: tuple[Section, ...]
    records: Records
    compared: bool
    """Whether there is an earlier sealed copy."""
    in_active_year: bool
    count: str = "students"

    @property
    def unusual(self) -> list[Figure]:
        return [figure for section in self.sections for figure in section.figures if figure.unusual]

    @property
    def short(self) -> tuple[Section, ...]:
        """What stands on the event's own page: the students, and of the pathways those that matter
        most.
        """
        return (self.sections[0], _shortened(self.sections[1]))

    @property
    def pathways(self) -> int:
        return len(self.sections[1].figures)

    @property
    def legend(self) -> str:
        """What the hatched bars stand for."""
        return f"{self.before_year}, certified" if self.compared else ""

    @property
    def summary(self) -> str:
        """The figures in one sentence, for who sees no bars."""
        parts = []
        for figure in self.sections[0].figures:
            moved = "unchanged" if figure.now == figure.before else figure.difference
            change = f" ({moved} since {self.before_year})" if moved else ""
            noun = figure.label.lower().removesuffix("s" if figure.now == 1 else "")
            parts.append(f"{figure.now:,} {noun}{change}")
        return f"{', '.join(parts)}."


def signed(text: str) -> str:
    """With a minus sign, and none before zero."""
    return text.replace("-", "\N{MINUS SIGN}") if text.strip("+-0.%") else text.lstrip("+-")


def snapshot_of(
    district_event: DistrictEvent,
    count: str = "students",
    *,
    counts: Mapping[str, Any] | None = None,
    known: dict[Any, Any] | None = None,
) -> Snapshot:
    """`count` is the measure by which pathways, schools, grades and genders are shown; unusual
    changes are looked for among all students.

    `counts` saves counting again where the page has counted the same records already; `known` is
    what else it knows.
    """
    records = records_of(district_event, known)
    earlier = last_sealed_year(district_event, records)
    before_year = earlier.round.event.end_year if earlier else district_event.event.end_year - 1
    return Snapshot(
        year=district_event.event.school_year,
        before_year=school_year_label(before_year),
        sections=sections(
            records.collection,
            records.counts if counts is None else counts,
            earlier.counts if earlier else None,
            school_year_label(before_year),
            count,
        ),
        records=records,
        compared=earlier is not None,
        in_active_year=district_event.in_active_year,
        count=count,
    )


def sections(
    collection: Collection,
    now: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    before_year: str,
    count: str = "students",
) -> tuple[Section, ...]:
    """Counts as the collection makes them, side by side. What only one side has is 0 on the
    other.
    """
    pairs = [
        (name, label, now["totals"][name], before["totals"][name] if before else None)
        for name, label in list(collection.measures.items())[1:]
    ]
    sections_of_all = [_section("Students", pairs, before_year, flagged=True)]
    for grouping, title in collection.groupings.items():
        here = {group["code"]: group for group in now[grouping]}
        there = {group["code"]: group for group in before[grouping]} if before else {}
        pairs = [
            (
                f"{grouping}-{code}",
                str((here.get(code) or there[code])["name"]),
                int(here[code][count]) if code in here else 0,
                (int(there[code][count]) if code in there else 0) if before else None,
            )
            for code in sorted(
                here.keys() | there.keys(), key=by_grade if grouping == "grades" else str
            )
        ]
        sections_of_all.append(_section(title, pairs, before_year, flagged=count == "students"))
    return tuple(sections_of_all)


def _section(
    title: str, pairs: list[tuple[str, str, int, int | None]], before_year: str, *, flagged: bool
) -> Section:
    drawn = bars((now, before) for _, _, now, before in pairs)
    return Section(
        title,
        tuple(
            Figure(
                slug, label, now, before, before_year, lengths, flagged and is_unusual(now, before)
            )
            for (slug, label, now, before), lengths in zip(pairs, drawn, strict=True)
        ),
    )


def _shortened(section: Section) -> Section:
    """The largest and whatever is unusual; the rest is one line."""
    if len(section.figures) <= SHORT:
        return section
    largest = sorted(section.figures, key=lambda figure: -max(figure.now, figure.before or 0))[
        : SHORT - 1
    ]
    large = [figure for figure in section.figures if figure in largest or figure.unusual]
    small = [figure for figure in section.figures if figure not in large]
    if len(small) < 2:
        return section
    now, compared = sum(figure.now for figure in small), small[0].before is not None
    before = sum(figure.before or 0 for figure in small) if compared else None
    rest = Figure(
        REST, f"{len(small)} other pathways", now, before, small[0].before_year, Bars(0, None)
    )
    return Section(section.title, (*large, rest))
