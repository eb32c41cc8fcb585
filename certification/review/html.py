"""The lines of Review Snapshot for its pages, as patterns that are filled in."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.safestring import SafeString

from certification.review.snapshot import REST, Figure, Section, Snapshot
from cte_portal.ui.patterns import kept_patterns

NOTHING = "–"


def drawn(
    sections: Iterable[Section], snapshot: Snapshot, whole: str, *, takes_notes: bool = False
) -> list[tuple[Section, list[SafeString]]]:
    """Each section with its lines. `whole` is the page that has all figures; `takes_notes`: whether
    the person may write one on an unusual figure.
    """
    return [
        (
            section,
            [_line(figure, snapshot, whole, takes_notes=takes_notes) for figure in section.figures],
        )
        for section in sections
    ]


def _line(figure: Figure, snapshot: Snapshot, whole: str, *, takes_notes: bool) -> SafeString:
    return kept_patterns().fill(
        "certification/review/figure.html",
        {
            "slug": figure.slug,
            "label": figure.label,
            "words": figure.words,
            "bar": figure.bars.now,
            "bar_before": figure.bars.before,
            "whole": whole,
            "pathways": snapshot.pathways,
            "year": snapshot.year,
            "before_year": snapshot.before_year,
            "now": f"{figure.now:,}",
            "before": NOTHING if figure.before is None else f"{figure.before:,}",
            "difference": figure.difference or NOTHING,
            "percent": figure.percent or NOTHING,
        },
        is_unusual=figure.unusual,
        takes_notes=takes_notes,
        is_rest=figure.slug == REST,
        has_before=bool(figure.bars.before),
    )
