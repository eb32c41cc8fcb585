"""Practice data on portals that have some already, and where there may be none."""

from __future__ import annotations

import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cte_portal.accounts.models import User
from cte_portal.ui.management.commands.up import refuse_half_loaded
from pathways.models import District, Participation, Roster
from tests.fixtures.quick.worlds import world
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


def load(reset: bool = False, **values: int) -> None:
    call_command("demo", reset=reset, stdout=StringIO(), **values)


def cut_off() -> None:
    """As a load that was cut off leaves a portal: without its people, who come last."""
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user")
    with pytest.raises(CommandError, match="demo --reset"):
        refuse_half_loaded()


@pytest.mark.long
@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_a_reset_loads_the_same_again_and_another_seed_something_else(
    opi_reference: None, django_db_blocker: Any, settings: Any, tmp_path: Path
) -> None:
    """Another seed and a load that was cut off are no matter of the database: PostgreSQL is not
    asked for them.
    """
    settings.VAR_DIR = tmp_path
    sign_ins = tmp_path / "practice-sign-ins.json"
    if not is_postgresql():
        with world(django_db_blocker):
            load(seed=8, students=60)
            another = digest()
    load(seed=7, students=60)
    first = digest()
    if not is_postgresql():
        assert first != another
        cut_off()
    sign_ins.unlink()
    load(reset=True, seed=7, students=60)
    assert digest() == first
    assert "cmartin" in sign_ins.read_text()
    assert sign_ins.stat().st_mode & 0o077 == 0, "A2-66: for nobody else on the machine"


@pytest.mark.once  # the other test of this file writes the same rows on both vendors
@pytest.mark.django_db(databases=["default", "state"])
def test_a_statewide_demo_keeps_the_named_districts_record_for_record(
    opi_reference: None, django_db_blocker: Any
) -> None:
    runs = []
    for districts, students in ((6, 615), (7, 660)):
        with world(django_db_blocker):
            load(districts=districts, students=students)
            assert District.objects.count() == districts
            records = Participation.objects.filter(
                student__district__in=("0965", "9012", "9020", "9031", "9045", "9099")
            )
            names = ("student__state_id", "pathway__code", "total_credits", "modified_date")
            runs.append(sorted(records.values_list(*names, "version")))
    assert runs[0] == runs[1]


def test_s_12_it_is_refused_in_production(db: None, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo", stdout=StringIO())
    assert not User.objects.exists()
