"""The guide's reports (Step Four 1) against a count in plain Python, at the district and at the
state, one statement each.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from cte_portal.editions import Edition, Scope
from pathways.models import Participation, Student
from pathways.reports.certification import Certification
from pathways.reports.groups import REPORTS
from pathways.reports.report import RecordReport, findings_as_json
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_
from tests.pathways.reports.oracle import Oracle

FIVE = [report for report in REPORTS.values() if report.letter]
YEAR = 2025


def counted(scope: Scope) -> dict[str, int]:
    counts: dict[str, int] = {}
    for report in FIVE:
        figure = report.count(scope)
        counts |= {report.slug: figure.count, **figure.parts}
    return counts


def test_the_titles_and_words_are_the_guides() -> None:
    assert [(report.letter, report.title) for report in FIVE] == [
        ("a", "End of Year CTE Count Concentrator & Participant"),
        ("b", "End of Year CTE Count Single Parent"),
        ("c", "End of Year CTE Single Parent Indicator Different Between Pathways"),
        ("d", "End of Year CTE with Incorrect Concentrator Assigned"),
        ("e", "End of Year CTE Concentrators and Participants Modified in Current Year"),
    ]
    assert [slug for slug, report in REPORTS.items() if not report.letter] == [
        "certification",
        "rostered-to-courses-with-pathways",
    ]


def test_a_student_counts_once_as_concentrator_if_any_row_says_yes(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, HEALTH, concentrator=True, in_district_credits=Decimal("2.5"))
    cottonwood.record(kayla, BUSINESS)
    cottonwood.record(cottonwood.student("999000124", "Berg"), FINANCE)
    figure = REPORTS["count-concentrator-participant"].count(cottonwood.scope)
    assert (figure.count, dict(figure.parts)) == (2, {"concentrators": 1, "participants": 1})


def test_c_35_a_student_of_two_districts_counts_once_in_the_state(
    cottonwood: District_, elsewhere: District_, kayla: Student
) -> None:
    cottonwood.record(
        kayla, HEALTH, concentrator=True, single_parent=True, in_district_credits=Decimal("2.5")
    )
    moved = elsewhere.student(kayla.state_id)
    elsewhere.record(moved, HEALTH, single_parent=True)
    elsewhere.record(elsewhere.student("999000124", "Berg"), FINANCE)
    levels, singles = REPORTS["count-concentrator-participant"], REPORTS["count-single-parent"]
    assert isinstance(levels, RecordReport) and isinstance(singles, RecordReport)
    of_state = levels.total(Edition.DISTRICT, YEAR)
    assert (of_state.count, dict(of_state.parts)) == (2, {"concentrators": 1, "participants": 1})
    assert singles.total(Edition.DISTRICT, YEAR).count == 1
    by_district = levels.by_district(Edition.DISTRICT, YEAR)
    assert {
        number: (figure.count, figure.parts["concentrators"])
        for number, figure in by_district.items()
    } == {
        "9012": (1, 1),
        "0965": (2, 0),
    }


def test_a_student_who_is_not_enrolled_in_the_year_is_in_no_report(cottonwood: District_) -> None:
    gone = cottonwood.student("999000124", "Berg", enrolled=False)
    cottonwood.enroll(gone, 2024)
    cottonwood.record(gone, single_parent=True, concentrator=True)
    assert set(counted(cottonwood.scope).values()) == {0}
    assert counted(Scope("9012", 2024))["count-single-parent"] == 1


def test_a_differing_student_is_one_row_with_both_lists(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, HEALTH, single_parent=True)
    cottonwood.record(kayla, FINANCE)
    cottonwood.record(kayla, BUSINESS)
    report = REPORTS["single-parent-different"]
    (row,) = report.rows(cottonwood.scope)
    assert report.texts(row) == ["999000123", "Anderson", "Kayla", HEALTH, f"{BUSINESS}; {FINANCE}"]
    assert report.rule(row) == "CTE-301"


def test_the_certification_report_has_a_line_for_each_figure_that_differs(
    cottonwood: District_, kayla: Student, sent: Callable[[], None]
) -> None:
    cottonwood.record(kayla, HEALTH)
    cottonwood.record(kayla, BUSINESS)
    sent()
    report = Certification()
    assert report.count(cottonwood.scope).count == 0
    assert list(report.findings(cottonwood.scope)) == []
    assert {
        line.figure: line.state
        for line in report.lines(cottonwood.scope)
        if line.of == "All pathways"
    }["Students"] == 1
    cottonwood.record(kayla, HEALTH, in_district_credits=Decimal("1.51"))
    assert [
        (line["pathway"], line["figure"], line["district"], line["state"], line["difference"])
        for line in findings_as_json(report, cottonwood.scope)
    ] == [
        ("All pathways", "Total Pathway Credits Earned", "3.01", "3.00", "-0.01"),
        ("All pathways", "In District Credits Earned", "3.01", "3.00", "-0.01"),
        (HEALTH, "Total Pathway Credits Earned", "1.51", "1.50", "-0.01"),
        (HEALTH, "In District Credits Earned", "1.51", "1.50", "-0.01"),
    ]
    assert report.count(cottonwood.scope.at_state()).count == 4


def test_the_certification_report_names_a_pathway_that_is_only_at_the_state(
    cottonwood: District_, kayla: Student, sent: Callable[[], None]
) -> None:
    record = cottonwood.record(kayla, HEALTH)
    cottonwood.record(kayla, BUSINESS)
    sent()
    Participation.objects.filter(pk=record.pk).delete()  # as somebody with SQL would
    lines = [
        line
        for line in Certification().lines(cottonwood.scope)
        if line.differs and line.of == HEALTH
    ]
    assert ("Pathway records", 0, 1) in [(line.figure, line.district, line.state) for line in lines]


def test_rostered_students_are_one_row_a_pathway_with_or_without_a_record(
    cottonwood: District_, kayla: Student
) -> None:
    berg = cottonwood.student("999000124", "Berg", "Ida")
    cottonwood.roster(kayla, HEALTH)
    cottonwood.roster(kayla, HEALTH, number="HE2", credits_earned=Decimal("0.50"))
    cottonwood.roster(berg, BUSINESS)
    cottonwood.roster(berg, None)
    cottonwood.record(kayla, HEALTH)
    report = REPORTS["rostered-to-courses-with-pathways"]
    figure = report.count(cottonwood.scope)
    assert (figure.count, figure.parts["without_record"]) == (2, 1)
    assert len(Oracle("9012", YEAR).rostered()) == 2
    assert [report.texts(row) for row in report.rows(cottonwood.scope)] == [
        ["999000124", "Berg", "Ida", BUSINESS, "1", "", "No"],
        ["999000123", "Anderson", "Kayla", HEALTH, "2", "0.50", "Yes"],
    ]


@pytest.mark.parametrize("slug", REPORTS)
def test_every_count_and_every_list_is_one_statement_an_edition(
    slug: str, cottonwood: District_, kayla: Student
) -> None:
    for number in range(3):
        student = cottonwood.student(f"9990004{number:02d}", "Berg")
        cottonwood.record(student, HEALTH, single_parent=True, concentrator=True)
        cottonwood.record(student, BUSINESS)
        cottonwood.roster(student)
    report = REPORTS[slug]
    in_two_editions = slug == "certification"
    for scope in (cottonwood.scope, cottonwood.scope.at_state()):
        for question in (
            lambda scope=scope: report.count(scope),
            lambda scope=scope: list(report.rows(scope)),
        ):
            with (
                CaptureQueriesContext(connections["default"]) as district,
                CaptureQueriesContext(connections["state"]) as state,
            ):
                question()
            statements = (len(district.captured_queries), len(state.captured_queries))
            assert statements == (
                (1, 1)
                if in_two_editions
                else (1, 0)
                if scope.edition is Edition.DISTRICT
                else (0, 1)
            )
