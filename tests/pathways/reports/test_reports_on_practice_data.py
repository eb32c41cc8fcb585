"""Reports on the practice data, which are loaded once for all of these tests: against a count in
plain Python, and of all districts against that of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from cte_portal.editions import Edition, Scope
from pathways.demo import load as practice_data
from pathways.models import Participation
from pathways.reports.certification import Certification
from pathways.reports.groups import REPORTS
from pathways.reports.report import findings_as_json
from tests.fixtures.quick.worlds import world
from tests.fixtures.records import District_
from tests.pathways.reports.oracle import Oracle
from tests.pathways.reports.test_reports import FIVE, YEAR, counted


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with world(django_db_blocker):
        practice_data.load()
        yield


@pytest.fixture
def practice(loaded: None, db: None) -> None:
    """As they were loaded, whatever another test has written."""


def test_reports_on_the_practice_data_equal_a_count_in_plain_python(practice: None) -> None:
    for number in ("9012", "9099", "0965"):
        for end_year in (2025, 2026):
            scope = Scope(number, end_year)
            assert counted(scope) == Oracle(number, end_year).counts()
    practice_district = counted(Scope("9099", YEAR))
    assert practice_district["incorrect-concentrator"] == 2
    assert practice_district["single-parent-different"] == 1
    assert counted(Scope("9012", YEAR))["single-parent-different"] == 1  # the guide's student


def test_the_rows_are_the_students_that_were_counted(practice: None) -> None:
    for number in ("9012", "9099"):
        scope, oracle = Scope(number, YEAR), Oracle(number, YEAR)
        for report in FIVE:
            rows = list(report.rows(scope))
            assert len(rows) == report.count(scope).count, report.slug
            assert rows[:3] == list(report.rows(scope, most=3))
        rows_of_a = [
            report_row[2] for report_row in REPORTS["count-concentrator-participant"].rows(scope)
        ]
        assert sorted(rows_of_a) == sorted(oracle.of)
        wrong = findings_as_json(REPORTS["incorrect-concentrator"], scope)
        assert {(row["student_state_id"], row["pathway"]) for row in wrong} == oracle.incorrect()


def test_at_the_state_they_show_what_was_sent_not_what_was_edited_since(
    practice: None, state_edition: Any
) -> None:
    state_edition()
    scope = Scope("9012", YEAR)
    district = District_.__new__(District_)
    district.scope = scope
    sent = counted(scope)
    record = Participation.objects.in_scope(scope).filter(concentrator=True).order_by("pk")[0]
    district.record(
        record.student,
        record.pathway.name,
        concentrator=False,
        single_parent=True,
        in_district_credits=Decimal(9),
    )
    assert counted(scope.at_state()) == sent == Oracle("9012", YEAR, "state").counts()
    now = counted(scope)
    assert now == Oracle("9012", YEAR).counts()
    assert now["incorrect-concentrator"] == sent["incorrect-concentrator"] + 1
    assert now != sent


def test_figures_of_all_districts_at_once_are_those_of_each(practice: None) -> None:
    totals = Oracle(None, YEAR).counts()
    for report in FIVE:
        by_district = report.by_district(Edition.DISTRICT, YEAR)  # type: ignore[attr-defined]
        for number in ("9012", "9099", "0965", "9020", "9031"):
            expected = report.count(Scope(number, YEAR))
            assert by_district.get(number, type(expected)(0)).count == expected.count, report.slug
            assert number not in by_district or by_district[number] == expected
        total = report.total(Edition.DISTRICT, YEAR)  # type: ignore[attr-defined]
        assert {report.slug: total.count, **total.parts}.items() <= totals.items()


def test_sums_of_credits_are_exact(practice: None) -> None:
    line = next(
        line
        for line in Certification().lines(Scope("9012", YEAR))
        if line.figure == "Total Pathway Credits Earned"
    )
    assert (line.of, line.district) == ("All pathways", Oracle("9012", YEAR).credits())


def test_statewide_figures_are_one_statement_for_all_districts(practice: None) -> None:
    for report in FIVE:
        with CaptureQueriesContext(connections["default"]) as queries:
            report.by_district(Edition.DISTRICT, YEAR)  # type: ignore[attr-defined]
        assert len(queries.captured_queries) == 1


def test_the_certification_report_of_all_is_that_of_each(
    practice: None, state_edition: Callable[[], None]
) -> None:
    state_edition()
    district = District_.__new__(District_)
    for number in ("9012", "9099"):
        district.scope = Scope(number, YEAR)
        record = Participation.objects.in_scope(district.scope).order_by("pk")[0]
        district.record(record.student, record.pathway.name, in_district_credits=Decimal("7.25"))
    figures = Certification().by_district(Edition.STATE, YEAR)
    for number in ("0965", "9012", "9020", "9031", "9099"):
        assert figures[number] == Certification().count(Scope(number, YEAR))
    assert figures["9012"].count > 0
    assert figures["0965"].count == 0
