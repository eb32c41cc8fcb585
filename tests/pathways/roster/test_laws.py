"""What holds for all roster files: the order of rows and files, repeated uploads, bad rows beside
good ones, undo.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.roster.shapes import BY_NAME
from tests.fixtures.examples import examples
from tests.pathways.roster.conftest import ALL, Desk, zipped

pytestmark = pytest.mark.django_db(databases=["default", "state"])

NATURAL = {
    "School": ("district", "number", "name"),
    "Calendar": ("school__number", "school_year", "number"),
    "Student": (
        "state_id",
        "local_id",
        "last_name",
        "first_name",
        "middle_name",
        "birth_date",
        "gender",
    ),
    "Enrollment": (
        "student__state_id",
        "calendar__school__number",
        "calendar__number",
        "service_type",
        "grade",
        "start_date",
        "end_date",
        "end_status",
    ),
    "Course": ("school__number", "number", "name", "pathway__code", "credits"),
    "Section": ("course__number", "calendar__school__number", "number"),
    "Roster": (
        "section__course__number",
        "section__number",
        "enrollment__student__state_id",
        "credits_earned",
    ),
}


def stored() -> dict[str, list[Any]]:
    """Every row of every kind by what people call it, without ids."""
    return {
        name: sorted(BY_NAME[name].model._base_manager.values_list(*columns), key=str)
        for name, columns in NATURAL.items()
    }


BAD = {
    "students": [
        "99900000,,A,B,,01/01/2007,F",
        "999000055,,A,B,,2007-01-01,F",
        "999000056,,A,B,,,F",
    ],
    "enrollments": [
        "0009,001,2025,999000001,P,12,08/21/2024,,",
        "0001,001,2025,999000099,P,12,08/21/2024,,",
    ],
    "rosters": ["0001,001,2025,CTE101,9,999000001,", "0001,001,2025,XX,1,999000001,"],
}


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    bad=st.lists(
        st.sampled_from([(kind, row) for kind, rows in BAD.items() for row in rows]), max_size=4
    ),
)
def test_order_and_bad_rows_change_nothing_of_the_good_ones(
    desk: Desk, seed: int, bad: list[tuple[str, str]]
) -> None:
    """R-IMP-13: any order gives the same; good and bad rows give what the good ones give alone;
    rows in are the sum of the outcomes.
    """
    shuffle = random.Random(seed)
    good = desk.send(zipped(ALL))
    expected = stored()
    desk.undo(good)
    empty = stored()
    assert not any(empty.values())
    files: dict[str, Any] = {}
    for kind, text in ALL.items():
        title, *rows = text.splitlines()
        rows += [row for of, row in bad if of == kind]
        shuffle.shuffle(rows)
        files[kind] = "\n".join([title, *rows]) + "\n"
    order = list(files)
    shuffle.shuffle(order)
    mixed = desk.send(zipped({kind: files[kind] for kind in order}))
    assert stored() == expected
    for counts in mixed.result["objects"]:
        outcomes = ("new", "changed", "unchanged", "held", "refused", "set_aside")
        assert counts["read"] == sum(counts[outcome] for outcome in outcomes), counts
    desk.undo(mixed)
    assert stored() == empty
