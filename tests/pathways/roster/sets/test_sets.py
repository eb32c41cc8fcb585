"""What holds for all roster files in the portal's columns and in AIM's: an independent reader
agrees on every count, and carrying them in obeys the laws.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cte_portal.batches.models import Batch
from tests.fixtures.examples import examples
from tests.pathways.roster.conftest import Desk
from tests.pathways.roster.sets.faults import BY_FORMAT, mixed
from tests.pathways.roster.sets.plain import expected
from tests.pathways.roster.sets.rows import FORMATS, Rows, base
from tests.pathways.roster.stored import rows_of_all, stored

pytestmark = pytest.mark.django_db(databases=["default", "state"])
OUTCOMES = ("new", "changed", "unchanged", "held", "refused", "set_aside")
laws = settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FORMS = st.sampled_from(sorted(FORMATS))
FAULTY = FORMS.flatmap(
    lambda form: st.tuples(
        st.just(form), st.lists(st.sampled_from(sorted(BY_FORMAT[form])), max_size=8)
    )
)
"""A format with some of what goes wrong in it."""
SEEDS = st.integers(0, 9999)


def written(form: str, names: list[str], chance: random.Random) -> bytes:
    """The set with these faults, its rows and files in any order."""
    return packed(mixed(base(), form, names, chance), form, chance)


def packed(rows: Rows, form: str, chance: random.Random) -> bytes:
    for of_kind in rows.values():
        chance.shuffle(of_kind)
    return FORMATS[form](rows, lambda kinds: chance.sample(list(kinds), len(rows)))


def counted(batch: Batch) -> Counter[tuple[str, str]]:
    for row in batch.result["objects"]:
        assert row["read"] == sum(row[outcome] for outcome in OUTCOMES), row
    return Counter(
        {
            (row["type"], outcome): row[outcome]
            for row in batch.result["objects"]
            for outcome in ("read", *OUTCOMES)
            if row[outcome]
        }
    )


def emptied(desk: Desk, batch: Batch) -> None:
    desk.undo(batch)
    assert not any(rows_of_all().values())


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_an_independent_reader_agrees_on_every_count_with_all_faults_mixed(
    desk: Desk, form: str
) -> None:
    content = written(form, list(BY_FORMAT[form]), random.Random(1))
    assert counted(desk.send(content)) == expected(content)


@laws
@given(faulty=FAULTY, seed=SEEDS)
def test_an_independent_reader_agrees_on_every_count(
    desk: Desk, faulty: tuple[str, list[str]], seed: int
) -> None:
    content = written(*faulty, random.Random(seed))
    batch = desk.send(content)
    assert counted(batch) == expected(content)
    emptied(desk, batch)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_faults_are_faults(form: str) -> None:
    """Each of them is seen: it makes a count that the set alone does not have."""
    alone = expected(written(form, [], random.Random(1)))
    for name in BY_FORMAT[form]:
        assert expected(written(form, [name], random.Random(1))) != alone, name


@laws
@given(faulty=FAULTY, seed=SEEDS)
def test_the_same_again_in_any_order_changes_nothing(
    desk: Desk, faulty: tuple[str, list[str]], seed: int
) -> None:
    """R-IMP-13."""
    (form, names), chance = faulty, random.Random(seed)
    rows = mixed(base(), form, names, chance)
    first = desk.send(packed(rows, form, chance))
    before = rows_of_all()
    again = desk.send(packed(rows, form, chance))
    assert all(row["new"] == row["changed"] == 0 for row in again.result["objects"])
    assert rows_of_all() == before
    emptied(desk, first)


@laws
@given(faulty=FAULTY, seed=SEEDS)
def test_good_and_bad_rows_give_what_the_good_rows_give(
    desk: Desk, faulty: tuple[str, list[str]], seed: int
) -> None:
    (form, names), chance = faulty, random.Random(seed)
    good = [name for name in names if "good" in name]
    first = desk.send(written(form, good, chance))
    before = stored()
    emptied(desk, first)
    bad = [name for name in names if adds_nothing(form, name)]
    both = desk.send(written(form, good + bad, chance))
    assert stored() == before
    emptied(desk, both)


def adds_nothing(form: str, name: str) -> bool:
    """Whether what the fault brings is all refused, held, set aside, or there already."""
    counts = [expected(written(form, names, random.Random(1))) for names in ([], [name])]
    alone, beside = (
        {kind: number for kind, number in count.items() if kind[1] == "new"} for count in counts
    )
    return alone == beside


CHANGES = {
    "schools": {"School Name": ("Star High School",)},
    "students": {
        "Last Name": ("BAKER", ""),
        "First Name": ("Ada", ""),
        "Birth Date": ("02/28/2008", ""),
        "Gender": ("M", ""),
        "Local ID": ("77", ""),
    },
    "enrollments": {
        "Grade": ("12", "8", ""),
        "End Date": ("06/06/2025", ""),
        "Service Type": ("S",),
    },
    "courses": {"Course Name": ("Welding II", ""), "Credits": ("0.50", ""), "CTE Pathway": ("06",)},
    "rosters": {"Credits Earned": ("0.25", "")},
}


@laws
@given(
    faulty=FAULTY,
    changes=st.lists(
        st.sampled_from(
            [
                (kind, title, text)
                for kind, titles in CHANGES.items()
                for title, texts in titles.items()
                for text in texts
            ]
        ),
        max_size=6,
    ),
    seed=SEEDS,
)
def test_an_upload_that_is_undone_leaves_every_row_as_it_was(
    desk: Desk, faulty: tuple[str, list[str]], changes: list[tuple[str, str, str]], seed: int
) -> None:
    """R-IMP-29: new rows are gone, changed ones have their values and their ids, and what was no
    business of the file stands; the same file afterwards does what it did.
    """
    (form, names), chance = faulty, random.Random(seed)
    first = desk.send(written("csv", [], chance))
    before = rows_of_all()
    rows = base()
    for kind, title, text in changes:
        chance.choice(rows[kind])[title] = text
    for kind in rows:
        rows[kind] = chance.sample(rows[kind], chance.randint(1, len(rows[kind])))
    content = packed(mixed(rows, form, names, chance), form, chance)
    batch = desk.send(content)
    desk.undo(batch)
    assert rows_of_all() == before
    again = desk.send(content)
    assert counted(again) == counted(batch)
    desk.undo(again)
    assert rows_of_all() == before
    emptied(desk, first)


@laws
@given(form=FORMS, seed=SEEDS, blank=st.sets(st.integers(0, 30)))
def test_what_is_blank_or_absent_erases_and_ends_nothing(
    desk: Desk, form: str, seed: int, blank: set[int]
) -> None:
    """R-IMP-01, R-IMP-12."""
    chance = random.Random(seed)
    first = desk.send(written("csv", ["an end", "a good course"], chance))
    before = rows_of_all()
    rows = mixed(base(), form, ["an end", "a good course"], chance)
    may_be_empty = [
        (row, title)
        for kind, of_kind in rows.items()
        for row in of_kind
        for title in row
        if title in CHANGES.get(kind, {}) and title != "Service Type"
    ]
    for place in blank:
        row, title = may_be_empty[place % len(may_be_empty)]
        row[title] = ""
        if title == "End Date":
            row["End Status"] = ""
    for kind in rows:
        rows[kind] = chance.sample(rows[kind], chance.randint(0, len(rows[kind])))
    if any(rows.values()):
        again = desk.send(packed(rows, form, chance))
        assert all(row["new"] == row["changed"] == 0 for row in again.result["objects"])
    assert rows_of_all() == before
    emptied(desk, first)
