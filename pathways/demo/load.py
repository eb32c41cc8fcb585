"""The whole practice portal, from empty."""

from __future__ import annotations

from random import Random

from django.db import connection

from cte_portal.registry import registered
from pathways import reference
from pathways.demo import courses, people, records, students
from pathways.demo.districts import PRACTICE, Place, places
from pathways.models import Approval, District, Participation, Pathway

DISTRICTS, STUDENTS, SEED = 5, 600, 20250620
APPROVED_YEARS = (2023, 2024, 2025, 2026)
RETIRED = "Family & Consumer Sciences"


def load(*, districts: int = DISTRICTS, size: int = STUDENTS, seed: int = SEED) -> dict[str, object]:
    """Fill an empty portal and say what is in it (the shape of `manage.py demo --json`)."""
    reference.load()
    chosen = places(districts)
    shares = sum(place.share for place in chosen)
    pathways = {pathway.name: pathway for pathway in Pathway.objects.all()}
    retired = Pathway.objects.create(code="90", name=RETIRED, first_year=2021, last_year=2024)
    reference.moved()
    ids = students.state_ids()
    for place in chosen:
        # Each district has a chance of its own, so that more students in one leave the others as they are.
        chance = Random(f"{seed} {place.number}")
        enrolled = students.add(place, max(12, round(size * place.share / shares)), chance, ids)
        approve(place, pathways)
        seats = Random(f"{seed} {place.number} courses")
        if place is PRACTICE:
            courses.add_practice(place, enrolled, records.add_breaches(place, enrolled, pathways, retired), pathways, seats)
        else:
            courses.add(place, enrolled, records.add(place, enrolled, pathways, chance), pathways, seats)
    people.add({place.number for place in chosen})
    for more in registered("PORTAL_DEMO"):
        more()
    with connection.cursor() as cursor:
        # Planned with the statistics of an empty portal, the first pages would take nested loops over all students.
        cursor.execute("ANALYZE")
    return summary()


def approve(place: Place, pathways: dict[str, Pathway]) -> None:
    given = [(name, end_year) for name in place.pathways for end_year in APPROVED_YEARS]
    if place.lapsed:
        given += [(place.lapsed, end_year) for end_year in (2023, 2024)]
    Approval.objects.bulk_create(
        Approval(district_id=place.number, pathway=pathways[name], school_year_id=end_year) for name, end_year in given
    )


def summary() -> dict[str, object]:
    counted = [
        {"number": district.number, "name": district.name, "records": Participation.objects.filter(student__district=district).count()}
        for district in District.objects.order_by("number")
    ]
    return {"districts": counted, "people": people.sign_ins()}
