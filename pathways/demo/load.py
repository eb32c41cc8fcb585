"""The whole practice portal, from empty."""

from __future__ import annotations

from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from cte_portal.accounts.models import Role
from cte_portal.plugs import plugs
from pathways.demo import calls, courses, elements, leavers, people, records, sending, students
from pathways.demo.districts import PLACES, PRACTICE, Place, places
from pathways.lists import standard
from pathways.lists.publish import publish
from pathways.models import Approval, District, GroupAssignment, Pathway
from pathways.reports.groups import END_OF_YEAR, FALL, ROSTERED

DISTRICTS, STUDENTS, SEED = 6, 615, 20250620
AT_A_TIME = 50  # districts, between two looks at the statistics
APPROVED_YEARS = (2023, 2024, 2025, 2026)
SENT = ("9020", "0965")  # beside who has certified; others are sent first by who practices
RETIRED = "Family & Consumer Sciences"


def load(*, districts: int = DISTRICTS, size: int = STUDENTS, seed: int = SEED) -> dict[str, Any]:
    """Fill an empty portal and say what is in it (the shape of `manage.py demo --json`)."""
    standard.load()
    chosen = places(districts)
    sizes = sizes_of(chosen, size)
    pathways = {pathway.name: pathway for pathway in Pathway.objects.all()}
    retired = Pathway.objects.create(code="90", name=RETIRED, first_year=2021, last_year=2024)
    standard.moved()
    ids = students.state_ids()
    for number, place in enumerate(chosen, 1):
        # Each district has a chance of its own, so that more students in one leave the others as
        # they are.
        chance = Random(f"{seed} {place.number}")
        enrolled = students.add(place, sizes[place.number], chance, ids)
        approve(place, pathways)
        assign(place)
        seats = Random(f"{seed} {place.number} courses")
        if place is PRACTICE:
            courses.add_practice(
                place,
                enrolled,
                records.add_breaches(place, enrolled, pathways, retired),
                pathways,
                seats,
            )
        else:
            courses.add(
                place, enrolled, records.add(place, enrolled, pathways, chance), pathways, seats
            )
        if place.number in leavers.SIZES:
            leavers.add(place, pathways, Random(f"{seed} {place.number} leavers"))
        if number % AT_A_TIME == 0:
            analyze()
    leavers.open_follow_up()
    people.add({place.number for place in chosen})
    analyze()
    elements.add(Random(f"{seed} elements"))
    publish()
    for plug in plugs():
        for fill in plug.demo:
            fill()
    calls.add_all({place.number for place in chosen})
    for place in chosen:
        if place.number in SENT:
            sending.send(place.number)
    analyze()
    return summary()


def analyze() -> None:
    """Planned with the statistics of an empty portal, the first pages and the next districts would
    read all students of the state. It may wait for the server's own look at the same tables.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("ANALYZE")


def sizes_of(chosen: list[Place], size: int) -> dict[str, int]:
    """The number of students of each district. The named districts keep theirs when many more are
    added.
    """
    statewide = len(chosen) > len(PLACES) and size > STUDENTS
    named = dict(_shared(chosen[: len(PLACES)], STUDENTS)) if statewide else {}
    unnamed = [place for place in chosen if place.number not in named]
    return named | dict(_shared(unnamed, size - sum(named.values())))


def _shared(chosen: list[Place], size: int) -> list[tuple[str, int]]:
    shares = sum(place.share for place in chosen)
    return [(place.number, max(12, round(size * place.share / shares))) for place in chosen]


def approve(place: Place, pathways: dict[str, Pathway]) -> None:
    approvals = [(name, end_year) for name in place.pathways for end_year in APPROVED_YEARS]
    if place.lapsed:
        approvals += [(place.lapsed, end_year) for end_year in (2023, 2024)]
    Approval.objects.bulk_create(
        Approval(district_id=place.number, pathway=pathways[name], school_year_id=end_year)
        for name, end_year in approvals
    )


def assign(place: Place) -> None:
    """The guide's reports are in everybody's list, the helper for those who enter records."""
    entering = {Role.DATA_CLERK.value, Role.DISTRICT_ADMINISTRATOR.value}
    for group in (END_OF_YEAR, FALL):
        GroupAssignment.objects.assign(place.number, group.slug, {*entering, Role.VIEWER.value})
    GroupAssignment.objects.assign(place.number, ROSTERED.slug, entering)


def summary() -> dict[str, object]:
    counted = [
        {"number": district.number, "name": district.name, "records": district.records}
        for district in District.objects.annotate(
            records=Count("students__participations")
        ).order_by("number")
    ]
    return {"districts": counted, "people": people.sign_ins()}
