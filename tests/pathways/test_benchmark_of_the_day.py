"""The benchmark of the last day reckons each save once; tests/live/test_day.py plays it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pathways.models import Change, CollectionLock, Participation, Student
from tests.benchmarks.last_day import day, reckoning
from tests.benchmarks.last_day import plan as planning
from tests.fixtures.certification import make_event
from tests.fixtures.records import HEALTH, District_

SIZES = ("--at", "http://localhost", "--clerks", "2", "--districts", "1")


@pytest.fixture
def plan(cottonwood: District_, kayla: Student, tmp_path: Path) -> dict[str, Any]:
    """Of a day before which nobody saved anything; the one change is its first clerk's."""
    cottonwood.record(kayla, HEALTH)
    make_event()
    plan = planning.plan_of(day.arguments(SIZES), tmp_path)
    plan["since"], plan["clerks"][0]["name"] = 0, Change.objects.get().by
    plan["districts"] = []
    return plan


@pytest.fixture
def save() -> dict[str, Any]:
    change = Change.objects.get()
    return {
        "by": change.by,
        "student": change.student_id,
        "pathway": change.pathway_id,
        "seen": change.version - 1,
        "credits": str(change.in_district_credits),
        "outcome": "accepted",
    }


def faults(plan: dict[str, Any], *saves: dict[str, Any], **report: Any) -> list[str]:
    return reckoning.faults_of({"pages": {}, "saves": saves, "jobs": [], **report}, plan)


def test_a_day_on_which_all_is_well(plan: dict[str, Any], save: dict[str, Any]) -> None:
    assert faults(plan, save) == []
    assert faults(plan, {**save, "outcome": "unanswered"}) == []


def test_what_is_not_as_somebody_was_told(plan: dict[str, Any], save: dict[str, Any]) -> None:
    (nobody,) = faults(plan)
    assert nobody.startswith("A change that nobody reported")
    lost, _ = faults(plan, {**save, "credits": "29.99"})
    assert lost.startswith("A save that was accepted is in the history 0 times")
    (kept,) = faults(plan, {**save, "outcome": "refused"})
    assert kept.startswith("A save that was refused is in the history 1 times")
    Participation.objects.update(version=7)
    (older,) = faults(plan, save)
    assert older.startswith("A record is not its highest version")


def test_a_page_that_failed_and_a_district_that_did_not_get_through(
    plan: dict[str, Any], save: dict[str, Any]
) -> None:
    page = {"failures": 2, "reasons": {"500": 2}}
    assert faults(plan, save, pages={"search": page}) == ["search: 2 requests failed: {'500': 2}"]
    plan["districts"] = [{"district": "9012"}]
    (missing,) = faults(plan, save)
    job = {"district": "9012", "batches": [], "ended": 12.0}
    assert missing.startswith("District 9012 did not get through")
    assert faults(plan, save, jobs=[job]) == [missing]


def test_who_works_where(cottonwood: District_, kayla: Student, tmp_path: Path) -> None:
    record = cottonwood.record(kayla, HEALTH)
    make_event()
    plan = planning.plan_of(day.arguments(SIZES), tmp_path)
    first, second = plan["clerks"]
    stands = (record.student_id, record.pathway_id, str(record.in_district_credits))
    assert first["records"] == [stands] == second["records"]
    assert first["session"] != second["session"] and first["number"] != second["number"]
    (sender,) = plan["districts"]
    assert sender["district"] == "9012"
    assert "999" in Path(sender["file"]).read_text() and plan["since"] == Change.objects.get().pk

    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection=CollectionLock.Collection.END_OF_YEAR,
        since=timezone.now(),
        by="Reyes, Ana",
        reason="Certified",
        reference="R-1",
    )
    assert planning.open_districts(2025) == []
