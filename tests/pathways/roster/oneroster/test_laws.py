"""What holds for all exports: an independent reader agrees on every count, and carrying one in
obeys the laws of all roster files.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cte_portal.batches.models import Batch
from pathways.models import OneRosterMapping
from tests.fixtures.examples import examples
from tests.pathways.roster.conftest import Desk
from tests.pathways.roster.oneroster.exports import Files, export, packed
from tests.pathways.roster.oneroster.faults import FAULTS, mixed
from tests.pathways.roster.oneroster.plain import expected
from tests.pathways.roster.stored import rows_of_all, stored

pytestmark = [
    pytest.mark.django_db(databases=["default", "state"]),
    pytest.mark.usefixtures("mapping"),
]
VERSIONS = st.sampled_from(["1.1", "1.2"])
GOOD = {"a good student", "a good course", "one student twice", "one student at two schools"}
NAMES = st.lists(st.sampled_from(sorted(FAULTS)), max_size=6)
laws = settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


OUTCOMES = ("new", "changed", "unchanged", "held", "refused", "set_aside")


def counted(batch: Batch) -> Counter[tuple[str, str]]:
    """Rows by kind and outcome; all that were read have one."""
    for row in batch.result["objects"]:
        assert row["read"] == sum(row[outcome] for outcome in OUTCOMES), row
    return Counter(
        {
            (row["type"], outcome): number
            for row in batch.result["objects"]
            for outcome, number in row.items()
            if outcome not in ("type", "absent") and number
        }
    )


def emptied(desk: Desk, batch: Batch) -> None:
    desk.undo(batch)
    assert not any(stored().values())


def shuffled(files: Files, chance: random.Random) -> Files:
    order = list(files)
    chance.shuffle(order)
    return {name: chance.sample(files[name], len(files[name])) for name in order}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_independent_reader_agrees_on_every_count_with_all_faults_mixed(
    desk: Desk, version: str
) -> None:
    content = packed(mixed(export(version), list(FAULTS), random.Random(1)), version)
    batch = desk.send(content)
    assert counted(batch) == expected(content)


@laws
@given(version=VERSIONS, names=NAMES)
def test_an_independent_reader_agrees_on_every_count(
    desk: Desk, version: str, names: list[str]
) -> None:
    content = packed(mixed(export(version), names, random.Random(1)), version)
    batch = desk.send(content)
    assert counted(batch) == expected(content)
    emptied(desk, batch)


@laws
@given(version=VERSIONS, names=NAMES, seed=st.integers(0, 9999))
@example(
    version="1.1", names=["one student at two schools", "two people under one State ID"], seed=2
)
def test_order_changes_nothing_and_the_same_again_changes_nothing(
    desk: Desk, version: str, names: list[str], seed: int
) -> None:
    """R-IMP-13."""
    chance = random.Random(seed)
    files = mixed(export(version), names, chance)
    batch = desk.send(packed(files, version))
    before = stored()
    again = desk.send(packed(shuffled(files, chance), version))
    assert all(row["new"] == row["changed"] == 0 for row in again.result["objects"])
    assert stored() == before
    emptied(desk, batch)
    other = desk.send(packed(shuffled(files, chance), version))
    assert stored() == before
    emptied(desk, other)


@laws
@given(version=VERSIONS, names=NAMES)
def test_good_and_bad_rows_give_what_the_good_rows_give(
    desk: Desk, version: str, names: list[str]
) -> None:
    chance = random.Random(1)
    good = [name if name in GOOD else "" for name in names]
    alone = export(version)
    for number, name in enumerate(good, 1):
        if name:
            FAULTS[name](alone, f"{number:03}", chance)
    harmless = {"a low grade", "a student of another school"}
    adds = {
        "no birth date",
        "a day that is none",
        "a birth in the future",
        "another sex",
        "no last name",
        "a long name",
        "a hidden character",
        "a student marked for deletion",
        "no State ID",
        "a State ID that is none",
        "two people under one State ID",
        "a course that is not there",
        "a term that is not there",
        "a class that is not there",
        "a user who is not there",
        "a line twice",
        "a line marked for deletion",
        "a teacher",
        *harmless,
        *GOOD,
    }
    kept = [name if name in adds else "a teacher" for name in names]
    first = desk.send(packed(alone, version))
    before = stored()
    emptied(desk, first)
    both = desk.send(packed(mixed(export(version), kept, chance), version))
    assert stored() == before
    emptied(desk, both)


CHANGES = [
    ("users", "givenName", "Ada"),
    ("users", "identifier", "77"),
    ("users", "grades", "10"),
    ("demographics", "birthDate", "2008-02-28"),
    ("demographics", "sex", "male"),
    ("courses", "title", "Welding II"),
    ("orgs", "name", "Star High"),
]


@laws
@given(
    version=VERSIONS,
    names=NAMES,
    changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6),
    seed=st.integers(0, 9999),
)
def test_an_export_that_is_undone_leaves_every_row_as_it_was(
    desk: Desk, version: str, names: list[str], changes: list[tuple[str, str, str]], seed: int
) -> None:
    """R-IMP-29: also where it changed rows that an earlier one brought, and the same afterwards
    does what it did.
    """
    chance = random.Random(seed)
    first = desk.send(packed(export(version), version))
    before = rows_of_all()
    files = export(version)
    for name, column, text in changes:
        chance.choice(files[name])[column] = text
    files["enrollments"] = chance.sample(files["enrollments"], chance.randint(1, 6))
    content = packed(mixed(files, names, chance), version)
    batch = desk.send(content)
    desk.undo(batch)
    assert rows_of_all() == before
    again = desk.send(content)
    assert counted(again) == counted(batch)
    desk.undo(again)
    assert rows_of_all() == before
    emptied(desk, first)


@laws
@example(version="1.1", blank=[("users", "grades"), ("demographics", "sex")], seed=471)
@given(
    version=VERSIONS,
    blank=st.lists(
        st.sampled_from(
            [
                ("users", "middleName"),
                ("users", "identifier"),
                ("users", "grades"),
                ("demographics", "birthDate"),
                ("demographics", "sex"),
                ("orgs", "identifier"),
            ]
        )
    ),
    seed=st.integers(0, 9999),
)
def test_what_is_blank_or_absent_erases_and_ends_nothing(
    desk: Desk, version: str, blank: list[tuple[str, str]], seed: int
) -> None:
    """R-IMP-01, R-IMP-12."""
    chance = random.Random(seed)
    first = desk.send(packed(export(version), version))
    before = stored()
    files = export(version)
    for name, column in blank:
        for row in files[name]:
            if row["sourcedId"] != "u4":  # left out for the grade, which has to be read for that
                row[column] = ""
    for name in ("users", "demographics", "classes", "enrollments"):
        files[name] = chance.sample(files[name], chance.randint(1, len(files[name])))
    desk.send(packed(files, version))
    assert stored() == before
    emptied(desk, first)


def test_the_faults_are_faults(desk: Desk, mapping: OneRosterMapping) -> None:
    """Each of them is seen: it makes a count that the export alone does not have."""
    alone = expected(packed(export()))
    for name in FAULTS:
        content = packed(mixed(export(), [name], random.Random(1)))
        assert expected(content) != alone or name in (
            "a teacher",
            "a homeroom",
            "a class at a school that is left out",
        ), name
