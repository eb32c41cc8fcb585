"""Practice data on portals that have some already, and where there may be none."""

from __future__ import annotations

import hashlib
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cte_portal.accounts.models import User
from pathways.models import District, Participation, Roster
from tests.pathways.blocks import is_postgresql


def digest() -> str:
    values = Participation.objects.order_by("student__state_id", "pathway__code").values_list(
        "student__state_id",
        "student__last_name",
        "student__first_name",
        "pathway__code",
        "concentrator",
        "single_parent",
        "start_date",
        "total_credits",
        "modified_date",
        "modified_by",
        "version",
    )
    seats = Roster.objects.order_by(
        "enrollment__student__state_id", "section__course__number", "enrollment__start_date"
    ).values_list(
        "enrollment__student__state_id",
        "section__course__number",
        "section__number",
        "section__calendar__school_year",
        "credits_earned",
    )
    return hashlib.sha256(repr([*values, *seats]).encode()).hexdigest()


def load(again: bool, **values: int) -> None:
    """Into the empty portal, or `again` into one that is reset: to migrate it anew takes longer
    than to load so few students.
    """
    call_command("demo", reset=again, stdout=StringIO(), **values)


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_a_reset_loads_the_same_again_and_another_seed_something_else(opi_reference: None) -> None:
    """Another seed is no matter of the database: PostgreSQL is not asked a third time."""
    digests, seeds = [], (7, 7) if is_postgresql() else (8, 7, 7)
    for number, seed in enumerate(seeds):
        load(number > 0, seed=seed, students=60)
        digests.append(digest())
    assert digests[-2] == digests[-1]
    assert len(set(digests)) == len(set(seeds))


@pytest.mark.once  # the other test of this file writes the same rows on both vendors
@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_a_statewide_demo_keeps_the_named_districts_record_for_record(opi_reference: None) -> None:
    runs = []
    for again, districts, students in ((False, 6, 615), (True, 7, 660)):
        load(again, districts=districts, students=students)
        records = Participation.objects.filter(
            student__district__in=("0965", "9012", "9020", "9031", "9045", "9099")
        )
        names = ("student__state_id", "pathway__code", "total_credits", "modified_date", "version")
        runs.append(sorted(records.values_list(*names)))
    assert runs[0] == runs[1] and District.objects.count() == 7


def test_s_12_it_is_refused_in_production(db: None, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo", stdout=StringIO())
    assert not User.objects.exists()
