"""Years side by side: what was certified comes from sealed copies alone, everything else says that
it does not.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from certification.models import CertificationEvent, Round, SealedCopy
from certification.years.chart import HEIGHT, chart
from certification.years.side_by_side import of_district, of_student
from certification.years.years import MOST, Year, years_of
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import User, ViewEvent
from cte_portal.editions import Scope
from pathways.models import Participation, SchoolYear, Student
from tests.fixtures.certification import make_event, make_round, seal_records
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.test_query_counts import at_most


def sealed(scope: Scope) -> SealedCopy:
    event = CertificationEvent.objects.filter(end_year=scope.end_year).first() or make_event(
        end_year=scope.end_year, name=f"End of Year {scope.end_year}"
    )
    return seal_records(make_round(event, district=scope.district), scope)


def make_school_year(end_year: int) -> None:
    SchoolYear.objects.get_or_create(
        pk=end_year, defaults={"starts": f"{end_year - 1}-07-01", "ends": f"{end_year}-06-30"}
    )


def year_before(scope: Scope) -> Scope:
    return Scope(scope.district, scope.end_year - 1)


@pytest.fixture
def two_years(cottonwood: District_, kayla: Student) -> Participation:
    """Kayla had 1.50 credits when 2023-24 was sealed, and has 2.50 now, as a concentrator."""
    cottonwood.enroll(kayla, 2024, grade="11")
    cottonwood.record(kayla, HEALTH)
    sealed(year_before(cottonwood.scope))
    return cottonwood.record(kayla, HEALTH, concentrator=True, in_district_credits=Decimal("2.50"))


def words(client: Client, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def student_address(student: Student, end_year: int = 2025) -> str:
    return f"/districts/9012/{end_year}/cte-concentrator/{student.pk}/years/"


def test_a_certified_year_keeps_what_was_sealed_and_the_active_one_says_that_it_runs(
    two_years: Participation, cottonwood: District_, kayla: Student, client: Client, viewer: User
) -> None:
    (section,) = of_student(cottonwood.scope, kayla).sections
    lines = {line.label: [value for _, value in line.cells] for line in section.lines}
    assert lines["Total Pathway Credits Earned"] == ["1.50", "2.50"]
    assert lines["CTE Concentrator"] == ["No", "Yes"]
    client.force_login(viewer)
    page = words(client, student_address(kayla))
    assert "Certified" in page and "In progress, not certified" in page
    figures = of_district(cottonwood.scope, "concentrators")
    totals = {line.label: [value for _, value in line.cells] for line in figures.sections[0].lines}
    assert totals["Concentrators"] == ["0", "1"] and totals["All students"] == ["1", "1"]


def test_a_past_year_that_was_never_sealed_says_that_its_values_are_todays(
    cottonwood: District_, kayla: Student, client: Client, viewer: User
) -> None:
    cottonwood.enroll(kayla, 2024)
    cottonwood.record(kayla, HEALTH)
    client.force_login(viewer)
    for address in (student_address(kayla, 2024), "/districts/9012/2024/years/"):
        assert "Current values, not as of that year" in words(client, address), address


def test_of_earlier_years_only_certified_ones_stand_beside(
    two_years: Participation, cottonwood: District_, kayla: Student
) -> None:
    """What the records say today of a year long past is no figure of that year."""
    newcomer = cottonwood.student("999000777")
    for end_year in (2024, 2023):
        cottonwood.enroll(newcomer, end_year)
    cottonwood.record(newcomer, HEALTH)
    side = of_district(cottonwood.scope, "students")
    assert [year.end_year for year in side.years] == [2024, 2025]
    assert [year.end_year for year in of_student(cottonwood.scope, kayla).years] == [2024, 2025]
    assert [year.end_year for year in of_student(cottonwood.scope, newcomer).years] == [2025]


def test_the_official_copy_counts_and_not_the_superseded_one(
    two_years: Participation, cottonwood: District_
) -> None:
    event = SealedCopy.objects.get().round.event
    Round.objects.update(status="superseded")
    seal_records(make_round(event, number=2, reason="Credits"), year_before(cottonwood.scope))
    (before, _) = years_of(cottonwood.scope)[-2:]
    assert before.copy is not None and before.copy.receipt.endswith("-2")


def test_no_year_of_another_district_is_shown(
    two_years: Participation, cottonwood: District_, elsewhere: District_, kayla: Student
) -> None:
    """The same State ID was sealed elsewhere, with another answer."""
    other = elsewhere.student("999000123")
    elsewhere.enroll(other, 2024)
    elsewhere.record(other, HEALTH, in_district_credits=Decimal("9.00"))
    sealed(Scope("0965", 2024))
    side = of_student(cottonwood.scope, kayla)
    assert "9.00" not in repr(side)
    assert all(
        not year.copy or year.copy.round.district == "9012" for year in years_of(cottonwood.scope)
    )


def test_at_most_five_years_and_none_that_has_not_begun(cottonwood: District_) -> None:
    for end_year in range(2018, 2025):
        make_school_year(end_year)
        sealed(Scope("9012", end_year))
    assert [year.end_year for year in years_of(cottonwood.scope)] == [2021, 2022, 2023, 2024, 2025]
    assert years_of(Scope("9012", 2026))[-1].end_year == 2025
    assert [year.end_year for year in years_of(Scope("9012", 2020))] == [2018, 2019, 2020]
    assert len(years_of(cottonwood.scope)) == MOST


def test_the_chart_says_in_words_what_it_draws(
    two_years: Participation, cottonwood: District_
) -> None:
    (drawn,) = of_district(cottonwood.scope, "students").charts
    assert [(column.value, column.is_sealed) for column in drawn.columns] == [
        ("1", True),
        ("1", False),
    ]
    assert "2024-25 1, in progress, not certified" in drawn.summary
    heights = chart("x", [(Year(2024, False, None), 0, "0"), (Year(2025, True, None), 9, "9")])
    assert [column.height for column in heights.columns] == [0, HEIGHT]


def test_the_charts_of_a_students_pathways_have_one_scale(
    two_years: Participation, cottonwood: District_, kayla: Student
) -> None:
    """Half the credits are half as high, also in another pathway."""
    cottonwood.record(kayla, BUSINESS, in_district_credits=Decimal("1.25"))
    heights = {
        section.title: [column.height for column in section.chart.columns]
        for section in of_student(cottonwood.scope, kayla).sections
        if section.chart
    }
    assert heights[HEALTH][-1] == HEIGHT and heights[BUSINESS] == [0, HEIGHT // 2]


def test_a_student_of_another_year_or_measure_that_there_is_not(
    client: Client, clerk: User, cottonwood: District_, elsewhere: District_
) -> None:
    client.force_login(clerk)
    other = elsewhere.student("999000999")
    assert client.get(student_address(other)).status_code == 404
    assert client.get("/districts/9012/2025/years/?count=x").status_code == 404


def test_who_looks_at_a_students_years_is_in_the_list_of_views(
    two_years: Participation, kayla: Student, client: Client, opi: User
) -> None:
    client.force_login(opi)
    VIEW_LOG.forget()
    client.get(student_address(kayla))
    VIEW_LOG.write()
    assert ViewEvent.objects.filter(page="student-years", student=kayla.pk, user_id=opi.pk).exists()


def test_the_pages_are_reached_from_the_record_and_from_the_snapshot(
    two_years: Participation, cottonwood: District_, kayla: Student, client: Client, clerk: User
) -> None:
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2025/cte-concentrator/{kayla.pk}/").content.decode()
    assert student_address(kayla) in page
    event = make_event()
    snapshot = client.get(f"/districts/9012/2025/event-certification/{event.pk}/snapshot/")
    assert "/districts/9012/2025/years/?count=students" in snapshot.content.decode()


def test_the_years_cost_few_statements_and_no_more_when_more_are_sealed(
    two_years: Participation, cottonwood: District_, kayla: Student
) -> None:
    """D9: the active year, the sealed copies, and the records of the one year that is not sealed;
    of a student the sealed records and the present ones.
    """
    for end_year in (2023, 2022):
        with at_most(3):
            of_district(cottonwood.scope, "students")
        with at_most(4):
            of_student(cottonwood.scope, kayla)
        make_school_year(end_year)
        sealed(Scope("9012", end_year))
