"""The figures on the home page: students in CTE, records changed."""

from __future__ import annotations

from typing import Any

from cte_portal.editions import Scope
from cte_portal.frame import HomeFigure, Standing
from cte_portal.ui.wording import number_of
from pathways.certified import SealedYear, certified
from pathways.ledger.kept import kept
from pathways.models import Participation
from pathways.models.participation import Figures


def home_figures(scope: Scope, standing: Standing) -> list[HomeFigure]:
    """Students are counted once, as concentrators if any of their records says Yes. A past year's
    figures are those that were sealed.
    """
    past = (scope.end_year, False) in standing.school_years
    if past and (sealed := certified().sealed_year(scope)):
        return [_students(sealed, f"Certified under receipt {sealed.receipt}")]
    figures = figures_of(scope, standing.known)
    if past:
        return [_students(figures, f"Values are today’s, not those of {scope.school_year}")]
    return [
        _students(figures),
        HomeFigure(
            f"Records changed in {scope.school_year}",
            f"{figures.changed:,}",
            f"of {number_of(figures.records, 'record')}",
        ),
    ]


def figures_of(scope: Scope, known: dict[Any, Any]) -> Figures:
    """Those of all records in scope: a step and a figure of the page say them, and most clicks on
    home change nothing.
    """

    def counted() -> Figures:
        return Participation.objects.in_scope(scope).figures(scope.end_year)

    return kept(scope, known, "figures", counted)


def _students(figures: Figures | SealedYear, subject: str = "") -> HomeFigure:
    sentence = (
        f"{number_of(figures.concentrators, 'concentrator')},"
        f" {number_of(figures.participants, 'participant')}"
    )
    return HomeFigure(
        "Students in CTE",
        f"{figures.students:,}",
        f"{sentence}. {subject}." if subject else sentence,
    )
