"""Pathway records, year by year, written through the ledger like every other."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from cte_portal.editions import Scope
from pathways.demo.districts import ACTIVE, CLERKS, COTTONWOOD, Place
from pathways.demo.students import GUIDES_STATE_ID, Enrolled
from pathways.ledger import ledger, staging
from pathways.ledger.shape import Row
from pathways.models import Change, Pathway

ZERO, HALF = Decimal(0), Decimal("0.50")
YEARS = (2023, 2024, 2025)


def modified(row: Row, day: datetime.date, end_year: int, by: str) -> Row:
    """The row as if it had been saved on that day: only practice data may say so. Midday keeps the
    date in every zone.
    """
    moment = datetime.datetime(day.year, day.month, day.day, 19, 3, 42, tzinfo=datetime.UTC)
    return replace(
        row, modified_at=moment, modified_date=day, modified_end_year=end_year, modified_by=by
    )


def add(
    place: Place, enrolled: list[Enrolled], pathways: dict[str, Pathway], chance: Random
) -> list[Row]:
    """All years of a district, one call of the ledger a year. Returns what was written, in that
    order.
    """
    passes: dict[int, list[Row]] = {end_year: [] for end_year in YEARS}
    for learner in enrolled:
        history = (
            _guides_history(learner, pathways)
            if learner.student.state_id == GUIDES_STATE_ID
            else _history(place, learner, pathways, chance)
        )
        for row in history:
            passes[row.modified_end_year or ACTIVE].append(row)
    if place is COTTONWOOD:
        passes = _begun_early(passes)
    for end_year in YEARS:
        write(place, passes[end_year])
    return [row for end_year in YEARS for row in passes[end_year]]


def _begun_early(passes: dict[int, list[Row]]) -> dict[int, list[Row]]:
    """Three records with a Start Date that lies far back (CTE-127): what a clerk corrects or
    explains.
    """
    new = [
        (row.student_id, row.pathway_id)
        for row in passes[ACTIVE]
        if row.start_date and row.start_date.year == ACTIVE - 1
    ]
    early = {key: datetime.date(2016 - number, 8, 29) for number, key in enumerate(new[:3])}
    return {
        end_year: [
            replace(row, start_date=early.get((row.student_id, row.pathway_id), row.start_date))
            for row in rows
        ]
        for end_year, rows in passes.items()
    }


def write(place: Place, rows: list[Row]) -> None:
    if rows:
        ledger.apply(
            Scope(place.number, ACTIVE),
            staging.stage(rows),
            by=CLERKS[0],
            source=Change.Source.DEMO,
            checked=None,
        )
        staging.forget()


def _history(
    place: Place, learner: Enrolled, pathways: dict[str, Pathway], chance: Random
) -> list[Row]:
    """Most students of grades 9 to 12 take one to three pathways and earn half a credit or one a
    year; about a sixth earn nothing this year.
    """
    grade = int(learner.grade)
    if not learner.counts or grade < 8 or chance.random() < (0.75 if grade == 8 else 0.28):
        return []
    names = chance.sample(
        place.pathways, k=min(len(place.pathways), chance.choices([1, 2, 3], [60, 32, 8])[0])
    )
    if place.lapsed and chance.random() < 0.04:
        names = [place.lapsed]
    single_parent = chance.random() < 0.02
    rows = []
    for name in names:
        began = max(2023, ACTIVE - max(0, grade - 9) + chance.choice([0, 0, 1]) - 1)
        began = min(began, 2024 if name == place.lapsed else ACTIVE)
        inside, outside, dual, work = ZERO, ZERO, ZERO, ZERO
        start = datetime.date(began - 1, 8, 21) + datetime.timedelta(days=chance.randrange(20))
        for end_year in range(began, ACTIVE + 1):
            quiet = end_year > began and chance.random() < 0.25
            if quiet or (name == place.lapsed and end_year == ACTIVE):
                continue
            inside += chance.choice([HALF, HALF, HALF * 2])
            if chance.random() < 0.06:
                outside += HALF
            if grade >= 11 and chance.random() < 0.15:
                dual = min(dual + HALF, inside)
            if grade >= 11 and chance.random() < 0.12:
                work = min(work + Decimal("0.25"), inside - dual)
            day = datetime.date(end_year, 5, 5) + datetime.timedelta(days=chance.randrange(20))
            typed = Row(
                learner.student.pk,
                pathways[name].pk,
                concentrator=inside + outside >= 2,
                single_parent=single_parent,
                start_date=start,
                in_district_credits=inside,
                out_of_district_credits=outside,
                dual_enrollment_credits=dual,
                work_based_learning_credits=work,
            )
            rows.append(modified(typed, day, end_year, chance.choice(CLERKS)))
    return rows


def _guides_history(learner: Enrolled, pathways: dict[str, Pathway]) -> list[Row]:
    """The guide's student as the guide shows her before the edit (CTE Participant Summary)."""

    def health(inside: str) -> Row:
        return Row(
            learner.student.pk,
            pathways["Health Professions"].pk,
            False,
            False,
            datetime.date(2022, 7, 14),
            Decimal(inside),
            ZERO,
            ZERO,
            ZERO,
        )

    business = Row(
        learner.student.pk,
        pathways["Business Management"].pk,
        False,
        True,
        datetime.date(2024, 7, 8),
        HALF,
        ZERO,
        ZERO,
        ZERO,
    )
    return [
        modified(health("0.50"), datetime.date(2023, 5, 9), 2023, "KELLER, DANIEL"),
        modified(health("1.50"), datetime.date(2024, 7, 8), 2024, "MARTIN, CHERYL"),
        modified(business, datetime.date(2025, 5, 8), 2025, "MARTIN, CHERYL"),
    ]


def add_breaches(
    place: Place, enrolled: list[Enrolled], pathways: dict[str, Pathway], retired: Pathway
) -> list[Row]:
    """In the practice district each rule that a stored record can break is broken by a student of
    its own.
    """
    free = iter(
        sorted(
            (learner.student for learner in enrolled if learner.counts),
            key=lambda student: student.state_id,
        )
    )
    day = datetime.date(2025, 5, 12)

    def lawful(name: str = "Health Professions", **values: Any) -> Row:
        return replace(
            Row(
                0,
                pathways[name].pk,
                False,
                False,
                datetime.date(2024, 8, 21),
                Decimal("1.50"),
                ZERO,
                ZERO,
                ZERO,
            ),
            **values,
        )

    cases: list[list[Row]] = [
        [lawful(start_date=datetime.date(2040, 1, 15))],  # CTE-126
        [lawful(start_date=datetime.date(2016, 8, 22))],  # CTE-127
        [lawful(in_district_credits=Decimal("2.50"))],  # CTE-131
        [lawful(concentrator=True)],  # CTE-132
        [
            lawful(dual_enrollment_credits=Decimal(1), work_based_learning_credits=Decimal(1))
        ],  # CTE-133
        [lawful(in_district_credits=Decimal(9), concentrator=True)],  # CTE-134
        [lawful(start_date=datetime.date(2004, 8, 21))],  # CTE-204
        [lawful("Finance")],  # CTE-213
        [replace(lawful(), pathway_id=retired.pk)],  # CTE-214
        [lawful(single_parent=True), lawful("Business Management")],  # CTE-301
    ]
    rows = []
    for case in cases:
        student = next(free)
        rows += [
            modified(replace(row, student_id=student.pk), day, ACTIVE, CLERKS[0]) for row in case
        ]
    write(place, rows)
    return rows
