"""Practice data: the same for the same seed, the guide's student as the guide shows her, every
breach in one district.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways import rules
from pathways.demo import load
from pathways.demo.districts import places
from pathways.models import (
    Approval,
    Change,
    Course,
    District,
    Element,
    Participation,
    Pathway,
    Roster,
    Student,
)
from pathways.roster.proposals import proposals_of
from pathways.roster.shape import Shape
from pathways.roster.shapes import SHAPES
from pathways.rules.rule import Judges
from tests.fixtures.quick.worlds import world

Contents = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Contents]:
    output = StringIO()
    with world(django_db_blocker):
        call_command("demo", json=True, stdout=output)
        yield json.loads(output.getvalue())


@pytest.fixture
def demo(loaded: Contents, db: None) -> Contents:
    return loaded


def pairs(number: str) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Student and pathway of who sits in a course with a pathway, and of the records, in the active
    year.
    """
    scope = Scope(number, 2025)
    rosters = (
        Roster.objects.in_scope(scope)
        .with_pathway()
        .values_list("enrollment__student_id", "section__course__pathway_id")
    )
    return set(rosters), set(
        Participation.objects.in_scope(scope).values_list("student_id", "pathway_id")
    )


def test_the_guides_student_is_as_in_the_guide(demo: Contents) -> None:
    kayla = Student.objects.in_scope(Scope("9012", 2025)).listed(2025).get(state_id="999000123")
    assert (kayla.name, kayla.grade, kayla.school_name) == (
        "ANDERSON, KAYLA R.",
        "12",
        "Cottonwood Bend High School",
    )
    assert kayla.enrolled_on == datetime.date(2024, 8, 21)
    rows = kayla.participations.order_by("pathway__name").values_list(
        "pathway__name",
        "concentrator",
        "total_credits",
        "single_parent",
        "start_date",
        "modified_date",
        "modified_end_year",
    )
    day = datetime.date
    assert [
        (name, concentrator, f"{total:.2f}", *rest) for name, concentrator, total, *rest in rows
    ] == [
        ("Business Management", False, "0.50", True, day(2024, 7, 8), day(2025, 5, 8), 2025),
        ("Health Professions", False, "1.50", False, day(2022, 7, 14), day(2024, 7, 8), 2024),
    ]
    assert Student.objects.in_scope(Scope("9012", 2026)).filter(pk=kayla.pk).exists()


def test_six_districts_and_about_six_hundred_students(
    demo: Contents,
) -> None:
    assert [district["number"] for district in demo["districts"]] == [
        "0965",
        "9012",
        "9020",
        "9031",
        "9045",
        "9099",
    ]
    leavers = Student.objects.filter(state_id__startswith="9997")  # of last year
    assert leavers.count() == 39
    assert 590 <= Student.objects.count() - 39 <= 620
    assert 60 <= Student.objects.in_scope(Scope("9012", 2025)).matching("an").count() <= 120
    half = (
        Student.objects.in_scope(Scope("9012", 2026)).count()
        / Student.objects.in_scope(Scope("9012", 2025)).count()
    )
    assert 0.35 <= half <= 0.65
    assert Participation.objects.filter(modified_end_year__lt=2025).count() > 50, (
        "last changed in earlier years"
    )
    assert (
        sum(int(str(district["records"])) for district in demo["districts"])
        == Participation.objects.count()
    )


def test_the_practice_district_breaks_every_rule_a_stored_record_can_break(
    demo: Contents,
) -> None:
    broken = {finding.rule.id for finding in rules.check_stored(Scope("9099", 2025))}
    possible = {
        rule.id
        for rule in rules.CATALOGUE
        if rule.judges is Judges.ALL and not rule.constraint and "decimals" not in rule.title
    }
    assert broken == possible
    for number in ("0965", "9020", "9031", "9045"):
        assert rules.check_stored(Scope(number, 2025)) == []
    assert {finding.rule.id for finding in rules.check_stored(Scope("9012", 2025))} == {
        "CTE-127",
        "CTE-213",
        "CTE-301",
    }


def test_an_approval_has_lapsed(demo: Contents) -> None:
    years = set(
        Approval.objects.filter(district="9012", pathway__name="Marketing").values_list(
            "school_year_id", flat=True
        )
    )
    assert years == {2023, 2024}
    records = Participation.objects.filter(student__district="9012", pathway__name="Marketing")
    assert records.exists() and not records.filter(modified_end_year__gte=2025).exists()


def test_students_sit_in_the_courses_of_their_records_and_a_few_have_no_record(
    demo: Contents,
) -> None:
    rostered, recorded = pairs("9012")
    assert len(rostered - recorded) == 9
    grown = (
        Participation.objects.in_scope(Scope("9012", 2025))
        .filter(modified_end_year=2025)
        .values_list("student_id", "pathway_id")
    )
    assert 1 <= len(set(grown) - rostered) <= 8 and len(set(grown) & rostered) > 100
    waiting = Course.objects.filter(school__district="9012", pathway=None)
    offered = list(Pathway.objects.offered_in(2025).order_by("name"))
    proposals = proposals_of(Scope("9012", 2025), waiting, offered)
    words = {course.name: proposals[course.pk].words for course in waiting}
    assert words["English"] == "Not CTE", "proposed on the board, for a person to choose"
    assert words["Accounting"] == "Business Management or Finance or Marketing"
    known = Roster.objects.in_scope(Scope("9012", 2025)).with_pathway().exclude(credits_earned=None)
    assert known.count() > 30
    assert Roster.objects.in_scope(Scope("9012", 2024)).with_pathway().exists()
    for number in ("0965", "9020", "9031", "9045"):
        rostered, recorded = pairs(number)
        assert 1 <= len(rostered - recorded) <= 9


def test_a_districts_own_elements_of_each_kind_have_values_and_one_is_retired(
    demo: Contents,
) -> None:
    elements = Element.objects.of_district(Scope("9012", 2025))
    assert {element.kind for element in elements.in_use()} == set(Element.Kind)
    assert [element.name for element in elements if element.is_retired] == ["Locker"]
    number = Participation.objects.in_scope(Scope("9012", 2025)).count()
    for element in elements:
        assert number / 2 < element.values.count() < number, "some records have none"
    assert not Element.objects.exclude(district="9012").exists()


def test_the_practice_district_has_a_line_of_each_kind(
    demo: Contents,
) -> None:
    rostered, recorded = pairs("9099")
    assert len(rostered - recorded) == 3
    changed = Participation.objects.in_scope(Scope("9099", 2025)).filter(modified_end_year=2025)
    assert len(set(changed.values_list("student_id", "pathway_id")) - rostered) == 2
    (quiet,) = Participation.objects.in_scope(Scope("9099", 2025)).filter(
        modified_end_year=2024, concentrator=True
    )
    assert (quiet.student_id, quiet.pathway_id) not in rostered


def test_every_record_came_through_the_ledger(demo: Contents) -> None:
    for record in Participation.objects.all():
        image = Change.objects.get(
            student_id=record.student_id, pathway_id=record.pathway_id, version=record.version
        )
        assert image.modified_date == record.modified_date and image.source == Change.Source.DEMO
    assert Change.objects.exclude(modified_date=F("at__date")).count() == 0


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_roster_row_came_as_the_rows_of_a_file_come(demo: Contents, shape: Shape) -> None:
    """With a history whose only image is the row as it stands."""
    kept = [column for column in shape.image if column != "district_id"]
    names = [shape.fields[column].attname for column in kept]
    rows = set(shape.model._base_manager.values_list("pk", *names))
    history = shape.change._base_manager.filter(
        version=1, operation="create", source="demo", by="MARTIN, CHERYL"
    )
    assert rows and set(history.values_list("row", *kept)) == rows
    assert shape.change._base_manager.count() == len(rows)


def test_it_is_refused_on_a_portal_that_is_not_empty(
    demo: Contents,
) -> None:
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo", stdout=StringIO())
    assert District.objects.count() == 6


def test_everybody_can_sign_in_with_a_password_the_portal_would_accept(
    demo: Contents, client: Client
) -> None:
    assert len(demo["people"]) == 13
    for person in demo["people"]:
        user = User.objects.get(username=person["username"])
        validate_password(str(person["password"]), user)
        assert user.check_password(str(person["password"]))
        client.force_login(user)
        assert client.get("/", follow=True).status_code == 200


def test_beside_many_more_districts_the_named_ones_are_as_they_are_alone() -> None:
    alone = load.sizes_of(places(6), 615)
    assert alone == load.sizes_of(places(5), 600) | {"9045": 15}, "five as before the sixth"
    statewide = load.sizes_of(places(400), 150_000)
    assert len(statewide) == 400 and {number: statewide[number] for number in alone} == alone
    assert abs(sum(statewide.values()) - 150_000) < 400
    assert load.sizes_of(places(6), 6150)["9012"] == 10 * alone["9012"]


def test_a_states_districts_are_as_uneven_as_montanas() -> None:
    """Three eighths of a district's students are in CTE: of twelve, eleven, ten, nine most."""
    sizes = load.sizes_of(places(401), 150_000)
    in_cte = sorted((size * 3 / 8 for number, size in sizes.items() if number[0] == "8"), key=float)
    assert 4900 <= in_cte[-1] <= 5100
    assert all(195 <= number <= 1550 for number in in_cte[-41:-1])
    assert max(in_cte[:-41]) <= 100 and len(in_cte) == 395
    largest, *_, smallest = places(40)[6:]
    assert largest.share > 50 * smallest.share, "in proportion where they are fewer"
